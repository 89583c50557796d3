"""Free time in which a wanted visit fits: one statement over `FreeTime`.

It takes off what that table does not know: the holds that run right now, and the times at which
this patient or this room is taken. Few gaps meet one of those, and only they are cut up; of all
others the statement just works out the first start. The hours that suit are worked out once for
each zone and day.
"""

from datetime import date, datetime, time
from typing import Any, NamedTuple

from django.db import connection
from psycopg.types.multirange import TimestamptzMultirange
from psycopg.types.range import TimestamptzRange

from facilities.models import Doctor, Facility
from scheduling.availability import LONGEST
from scheduling.wanted import Place, Wanted


class Window(NamedTuple):
    """Days to look at, in order; `is_known` says whether `FreeTime` has them."""

    days: list[date]
    is_known: bool


class Stretch(NamedTuple):
    """Free time in which a wanted visit can start from `opens_at` up to before `last_start`."""

    doctor: Doctor
    facility: Facility
    miles: float | None
    opens_at: datetime
    ends_at: datetime
    last_start: datetime


FREE = """
WITH place AS (
    SELECT * FROM unnest(
        %(doctors)s::bigint[], %(facilities)s::bigint[], %(miles)s::float8[], %(zones)s::text[]
    ) WITH ORDINALITY AS place (doctor_id, facility_id, miles, zone, position)
), held AS (
    SELECT doctor_id, range_agg(tstzrange(starts_at, blocked_until)) AS times
    FROM scheduling_appointment
    WHERE status = 'pending' AND hold_expires_at > %(now)s AND id IS DISTINCT FROM %(moving)s
    GROUP BY doctor_id
), suits AS MATERIALIZED (
    {hours_that_suit}
), gap AS MATERIALIZED (
    {gaps}
), free AS (
    SELECT place.position, place.miles, gap.doctor_id, gap.ends_at,
        least(greatest(gap.starts_at, %(earliest)s), gap.ends_at) AS starts_at,
        suits.since, least(suits.until, %(latest)s) AS until
    FROM gap
    JOIN place USING (doctor_id, facility_id)
    JOIN suits ON suits.zone = place.zone AND suits.day = gap.day
), cut AS (
    SELECT position, miles, greatest(starts_at, since) AS starts_at, ends_at, until
    FROM free
    WHERE doctor_id <> ALL(ARRAY(SELECT doctor_id FROM held))
        AND NOT tstzrange(starts_at, ends_at) && %(busy)s::tstzmultirange
    UNION ALL
    SELECT position, miles, greatest(lower(rest), since), upper(rest), until
    FROM free
    LEFT JOIN held USING (doctor_id)
    CROSS JOIN LATERAL unnest(
        tstzmultirange(tstzrange(starts_at, ends_at))
        - coalesce(held.times, '{{}}') - %(busy)s::tstzmultirange
    ) AS rest
    WHERE doctor_id = ANY(ARRAY(SELECT doctor_id FROM held))
        OR tstzrange(starts_at, ends_at) && %(busy)s::tstzmultirange
), opening AS (
    -- The first full five minutes, as `availability.starts` has it.
    SELECT position, miles, ends_at, until,
        date_bin('5 minutes', starts_at + interval '299.999999 seconds',
                 TIMESTAMPTZ '2000-01-01 00:00Z') AS opens_at
    FROM cut
)
SELECT position - 1, opens_at, ends_at, least(until, ends_at)
FROM opening
WHERE opens_at + %(needs)s <= ends_at AND opens_at < until
ORDER BY opens_at, miles, position
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
ALL_DAY = """
    SELECT zone, day, TIMESTAMPTZ '-infinity' AS since, TIMESTAMPTZ 'infinity' AS until
    FROM (SELECT DISTINCT zone FROM place) AS zones, unnest(%(days)s::date[]) AS day
"""
PART_OF_DAY = """
    SELECT zone, day, scheduling_instant(day + %(from_time)s::time, zone) AS since,
        scheduling_instant(
            CASE WHEN %(to_time)s::time IS NULL THEN (day + 1)::timestamp
            ELSE day + %(to_time)s::time END, zone
        ) AS until
    FROM (SELECT DISTINCT zone FROM place) AS zones, unnest(%(days)s::date[]) AS day
"""


def free_stretches(
    wanted: Wanted,
    places: list[Place],
    window: Window,
    busy: TimestamptzMultirange,
    *,
    now: datetime,
    limit: int | None,
) -> list[Stretch]:
    """Return the stretches of those days in which the visit fits, by start and then by distance.

    `busy` are the `busy_times` of what is wanted. The first `limit` of the stretches contain the
    first `limit` slots.
    """
    if not places:
        return []
    by_clock = wanted.from_time is not None or wanted.to_time is not None
    gaps, values = _gaps(wanted, places, window)
    sql = FREE.format(gaps=gaps, hours_that_suit=PART_OF_DAY if by_clock else ALL_DAY)
    values |= {
        "facilities": [place.facility for place in places],
        "miles": [place.miles for place in places],
        "zones": [place.zone for place in places],
        "now": now,
        "earliest": max(now, wanted.starting.starts_at) if wanted.starting else now,
        "latest": wanted.starting.ends_at if wanted.starting else None,
        "needs": wanted.needs,
        "from_time": wanted.from_time or time(0),
        "to_time": wanted.to_time,
        "busy": busy,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    return _stretches([(places[position], times) for position, *times in rows])


def busy_times(wanted: Wanted, now: datetime) -> TimestamptzMultirange:
    """Return the times at which the patient or the room is taken, or that are not wanted.

    Of a room, years of visits lie behind: the longest bounds how far back to look.
    """
    taken: list[tuple[datetime, datetime]] = list(wanted.taken)
    if wanted.patient is not None:
        own = wanted.patient.appointments.holding_time().upcoming(now).besides(wanted.moving)
        taken += own.values_list("starts_at", "ends_at")
    if wanted.room is not None:
        used = wanted.room.appointments.holding_time().filter(
            starts_at__gt=now - 2 * LONGEST, blocked_until__gt=now
        )
        taken += used.besides(wanted.moving).values_list("starts_at", "blocked_until")
    return TimestamptzMultirange([TimestamptzRange(*period) for period in taken])


def _stretches(found: list[tuple[Place, list[datetime]]]) -> list[Stretch]:
    """Load the doctors and facilities of what was found, in two queries."""
    if not found:
        return []
    doctors = Doctor.objects.in_bulk({place.doctor for place, _times in found})
    facilities = Facility.objects.in_bulk({place.facility for place, _times in found})
    return [
        Stretch(doctors[place.doctor], facilities[place.facility], place.miles, *times)
        for place, times in found
    ]


def _gaps(wanted: Wanted, places: list[Place], window: Window) -> tuple[str, dict[str, Any]]:
    """Return the SQL of the free time to look at, and its values.

    A visit that moves frees its own time: its doctor's days are worked out without it.
    """
    moving = wanted.moving
    doctors = [place.doctor for place in places]
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
