"""What the numbers mean: rows of a statement become a table, plots and one sentence about them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta

from django.utils.formats import date_format, number_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from scheduling import weekdays
from scheduling.insight.plots import Bar, Plot, fitted
from scheduling.insight.scope import Scope
from scheduling.insight.statements import CANCELLATIONS, NOSHOWS, UTILISATION, WAITING

NOTICE = (
    ("after", gettext_lazy("After the start")),
    ("day", gettext_lazy("Under 24 h")),
    ("three", gettext_lazy("1 to 3 days")),
    ("week", gettext_lazy("3 to 7 days")),
    ("more", gettext_lazy("A week or more")),
    ("unknown", gettext_lazy("Not recorded")),
)
NONE = "–"
NEVER: tuple[None, None] = (None, None)


@dataclass(frozen=True)
class Figure:
    """One card of the page. `rows` are cells as text, for the table and the download alike."""

    slug: str
    title: str
    meaning: str
    empty: str
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    plots: Sequence[Plot] = field(default_factory=list)


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def percent(value: float | None) -> str:
    return NONE if value is None else f"{100 * value:.0f}%"


def tenth_of_percent(value: float | None) -> str:
    return NONE if value is None else f"{_tenths(100 * value)}%"


def _tenths(value: float) -> str:
    return number_format(f"{value:.1f}")


def utilisation(scope: Scope) -> Figure:
    """Return booked minutes by working minutes, per doctor and per weekday."""
    rows = scope.rows(UTILISATION)
    names: dict[int, str] = {}
    cells: dict[tuple[int, int], tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for doctor, name, weekday, *minutes in rows:
        names[doctor] = name
        for key in ((doctor, weekday), (doctor, 0), (0, weekday), (0, 0)):
            cells[key] = cells[key][0] + minutes[0], cells[key][1] + minutes[1]
    shares = {key: share(booked, worked) for key, (worked, booked) in cells.items()}
    per_doctor = sorted(names, key=lambda doctor: -(shares[doctor, 0] or 0))
    week = weekdays.narrow_choices()
    table = [
        [name, *(percent(shares.get((doctor, day))) for day, _name in week), *_total(cells, doctor)]
        for doctor, name in [*names.items(), (0, _("All together"))]
        if names
    ]
    plots = [
        fitted(
            "utilisation-doctors",
            _("By doctor, the fullest first"),
            [Bar(names[each], shares[each, 0], percent(shares[each, 0])) for each in per_doctor],
            full=1,
        ),
        fitted(
            "utilisation-weekdays",
            _("By weekday"),
            [Bar(name, shares.get((0, day)), percent(shares.get((0, day)))) for day, name in week],
            full=1,
            is_columns=True,
        ),
    ]
    return Figure(
        "utilisation",
        _("Utilisation"),
        _(
            "Minutes that visits and their buffers take, divided by working minutes less time off "
            "and closures; overbooked visits count as well, so that it can pass 100%."
        ),
        _("Nobody had working hours in this period."),
        (
            *(_("Doctor"), *(name for _day, name in week)),
            *(_("All days"), _("Hours booked"), _("Hours worked")),
        ),
        table,
        plots if names else [],
    )


def _total(cells: dict[tuple[int, int], tuple[float, float]], doctor: int) -> list[str]:
    worked, booked = cells[doctor, 0]
    return [percent(share(booked, worked)), _tenths(booked / 60), _tenths(worked / 60)]


def noshows(scope: Scope) -> Figure:
    """Return the share of patients who did not come, per week from Monday on."""
    found = {week: counts for week, *counts in scope.rows(NOSHOWS)}
    monday = scope.first - timedelta(days=scope.first.weekday())
    weeks = [monday + timedelta(days=n) for n in range(0, (scope.last - monday).days + 1, 7)]
    counted = [(week, *found.get(week, (0, 0))) for week in weeks]
    missed, due = (sum(row[n] for row in counted) for n in (1, 2))
    table = [
        [date_format(week), str(missed), str(due), tenth_of_percent(share(missed, due))]
        for week, missed, due in counted
    ]
    table.append([_("All weeks"), str(missed), str(due), tenth_of_percent(share(missed, due))])
    bars = [
        Bar(date_format(week, "SHORT_MONTH_DAY_FORMAT"), rate, percent(rate))
        for week, rate in ((week, share(missed, due)) for week, missed, due in counted)
    ]
    title = _("By week, from the Monday named")
    plot = fitted("noshows-weeks", title, bars, is_columns=True, most_columns=14)
    return Figure(
        "noshows",
        _("No-shows"),
        _(
            "Visits whose patient did not come, divided by all visits whose patient came or did "
            "not come; cancelled visits count for neither."
        ),
        _("No visit has ended in this period yet."),
        (_("Week of"), _("No-shows"), _("Visits due"), pgettext("of no-shows", "Rate")),
        table if due else [],
        [plot] if due else [],
    )


def cancellations(scope: Scope) -> Figure:
    """Return how many visits were cancelled, by how long before their start."""
    counts = dict(scope.rows(CANCELLATIONS))
    kept = counts.pop("kept", 0)
    total = sum(counts.values())
    words = [
        (str(words), counts.get(key, 0))
        for key, words in NOTICE
        if key in counts or key != "unknown"
    ]
    table = [[name, str(count), tenth_of_percent(share(count, total))] for name, count in words]
    table.append([_("All cancelled"), str(total), tenth_of_percent(share(total, total))])
    booked = total + kept
    table.append([_("Of all visits booked"), str(booked), percent(share(total, booked))])
    bars = [Bar(name, count, str(count)) for name, count in words]
    plot = fitted("cancellations-notice", _("By notice before the start"), bars)
    return Figure(
        "cancellations",
        _("Cancellations"),
        _(
            "Cancelled visits by the time between the cancellation and the planned start; a hold "
            "that was given up is none."
        ),
        _("No visit of this period was cancelled."),
        # Translators: how long before its start a visit was cancelled.
        (_("Notice"), _("Visits"), pgettext("of all visits", "Share")),
        table if total else [],
        [plot] if total else [],
    )


def waiting(scope: Scope) -> Figure:
    """Return minutes from arrival to check-in and on to the end, per hour of the day."""
    rows = [
        (NONE if hour is None else _hour(hour), waits, wait or NEVER, visits, visit or NEVER)
        for hour, waits, wait, visits, visit in scope.rows(WAITING)
    ]
    hours = [row for row in rows if row[0] != NONE]
    table = [
        [
            # Translators: all hours of the day together.
            _("All day") if hour == NONE else hour,
            *(str(waits), _minutes(wait[0]), _minutes(wait[1])),
            *(str(visits), _minutes(visit[0]), _minutes(visit[1])),
        ]
        for hour, waits, wait, visits, visit in rows
    ]
    plots = [
        fitted(
            "waiting-arrival",
            _("From arrival to check-in, by hour of the appointment"),
            [Bar(hour, wait[0], _both(wait), wait[1]) for hour, _n, wait, *_rest in hours],
            note=_("The bar is the median; nine of ten wait no longer than the line."),
        ),
        fitted(
            "waiting-visit",
            _("From check-in to done, by hour of the appointment"),
            [Bar(row[0], row[4][0], _both(row[4]), row[4][1]) for row in hours],
            note=_("The bar is the median; nine of ten stay no longer than the line."),
        ),
    ]
    return Figure(
        "waiting",
        _("Waiting times"),
        _(
            "Minutes between the steps that the desk marked for visits that are done: the median, "
            "and the 90th percentile, which nine of ten do not exceed."
        ),
        _("No visit has ended in this period yet."),
        (
            # Translators: how many waits and how many visits were counted.
            *(_("Hour"), _("Waits"), _("Wait, median"), _("Wait, 90th percentile")),
            *(_("Visits"), _("Visit, median"), _("Visit, 90th percentile")),
        ),
        table if hours else [],
        plots if hours else [],
    )


def _hour(hour: int) -> str:
    return time_format(time(hour), "HOUR_FORMAT")


def _minutes(value: float | None) -> str:
    return NONE if value is None else f"{value:.0f}"


def _both(found: Sequence[float | None]) -> str:
    shown = {"median": _minutes(found[0]), "most": _minutes(found[1])}
    # Translators: a median and the 90th percentile, in minutes.
    return _("%(median)s min, 90%%: %(most)s") % shown
