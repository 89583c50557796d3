"""The day board: every doctor's day laid out in rows of five minutes.

Pure arithmetic over `agenda.DoctorDay`. A position is the time elapsed since the board's first
instant, never a wall-clock time, so a day of 23 or 25 hours has that many hours of rows and an hour
that occurs twice is shown twice.
"""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise
from typing import Any

from django.utils.formats import date_format, time_format
from django.utils.translation import get_language

from facilities.clocks import zone_in_doubt
from facilities.models import Doctor, Facility
from scheduling.agenda import DoctorDay
from scheduling.availability import GRID, Period, day_bounds, instant_of_hours, on_grid, without
from scheduling.models import Appointment, Closure

ROW = GRID
CHUNK = timedelta(minutes=30)
SHORTEST = timedelta(minutes=15)
USUAL_HOURS = (time(8), time(18))
# What stands in a lane; everything else takes the whole width.
VISITS = frozenset({"appointment", "hold", "taken", "elsewhere"})


# A kind, a period, and the remaining fields of the item it becomes.
Stretch = tuple[str, Period, dict[str, Any]]


@dataclass(frozen=True)
class Item:
    """One stretch of a doctor's day. `kind` is appointment, hold, taken, elsewhere, buffer, away,
    closed, off (not working) or free; `row` and `span` count rows of five minutes.

    What takes place has its own start and end, all else those within the board.
    """

    kind: str
    starts_at: datetime
    ends_at: datetime
    tz: tzinfo
    row: int
    span: int
    appointment: Appointment | None = None
    words: str = ""
    lane: int = 0
    is_alone: bool = True
    is_from_day_before: bool = False

    @property
    def iso(self) -> str:
        """Return the start as the instant that a link to the booking page carries."""
        return iso_instant(self.starts_at)

    @property
    def place(self) -> str:
        """Return the style classes that put the item in its place, see `board_rows.css`."""
        lane = "alone" if self.is_alone else f"lane-{self.lane}"
        return f"r{self.row} s{self.span} {lane}"

    @property
    def clock(self) -> str:
        """Return the start as it is read beside the hours of the board."""
        if self.is_from_day_before:
            return self.starts
        return _clock(self.starts_at.astimezone(self.tz), "CLOCK_FORMAT")

    @property
    def starts(self) -> str:
        """Return the start as it is read alone: with its day, or the zone, where that is open."""
        start = self.starts_at.astimezone(self.tz)
        if self.is_from_day_before:
            return date_format(start, "WEEKDAY_TIME_FORMAT")
        return f"{_clock(start, 'TIME_FORMAT')}{zone_in_doubt(start)}"

    @property
    def ends(self) -> str:
        end = self.ends_at.astimezone(self.tz)
        return f"{_clock(end, 'TIME_FORMAT')}{zone_in_doubt(end)}"


@dataclass(frozen=True)
class Column:
    doctor: Doctor
    items: list[Item]
    lanes: int


@dataclass(frozen=True)
class Mark:
    """A full hour in the time gutter."""

    at: datetime
    row: int


@dataclass(frozen=True)
class Board:
    facility: Facility
    day: date
    period: Period
    columns: list[Column]
    not_in: list[Doctor]
    now_row: int | None

    @property
    def rows(self) -> int:
        return rows_between(*self.period)

    @property
    def marks(self) -> list[Mark]:
        hours = range(0, self.rows, 12)
        return [Mark(self.period.starts_at + row * ROW, row) for row in hours]

    @property
    def clocks_change(self) -> bool:
        """Say whether the clocks change between the first and the last row."""
        first, last = (at.astimezone(self.facility.tz).utcoffset() for at in self.period)
        return first != last


def _clock(at: datetime, shape: str) -> str:
    return _clock_in(at.timetz().replace(tzinfo=None), shape, get_language())


@lru_cache(maxsize=4096)
def _clock_in(at: time, shape: str, language: str | None) -> str:
    """Return a time of day in the language that is spoken: a board says each a dozen times."""
    return time_format(at, shape)


def iso_instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def rows_between(starts_at: datetime, ends_at: datetime) -> int:
    """Return how many rows a period fills; a row that is begun counts."""
    return math.ceil((ends_at - starts_at) / ROW)


def laid_out(
    facility: Facility, day: date, days: list[DoctorDay], *, visible: Collection[int], now: datetime
) -> Board:
    """Lay out one local day of a facility, given each doctor's day there.

    Of appointments whose id is not in `visible`, and of those at other facilities, the board says
    only that the time is taken. Free time is offered from `now` on.
    """
    here = [each for each in days if each.hours or _appointments_here(each, facility)]
    period = _shown(facility, day, here)
    return Board(
        facility,
        day,
        period,
        [column(each, facility, period, visible, now) for each in here],
        [each.doctor for each in days if each not in here],
        row_at(now, period),
    )


def row_at(at: datetime, shown: Period) -> int | None:
    """Return the row in which an instant lies, or None outside what is shown."""
    return (at - shown.starts_at) // ROW if shown.starts_at <= at < shown.ends_at else None


def chunks(gap: Period, tz: tzinfo) -> list[Period]:
    """Cut free time at the half hours of the local clock.

    The first and last piece may be shorter; one of under 15 minutes, too small to press, is joined
    to its neighbour, and not offered where it has none.
    """
    edges = [on_grid(gap.starts_at, ROW, tz)]
    at = on_grid(edges[0] + ROW, CHUNK, tz)
    while at < gap.ends_at:
        edges.append(at)
        at += CHUNK
    edges.append(gap.ends_at)
    if len(edges) > 2 and edges[1] - edges[0] < SHORTEST:
        del edges[1]
    if len(edges) > 2 and edges[-1] - edges[-2] < SHORTEST:
        del edges[-2]
    pieces = [Period(*edge) for edge in pairwise(edges)]
    return [piece for piece in pieces if piece.duration >= SHORTEST]


def happenings(days: list[DoctorDay], facility: Facility) -> list[Period]:
    """Return the working hours and the visits at this facility, which a board has to show."""
    hours = [period for each in days for period in each.hours]
    return hours + [
        Period(held.starts_at, held.blocked_until)
        for each in days
        for held in _appointments_here(each, facility)
    ]


def _appointments_here(day: DoctorDay, facility: Facility) -> list[Appointment]:
    return [each for each in day.appointments if each.facility_id == facility.pk]


def _shown(facility: Facility, day: date, days: list[DoctorDay]) -> Period:
    """Return the full local hours from the first to the last thing that happens here."""
    bounds = day_bounds(day, facility.tz)
    periods = happenings(days, facility)
    if not periods:
        edges = (instant_of_hours(day, at, facility.tz) for at in USUAL_HOURS)
        return Period(*edges)
    hour = timedelta(hours=1)
    first = max(min(period.starts_at for period in periods), bounds.starts_at)
    last = min(max(period.ends_at for period in periods), bounds.ends_at)
    past_the_hour = timedelta(minutes=first.astimezone(facility.tz).minute)
    return Period(
        max(first - past_the_hour, bounds.starts_at),
        min(on_grid(last, hour, facility.tz), bounds.ends_at),
    )


def column(
    day: DoctorDay, facility: Facility, shown: Period, visible: Collection[int], now: datetime
) -> Column:
    """Lay out one doctor's day between the instants that are shown."""
    midnight = day_bounds(day.day, facility.tz).starts_at
    placed = [
        Item(
            kind,
            *(period if kind in VISITS else _clipped(period, shown)),
            facility.tz,
            *_rows(period, shown),
            is_from_day_before=kind in VISITS and period.starts_at < midnight,
            **more,
        )
        for kind, period, more in _stretches(day, facility, shown, visible, now)
        if period.starts_at < shown.ends_at and period.ends_at > shown.starts_at
    ]
    lanes = 1 + max((held.overbook for held in day.appointments), default=0)
    placed = [replace(item, is_alone=not _stands_beside(item, placed)) for item in placed]
    return Column(day.doctor, sorted(placed, key=lambda item: (item.row, item.lane)), lanes)


def _stands_beside(item: Item, others: list[Item]) -> bool:
    """Say whether a visit shares its rows with a visit in another lane."""
    return item.kind in VISITS and any(
        other.kind in VISITS
        and other.lane != item.lane
        and other.row < item.row + item.span
        and item.row < other.row + other.span
        for other in others
    )


def _stretches(
    day: DoctorDay, facility: Facility, shown: Period, visible: Collection[int], now: datetime
) -> Iterator[Stretch]:
    """Yield what fills a doctor's day."""
    absences = [(each, Period(each.starts_at, each.ends_at)) for each in day.absences]
    taken = [Period(held.starts_at, held.blocked_until) for held in day.appointments]
    for off in without([shown], day.hours + taken):
        yield "off", off, {}
    for absence, away in absences:
        kind = "closed" if isinstance(absence, Closure) else "away"
        for part in without([away], taken):
            yield kind, part, {"words": absence.reason}
    for held in day.appointments:
        yield from _held(held, facility, visible)
    past = Period(shown.starts_at, max(now, shown.starts_at))
    for gap in without(day.free, [past]):
        for chunk in chunks(gap, facility.tz):
            yield "free", chunk, {}


def _held(held: Appointment, facility: Facility, visible: Collection[int]) -> Iterator[Stretch]:
    at = Period(held.starts_at, held.ends_at)
    lane: dict[str, Any] = {"lane": held.overbook}
    if held.facility_id != facility.pk:
        yield "elsewhere", at, lane
    elif held.pk in visible:
        kind = "hold" if held.status == Appointment.Status.PENDING else "appointment"
        yield kind, at, lane | {"appointment": held}
    else:
        yield "taken", at, lane
    if held.blocked_until > held.ends_at:
        yield "buffer", Period(held.ends_at, held.blocked_until), lane


def _clipped(period: Period, shown: Period) -> Period:
    return Period(max(period.starts_at, shown.starts_at), min(period.ends_at, shown.ends_at))


def _rows(period: Period, shown: Period) -> tuple[int, int]:
    """Return the first row of a period and how many it fills, within the rows that are shown."""
    clipped = _clipped(period, shown)
    row = (clipped.starts_at - shown.starts_at) // ROW
    return row, rows_between(shown.starts_at, clipped.ends_at) - row
