"""The third next available appointment: how long somebody who calls now would wait for a doctor.

The first and the second next opening may be there because somebody has just cancelled; the third
says more of how full a doctor is (Murray and Tantau, 2000).
"""

from datetime import timedelta

from scheduling.availability import DEFAULT_DURATION
from scheduling.calendars import local
from scheduling.insight.figures import NONE, Figure
from scheduling.insight.plots import Bar, fitted
from scheduling.insight.scope import ONE_DAY, Scope
from scheduling.insight.statements import THIRD_NEXT


def third_next(scope: Scope) -> Figure:
    """Return the days from today to the third next opening of half an hour, per doctor."""
    facilities = {facility.pk: facility for facility in scope.facilities}
    rows = [
        (name, facilities.get(facility), starts_at)
        for _doctor, name, facility, starts_at in scope.rows(
            THIRD_NEXT,
            needs=DEFAULT_DURATION,
            minutes=DEFAULT_DURATION // timedelta(minutes=1),
            yesterday=scope.now.date() - ONE_DAY,
        )
    ]
    waits = []
    for name, facility, starts_at in rows:
        at = local(starts_at, facility) if facility else None
        days = (at.date() - local(scope.now, facility).date()).days if at and facility else None
        waits.append((name, facility, at, days))
    table = [
        [
            name,
            NONE if days is None else str(days),
            f"{at:%a, %b %-d, %-I:%M %p}" if at else "None in 180 days",
            str(facility or NONE),
        ]
        for name, facility, at, days in waits
    ]
    longest = sorted(waits, key=lambda each: (each[3] is not None, -(each[3] or 0)))
    bars = [
        Bar(name, days, "none" if days is None else "1 day" if days == 1 else f"{days} days")
        for name, _facility, _at, days in longest
    ]
    return Figure(
        "access",
        "Third next available appointment",
        "Days from today to the start of a doctor’s third next free half hour; the period above "
        "does not matter here.",
        "No doctor works at these facilities.",
        ("Doctor", "Days", "Start", "Facility"),
        table,
        [fitted("access-doctors", "By doctor, the longest wait first", bars)] if bars else [],
    )
