"""The next openings anywhere in the network: who is free where, soonest and nearest first.

One path for the desk, the alternatives to a lost time, and whoever else looks for one. It reads
`FreeTime`, which triggers keep, and takes off what that table does not know: the holds that run
right now, and the times at which this patient or this room is taken. Days are looked at in windows
that grow, so that a search costs as much as its answer is far away.

What is found can be booked at that moment; booking itself never relies on it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from heapq import merge
from itertools import islice
from math import inf
from typing import Any, NamedTuple

from django.db import connection
from psycopg.types.multirange import TimestamptzMultirange
from psycopg.types.range import TimestamptzRange

from facilities.models import CareType, Doctor, Facility, Room
from facilities.zip_codes import centroid, miles_between
from patients.models import Patient
from scheduling.availability import DEFAULT_DURATION, STEP, Period, starts
from scheduling.calendars import local
from scheduling.models import Appointment, AppointmentType, FreeTimeHorizon
from scheduling.models.free_time import AHEAD

# The days looked at first, at once, and by how much more each time.
FIRST_WINDOW, GROWTH = 1, 3
MORNING, AFTERNOON = (time(0), time(12)), (time(12), None)


class Slot(NamedTuple):
    """A free period that can be booked; FHIR's Slot. `miles` is None where nobody asked."""

    doctor: Doctor
    facility: Facility
    starts_at: datetime
    ends_at: datetime
    miles: float | None = None

    @property
    def local_start(self) -> datetime:
        return local(self.starts_at, self.facility)


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for. Whatever is left out does not matter.

    Days and times of day are those of each facility. A type brings its length, its buffer and the
    doctors who offer it. A visit that is `moving` does not stand in its own way. What is `taken` is
    not offered, though it is free: somebody is about to take it.
    """

    first: date
    last: date | None = None
    duration: timedelta = DEFAULT_DURATION
    buffer: timedelta = timedelta()
    type: AppointmentType | None = None
    care_type: CareType | None = None
    specialization: str = ""
    doctors: list[Doctor] | None = None
    facilities: list[Facility] | None = None
    zip_code: str = ""
    miles: float | None = None
    from_time: time | None = None
    to_time: time | None = None
    weekdays: frozenset[int] = field(default_factory=frozenset)
    patient: Patient | None = None
    room: Room | None = None
    moving: Appointment | None = None
    taken: tuple[Period, ...] = ()

    @property
    def needs(self) -> timedelta:
        return self.duration + self.buffer

    def suits(self, day: date) -> bool:
        return not self.weekdays or day.isoweekday() in self.weekdays

    @property
    def anywhere(self) -> "Wanted":
        """Return the same, at whatever distance."""
        return replace(self, miles=None)


class Place(NamedTuple):
    """A doctor at a facility, and how far that is."""

    doctor: Doctor
    facility: Facility
    miles: float | None


class Window(NamedTuple):
    """Days to look at, in order; `is_known` says whether `FreeTime` has them."""

    days: list[date]
    is_known: bool


class Stretch(NamedTuple):
    """Free time in which a wanted visit can start from `opens_at` up to before `last_start`."""

    place: Place
    opens_at: datetime
    ends_at: datetime
    last_start: datetime


def find_openings(wanted: Wanted, *, now: datetime, count: int = 5) -> list[Slot]:
    """Return the first `count` slots, by time and then by distance.

    Two slots of one doctor never overlap: each is a choice of its own.
    """
    places = places_for(wanted)
    found: list[Slot] = []
    for window in windows(wanted, now):
        stretches = free_stretches(wanted, places, window, now=now, limit=count)
        found += islice(_apart(_slots(wanted, stretches)), count - len(found))
        if len(found) == count:
            break
    return found


def free_starts(wanted: Wanted, *, now: datetime) -> list[Slot]:
    """Return every slot from the first to the last day, by time, overlapping ones too."""
    return list(_slots(wanted, free_time(wanted, now=now)))


def free_time(wanted: Wanted, *, now: datetime) -> list[Stretch]:
    """Return all the time in which what is wanted fits, from the first to the last day."""
    places = places_for(wanted)
    return [
        stretch
        for window in windows(wanted, now, at_once=AHEAD.days)
        for stretch in free_stretches(wanted, places, window, now=now, limit=None)
    ]


def places_for(wanted: Wanted) -> list[Place]:
    """Return who can be asked at all, in one query: active doctors where they work."""
    through = Doctor.facilities.through.objects.filter(
        doctor__is_active=True, facility__is_active=True
    )
    if wanted.type:
        offering = Doctor.objects.filter(wanted.type.offering)
        through = through.filter(doctor__in=offering)
    if wanted.care_type:
        through = through.filter(
            doctor__care_types=wanted.care_type, facility__care_types=wanted.care_type
        )
    if wanted.specialization:
        through = through.filter(doctor__specialization__iexact=wanted.specialization)
    if wanted.doctors is not None:
        through = through.filter(doctor__in=wanted.doctors)
    if wanted.facilities is not None:
        through = through.filter(facility__in=wanted.facilities)
    return list(_near(wanted, through.select_related("doctor", "facility")))


def _near(wanted: Wanted, rows: Any) -> Iterator[Place]:
    here = centroid(wanted.zip_code) if wanted.zip_code else None
    for row in rows:
        there = centroid(row.facility.zip_code) if here else None
        miles = miles_between(here, there) if here and there else None
        if wanted.miles is None or (miles is not None and miles <= wanted.miles):
            yield Place(row.doctor, row.facility, miles)


def windows(wanted: Wanted, now: datetime, at_once: int = FIRST_WINDOW) -> Iterator[Window]:
    """Yield the days to look at, `at_once` first and then ever more.

    Without a last day these are the days that are worked out ahead; with one, all up to that day,
    and what lies beyond is worked out as it is asked for. The first day may lie a day back, where
    it is still yesterday at some facility; what has passed is not offered anyway.
    """
    known = FreeTimeHorizon.reach(now.date())
    end = wanted.last + timedelta(days=1) if wanted.last else known
    day, size = max(wanted.first, now.date() - timedelta(days=1)), at_once
    while day < end:
        is_known = day < known
        stop = min(day + timedelta(days=size), end, known if is_known else end)
        days = [day + timedelta(days=n) for n in range((stop - day).days)]
        suits = [
            each for each in days if not wanted.weekdays or each.isoweekday() in wanted.weekdays
        ]
        if suits:
            yield Window(suits, is_known)
        day, size = stop, size * GROWTH


FREE = """
WITH place AS (
    SELECT * FROM unnest(%(doctors)s::bigint[], %(facilities)s::bigint[], %(miles)s::float8[])
    WITH ORDINALITY AS place (doctor_id, facility_id, miles, position)
), held AS (
    SELECT doctor_id, range_agg(tstzrange(starts_at, blocked_until)) AS times
    FROM scheduling_appointment
    WHERE status = 'pending' AND hold_expires_at > %(now)s AND id IS DISTINCT FROM %(moving)s
    GROUP BY doctor_id
), gap AS (
    {gaps}
)
SELECT place.position - 1, slot.opens_at, upper(free), least(opens.until, upper(free))
FROM gap
JOIN place USING (doctor_id, facility_id)
LEFT JOIN held USING (doctor_id)
CROSS JOIN LATERAL ({opening_hours}) AS opens (since, until)
CROSS JOIN LATERAL unnest(
    tstzmultirange(tstzrange(least(greatest(gap.starts_at, %(now)s), gap.ends_at), gap.ends_at))
    - coalesce(held.times, '{{}}') - %(busy)s::tstzmultirange
) AS free
CROSS JOIN LATERAL (
    -- The first full five minutes, as `availability.starts` has it.
    SELECT date_bin('5 minutes', greatest(lower(free), opens.since) + interval '299.999999 seconds',
                    TIMESTAMPTZ '2000-01-01 00:00Z') AS opens_at
) AS slot
WHERE slot.opens_at + %(needs)s <= upper(free) AND slot.opens_at < opens.until
ORDER BY slot.opens_at, place.miles, place.position
LIMIT %(limit)s
"""
KNOWN = """
    SELECT doctor_id, facility_id, day, starts_at, ends_at FROM scheduling_freetime
    WHERE day = ANY(%(days)s) AND minutes >= %(minutes)s AND doctor_id = ANY(%(doctors)s)
        AND doctor_id IS DISTINCT FROM %(moving_doctor)s
"""
WORKED_OUT = """
    SELECT * FROM scheduling_free_time(
        %(worked_out)s::bigint[], %(first)s::date, %(last)s::date, %(moving)s::bigint
    ) AS own WHERE own.day = ANY(%(days)s)
"""
ALL_DAY = "SELECT TIMESTAMPTZ '-infinity', TIMESTAMPTZ 'infinity'"
PART_OF_DAY = """
    SELECT scheduling_instant(gap.day + %(from_time)s::time, zone.timezone),
        scheduling_instant(
            CASE WHEN %(to_time)s::time IS NULL THEN (gap.day + 1)::timestamp
            ELSE gap.day + %(to_time)s::time END, zone.timezone
        )
    FROM facilities_facility zone WHERE zone.id = gap.facility_id
"""


def free_stretches(
    wanted: Wanted, places: list[Place], window: Window, *, now: datetime, limit: int | None
) -> list[Stretch]:
    """Return the stretches of those days in which the visit fits, by start and then by distance.

    The first `limit` of them contain the first `limit` slots.
    """
    if not places:
        return []
    by_clock = wanted.from_time is not None or wanted.to_time is not None
    gaps, values = _gaps(wanted, places, window)
    sql = FREE.format(gaps=gaps, opening_hours=PART_OF_DAY if by_clock else ALL_DAY)
    values |= {
        "facilities": [place.facility.pk for place in places],
        "miles": [place.miles for place in places],
        "now": now,
        "needs": wanted.needs,
        "from_time": wanted.from_time or time(0),
        "to_time": wanted.to_time,
        "busy": _busy(wanted, now),
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Stretch(places[row[0]], *row[1:]) for row in cursor.fetchall()]


def _gaps(wanted: Wanted, places: list[Place], window: Window) -> tuple[str, dict[str, Any]]:
    """Return the SQL of the free time to look at, and its values.

    A visit that moves frees its own time: its doctor's days are worked out without it.
    """
    moving = wanted.moving
    doctors = [place.doctor.pk for place in places]
    values = {
        "days": window.days,
        "first": window.days[0],
        "last": window.days[-1],
        "doctors": doctors,
        "minutes": int(wanted.needs.total_seconds() // 60),
        "moving": moving.pk if moving else None,
        "moving_doctor": moving.doctor_id if moving else None,
    }
    if not window.is_known:
        return WORKED_OUT, values | {"worked_out": sorted(set(doctors))}
    if moving and moving.doctor_id in doctors:
        return f"{KNOWN} UNION ALL {WORKED_OUT}", values | {"worked_out": [moving.doctor_id]}
    return KNOWN, values


def _busy(wanted: Wanted, now: datetime) -> TimestamptzMultirange:
    """Return the times at which the patient or the room is taken, or that are not wanted."""
    taken: list[tuple[datetime, datetime]] = list(wanted.taken)
    if wanted.patient is not None:
        own = wanted.patient.appointments.holding_time().upcoming(now).besides(wanted.moving)
        taken += own.values_list("starts_at", "ends_at")
    if wanted.room is not None:
        used = wanted.room.appointments.holding_time().filter(blocked_until__gt=now)
        taken += used.besides(wanted.moving).values_list("starts_at", "blocked_until")
    return TimestamptzMultirange([TimestamptzRange(*period) for period in taken])


def _slots(wanted: Wanted, stretches: list[Stretch]) -> Iterator[Slot]:
    """Yield the slots of all stretches by start, then by distance."""

    def within(order: int, stretch: Stretch) -> Iterator[tuple[datetime, float, int, Slot]]:
        place, opens_at, ends_at, last_start = stretch
        free = [Period(opens_at, ends_at)]
        distance = inf if place.miles is None else place.miles
        for at in starts(free, wanted.needs, STEP, place.facility.tz):
            if at >= last_start:
                return
            slot = Slot(place.doctor, place.facility, at, at + wanted.duration, place.miles)
            yield at, distance, order, slot

    for *_order, slot in merge(*(within(*each) for each in enumerate(stretches))):
        yield slot


def _apart(slots: Iterator[Slot]) -> Iterator[Slot]:
    """Leave out what overlaps a slot of the same doctor that came before."""
    kept: dict[int, datetime] = {}
    for slot in slots:
        if slot.starts_at >= kept.get(slot.doctor.pk, slot.starts_at):
            kept[slot.doctor.pk] = slot.ends_at
            yield slot
