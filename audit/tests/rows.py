"""Rows of the access log for tests, and what an owner of the database could do to them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from audit.models import AccessEvent
from audit.reading import WRITE

SEEN = {
    "user": 1,
    "name": "Person 1",
    "role": "nurse",
    "what": "patient page",
    "route": "scheduling:patient",
    "path": "/patients/7/",
    "reason": "",
    "break_glass": None,
    "request_id": "",
    "network": "203.0.113.0/24",
}


def seen(*patients: int, **said: object) -> AccessEvent:
    """Write that somebody saw these patients' records; return the last row."""
    with connection.cursor() as cursor:
        cursor.execute(WRITE, SEEN | said | {"patients": list(patients) or [7]})
    return AccessEvent.objects.latest("pk")


@contextmanager
def past_the_triggers() -> Iterator[None]:
    """Act as an owner who has switched the triggers of the log off."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_accessevent DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE audit_accesslink DISABLE TRIGGER USER")
        yield
        cursor.execute("ALTER TABLE audit_accesslink ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE audit_accessevent ENABLE TRIGGER USER")
