"""The clients of `bench.contention`: each with a connection of its own, on one contender at a time.

A client picks a slot at random, tries to book it, and gives what it won free again three attempts
later. So about three quarters of 64 slots are taken while 64 clients race for them.
"""

import random
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import psycopg
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.utils import timezone

from bench.stage import APPOINTMENTS, FLOOR, NAME, PATIENTS_EACH, SLOT, slots
from facilities.models import Doctor, Facility
from patients.models import Patient
from scheduling.models import Appointment

KEPT_FOR = 3
BOOKED, CONFLICT = "booked", "conflict"
BUSY = {"doctor_busy", "patient_busy"}
T = TypeVar("T")

INSERT = f"""
    INSERT INTO {FLOOR} (patient_id, doctor_id, facility_id, starts_at, ends_at, blocked_until,
        status, reason, notes, cancel_reason, overbook, source, created_at, updated_at, version)
    VALUES (%s, %s, %s, %s, %s, %s, 'booked', '', '', '', 0, 'desk', %s, %s, 1)
"""
GIVE_BACK = f"""
    UPDATE {FLOOR} SET status = 'cancelled', cancel_reason = 'No longer needed' WHERE id = %s
"""


class Attempt(NamedTuple):
    """How one try to book ended, and when, in seconds of the clock that processes share."""

    started: float
    ended: float
    outcome: str

    @property
    def is_usual(self) -> bool:
        return self.outcome in (BOOKED, CONFLICT)


class Field(NamedTuple):
    """Who races for what: one client's patients, and the doctors and slots to choose from."""

    facility: Facility
    doctors: list[Doctor]
    patients: list[Patient]
    slots: list[datetime]


# Books and returns how to undo it; None where the slot was taken.
Contender = Callable[[Field, random.Random], Callable[[], Any] | None]


def by_the_application(field: Field, rng: random.Random) -> Callable[[], Any] | None:
    """Book as the desk does, and cancel as the desk does."""
    starts_at = rng.choice(field.slots)
    try:
        won = Appointment.objects.book(
            patient=rng.choice(field.patients),
            doctor=rng.choice(field.doctors),
            facility=field.facility,
            starts_at=starts_at,
            ends_at=starts_at + SLOT,
            by=None,
        )
    except ValidationError as refusal:
        if refusal.error_list[0].code in BUSY:
            return None
        raise
    return lambda: won.cancel("No longer needed", by=None)


def by_insert(field: Field, rng: random.Random) -> Callable[[], Any] | None:
    """Insert and nothing else; a taken slot is an error of the server."""
    try:
        return _insert(f"{INSERT} RETURNING id", field, rng)
    except psycopg.errors.ExclusionViolation:
        return None


def by_insert_on_conflict(field: Field, rng: random.Random) -> Callable[[], Any] | None:
    """Insert unless the slot is taken."""
    return _insert(f"{INSERT} ON CONFLICT DO NOTHING RETURNING id", field, rng)


def _insert(statement: str, field: Field, rng: random.Random) -> Callable[[], Any] | None:
    starts_at, now = rng.choice(field.slots), timezone.now()
    ends_at = starts_at + SLOT
    who = rng.choice(field.patients).pk, rng.choice(field.doctors).pk, field.facility.pk
    row = _execute(statement, [*who, starts_at, ends_at, ends_at, now, now]).fetchone()
    return (lambda: _execute(GIVE_BACK, row)) if row else None


def _execute(statement: str, values: Any) -> Any:
    """Run a prepared statement without Django, on Django's connection."""
    raw = connection.connection
    raw.prepare_threshold = 0
    return psycopg.Cursor(raw).execute(statement, values)


CONTENDERS: dict[str, tuple[Contender, str]] = {
    "book()": (by_the_application, APPOINTMENTS),
    "INSERT": (by_insert, FLOOR),
    "INSERT ON CONFLICT": (by_insert_on_conflict, FLOOR),
}


def field_of(client: int, doctors: int) -> Field:
    """Return what a client races for among so many doctors."""
    facility = Facility.objects.get(name=NAME)
    own = facility.patients.order_by("pk")[client * PATIENTS_EACH : (client + 1) * PATIENTS_EACH]
    return Field(facility, list(facility.doctors.order_by("pk")[:doctors]), list(own), slots())


def race(field: Field, contender: str, until: float) -> list[Attempt]:
    """Try again and again until that time of the clock; return every attempt.

    Giving back is no attempt, unless it fails.
    """
    connection.ensure_connection()
    book, _ = CONTENDERS[contender]
    rng = random.Random(f"{field.patients[0].pk} {until}")
    held: deque[tuple[int, Callable[[], Any]]] = deque()
    attempts: list[Attempt] = []
    while time.monotonic() < until:
        started = time.monotonic()
        if held and held[0][0] <= len(attempts):
            outcome, _ = _ended(held.popleft()[1])
            if outcome not in (BOOKED, CONFLICT):
                attempts.append(Attempt(started, time.monotonic(), f"cancel {outcome}"))
            continue
        outcome, give_back = _ended(lambda: book(field, rng))
        attempts.append(Attempt(started, time.monotonic(), outcome))
        if give_back:
            held.append((len(attempts) + KEPT_FOR, give_back))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
    return attempts


def _ended(write: Callable[[], T]) -> tuple[str, T | None]:
    """Return how a write ended: booked, conflict, or an SQLSTATE or code that is neither."""
    try:
        result = write()
    except ValidationError as refusal:
        return str(refusal.error_list[0].code), None
    except (DatabaseError, psycopg.Error) as error:
        cause = error if isinstance(error, psycopg.Error) else error.__cause__
        return str(getattr(cause, "sqlstate", None) or type(error).__name__), None
    return (BOOKED if result else CONFLICT), result
