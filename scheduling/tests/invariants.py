"""What is true after every step of every history."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

from django.db import connection

from scheduling.agenda import doctor_days
from scheduling.availability import Period
from scheduling.models import Appointment, AppointmentEvent, FreeTime
from scheduling.status import HOLDING_TIME, MOVABLE, NEXT, Status
from scheduling.tests.world import DAY, SPAN, World

# An event tells both sides of each of these.
SIDES = ("status", "starts_at", "ends_at", "doctor_id", "room_id", "overbook")
Key = tuple[int, int, date]
Free = dict[Key, list[Period]]

OVERLAPS = """
    SELECT a.id, b.id FROM scheduling_appointment a JOIN scheduling_appointment b ON a.id < b.id
    AND a.status = ANY(%(holding)s) AND b.status = ANY(%(holding)s)
    AND (a.patient_id = b.patient_id
            AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
        OR (a.doctor_id = b.doctor_id AND a.overbook = b.overbook OR a.room_id = b.room_id)
            AND tstzrange(a.starts_at, a.blocked_until)
                && tstzrange(b.starts_at, b.blocked_until))
"""


def nobody_is_in_two_places() -> None:
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS, {"holding": [str(status) for status in HOLDING_TIME]})
        assert cursor.fetchall() == []


def every_appointment_is_where_its_events_led() -> None:
    histories = defaultdict(list)
    for event in AppointmentEvent.objects.order_by("pk"):
        histories[event.appointment_id].append(event)
    for appointment in Appointment.objects.select_related("type"):
        events = histories[appointment.pk]
        begins_well(events[0])
        for before, after in pairwise(events):
            assert side(after, "from") == side(before, "to")
            follows(before, after)
        assert side(events[-1], "to") == tuple(getattr(appointment, name) for name in SIDES)
        assert appointment.version == len(events)
        buffer = appointment.blocked_until - appointment.ends_at
        assert not buffer if appointment.type is None else buffer == appointment.type.buffer


def side(event: AppointmentEvent, which: str) -> tuple:
    return tuple(getattr(event, f"{which}_{name}") for name in SIDES)


def begins_well(event: AppointmentEvent) -> None:
    assert (event.kind, event.from_status, event.to_status) in {
        ("booked", "", "booked"),
        ("held", "", "pending"),
    }
    assert side(event, "from")[1:] == side(event, "to")[1:]


def follows(before: AppointmentEvent, event: AppointmentEvent) -> None:
    """Check one change against the table of steps, or against the change that it takes back."""
    if event.kind == "undone":
        assert before.kind in {"moved", "status"}
        assert before.from_status != Status.PENDING
        assert side(event, "to") == side(before, "from")
    elif event.kind == "moved":
        later = event.to_starts_at.date() > event.from_starts_at.date()
        sent_home = (event.from_status, event.to_status) == (Status.ARRIVED, Status.BOOKED)
        assert event.from_status == event.to_status or (sent_home and later)
        assert event.from_status in MOVABLE
    else:
        assert event.kind == "status"
        assert event.to_status in NEXT[Status(event.from_status)]


def free_time_is_kept_right(world: World) -> None:
    """The table, the SQL function and Python agree on what is free, holds left out."""
    kept, by_sql, by_python = kept_free(world), sql_free(world), python_free(world)
    assert kept == by_python
    assert by_sql == by_python


def python_free(world: World) -> Free:
    free: Free = {}
    for facility in world.facilities:
        for first in world.first_days:
            last = first + (SPAN - 1) * DAY
            for day in doctor_days(facility, world.doctors, first, last):
                taken = [each for each in day.appointments if each.status != Status.PENDING]
                free[day.doctor.pk, facility.pk, day.day] = replace(day, appointments=taken).free
    return {key: periods for key, periods in free.items() if periods}


def kept_free(world: World) -> Free:
    rows = FreeTime.objects.filter(day__in=world.days).order_by("starts_at")
    return _by_day(rows.values_list("doctor_id", "facility_id", "day", "starts_at", "ends_at"))


def sql_free(world: World) -> Free:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT free.* FROM unnest(%s::date[]) AS days (day),"
            " scheduling_free_time(%s::bigint[], days.day, days.day, NULL) AS free"
            " ORDER BY free.starts_at",
            [world.days, [doctor.pk for doctor in world.doctors]],
        )
        return _by_day(cursor.fetchall())


def _by_day(rows: list[tuple[int, int, date, datetime, datetime]]) -> Free:
    free: Free = defaultdict(list)
    for doctor, facility, day, starts_at, ends_at in rows:
        free[doctor, facility, day].append(Period(starts_at, ends_at))
    return dict(free)
