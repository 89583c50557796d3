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
from typing import Any, NamedTuple

from django.db import connection

from audit.models import UnlinkedEvent

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
    for link in links():
        if link.position != head.position + 1:
            raise TamperedError(f"Link {head.position + 1} of the chain is missing.")
        if link.id is None:
            raise TamperedError(f"Row {link.event_id} is missing: link {link.position} names it.")
        if link.hash != hash_of(link, head.hash):
            raise TamperedError(f"Row {link.id} was altered since link {link.position} sealed it.")
        if linked_at and link.at < linked_at - LATEST:
            raise TamperedError(f"Row {link.id} was inserted later than it says.")
        head, linked_at = Head(link.position, link.hash), link.linked_at
        if known and known.position == head.position and known.hash != head.hash:
            raise TamperedError(f"The chain was written anew: link {head.position} is another.")
    if known and known.position > head.position:
        raise TamperedError(f"The chain ends at link {head.position}, and it had {known.position}.")
    refuse_unlinked()
    return Whole(head, UnlinkedEvent.objects.count())


class Link(NamedTuple):
    """A link of the chain and the columns of its row, which are all None where there is none."""

    position: int
    event_id: int
    hash: str
    linked_at: datetime
    id: int | None
    at: Any
    user_id: int
    user_name: str
    role: str
    patient_id: int
    what: str
    route: str
    path: str
    reason: str
    break_glass: int | None
    request_id: str
    network: str


COLUMNS = Link._fields[Link._fields.index("id") :]
LINKS = f"""
    SELECT l.position, l.event_id, l.hash, l.linked_at, {", ".join(f"e.{c}" for c in COLUMNS)}
    FROM audit_accesslink l LEFT JOIN audit_accessevent e ON e.id = l.event_id
    WHERE l.position > %s ORDER BY l.position LIMIT {AT_ONCE}
"""  # noqa: S608 - written from constants


def links() -> Iterator[Link]:
    """Yield each link in order."""
    position = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(LINKS, [position])
            found = cursor.fetchall()
            yield from map(Link._make, found)
            if len(found) < AT_ONCE:
                return
            position = found[-1][0]


def hash_of(event: Any, before: str) -> str:
    """Return the SHA-256 of a row that follows the link with the hash `before`."""
    return sha256(f"{before}{content(event)}".encode()).hexdigest()


def content(event: Any) -> str:
    """Return all that a row says as one text, the same that `audit_content` makes in SQL."""
    said = [getattr(event, column) for column in COLUMNS]
    said[1] = stamp(event.at)
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
