"""Proves that the access log says what it said when it was written.

Every hash is worked out again here, in Python, from the rows as they are: not by the database's
function, which whoever altered rows could have altered too. A row that was changed no longer has
the hash of its link; one that is gone has left its link behind; one that came in past the triggers
has none. What this cannot see is an owner of the database who writes the whole chain anew: against
that, keep the head of the chain somewhere else, and ask whether the log still contains it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from django.db import connection

from audit.models import AccessEvent, AccessLink, UnlinkedEvent

AT_ONCE = 5000
# What is linked late was written late: no request lasts this long.
LATEST = timedelta(hours=1)


class Head(NamedTuple):
    """A link as it is kept elsewhere, written `POSITION:HASH`."""

    position: int
    hash: str

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Return what is written so; raise ValueError for anything else."""
        position, _, digits = text.partition(":")
        if len(digits) != sha256().digest_size * 2:
            raise ValueError("A head is written POSITION:HASH, as verify_audit prints it.")
        return cls(int(position), digits.lower())


@dataclass(frozen=True)
class Whole:
    """The log is whole: so many rows are linked, and so many wait for the next writer."""

    head: Head
    waiting: int


class TamperedError(Exception):
    """The log was tampered with; the message names the first row that shows it."""


def verify(known: Head | None = None) -> Whole:
    """Walk the chain from its start; raise TamperedError at the first row that is not as it was.

    With `known`, a head that was kept elsewhere, the chain must lead through it.
    """
    head, linked_at = Head(0, ""), None
    for link, event in links():
        if link.position != head.position + 1:
            raise TamperedError(f"Link {head.position + 1} of the chain is missing.")
        if event is None:
            raise TamperedError(f"Row {link.event_id} is missing: link {link.position} names it.")
        if link.hash != hash_of(event, head.hash):
            raise TamperedError(f"Row {event.pk} was altered since link {link.position} sealed it.")
        if linked_at and event.at < linked_at - LATEST:
            raise TamperedError(f"Row {event.pk} was inserted later than it says.")
        head, linked_at = Head(link.position, link.hash), link.linked_at
        if known and known.position == head.position and known.hash != head.hash:
            raise TamperedError(f"The chain was written anew: link {head.position} is another.")
    if known and known.position > head.position:
        raise TamperedError(f"The chain ends at link {head.position}, and it had {known.position}.")
    refuse_unlinked()
    return Whole(head, UnlinkedEvent.objects.count())


def links() -> Iterator[tuple[AccessLink, AccessEvent | None]]:
    """Yield each link in order with its row, or None where there is none."""
    position = 0
    while found := list(AccessLink.objects.filter(position__gt=position)[:AT_ONCE]):
        events = AccessEvent.objects.in_bulk([link.event_id for link in found])
        yield from ((link, events.get(link.event_id)) for link in found)
        position = found[-1].position


def hash_of(event: AccessEvent, before: str) -> str:
    """Return the SHA-256 of a row that follows the link with the hash `before`."""
    return sha256(f"{before}{content(event)}".encode()).hexdigest()


def content(event: AccessEvent) -> str:
    """Return all that a row says as one text, the same that `audit_content` makes in SQL."""
    said = [
        *(event.pk, stamp(event.at), event.user_id, event.user_name, event.role),
        *(event.patient_id, event.what, event.route, event.path, event.reason),
        *(event.break_glass, event.request_id, event.network),
    ]
    return json.dumps(said, ensure_ascii=False)


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


UNLINKED = """
    SELECT e.id FROM audit_accessevent e
    WHERE NOT EXISTS (SELECT FROM audit_accesslink l WHERE l.event_id = e.id)
        AND NOT EXISTS (SELECT FROM audit_unlinkedevent u WHERE u.event_id = e.id)
    ORDER BY e.id LIMIT 1
"""


def refuse_unlinked() -> None:
    """Raise TamperedError for a row that no trigger has seen."""
    with connection.cursor() as cursor:
        cursor.execute(UNLINKED)
        if found := cursor.fetchone():
            raise TamperedError(f"Row {found[0]} was inserted past the triggers: it has no link.")
