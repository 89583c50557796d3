"""The third next available appointment: how long somebody who calls now would wait for a doctor.

The first and the second next opening may be there because somebody has just cancelled; the third
says more of how full a doctor is (Murray and Tantau, 2000).
"""

from datetime import timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

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
            date_format(at, "WEEKDAY_TIME_FORMAT") if at else _("None in 180 days"),
            str(facility or NONE),
        ]
        for name, facility, at, days in waits
    ]
    longest = sorted(waits, key=lambda each: (each[3] is not None, -(each[3] or 0)))
    bars = [Bar(name, days, _days(days)) for name, _facility, _at, days in longest]
    return Figure(
        "access",
        _("Third next available appointment"),
        _(
            "Days from today to the start of a doctor’s third next free half hour; the period "
            "above does not matter here."
        ),
        _("No doctor works at these facilities."),
        (_("Doctor"), _("Days"), pgettext("of a free time", "Start"), _("Facility")),
        table,
        [fitted("access-doctors", _("By doctor, the longest wait first"), bars)] if bars else [],
    )


def _days(days: int | None) -> str:
    if days is None:
        return pgettext("days until a free time", "none")
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
