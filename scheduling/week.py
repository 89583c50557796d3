"""The week of one doctor at a facility: the day board with days in place of doctors.

All days show the same hours of the wall clock, so that one time gutter serves them. A day on which
the clocks change within these hours has its own length, and says so: its times are those written in
it, not those of the gutter.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from facilities.models import Doctor, Facility
from scheduling import board
from scheduling.agenda import DoctorDay
from scheduling.availability import Period, day_bounds, hours_period
from scheduling.models import Closure
from scheduling.models.hours import Absence
from scheduling.weekdays import first_of_week

FIRST_HOUR, LAST_HOUR = (at.hour for at in board.USUAL_HOURS)
MINUTE = timedelta(minutes=1)
ONE_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Day:
    """One column: `column.doctor` is the same in all of them."""

    day: date
    column: board.Column
    now_row: int | None
    clocks_change: bool
    is_off: bool
    closures: list[Absence]


@dataclass(frozen=True)
class Week:
    facility: Facility
    doctor: Doctor
    hours: range
    days: list[Day]

    @property
    def rows(self) -> int:
        return 12 * len(self.hours)

    @property
    def marks(self) -> list[tuple[time, int]]:
        """Return the hours of the gutter, each with its row."""
        return [(time(hour), 12 * n) for n, hour in enumerate(self.hours)]

    @property
    def visits(self) -> int:
        """Return how many visits can be seen in the week."""
        items = [item for day in self.days for item in day.column.items]
        return sum(item.kind == "appointment" for item in items)


def days_of_week(day: date) -> list[date]:
    """Return the seven days of the week that a day lies in."""
    first = first_of_week(day)
    return [first + timedelta(days=n) for n in range(7)]


def laid_out(
    facility: Facility, days: list[DoctorDay], *, visible: Collection[int], now: datetime
) -> Week:
    """Lay out seven days of one doctor; `visible` and `now` are as for the day board."""
    hours = _hours_shown(days, facility)
    return Week(
        facility,
        days[0].doctor,
        hours,
        [_day(each, facility, hours, visible, now) for each in days],
    )


def _day(
    day: DoctorDay, facility: Facility, hours: range, visible: Collection[int], now: datetime
) -> Day:
    shown = hours_period(day.day, time(hours.start), time(hours.stop % 24), facility.tz)
    offsets = {at.astimezone(facility.tz).utcoffset() for at in shown}
    return Day(
        day.day,
        board.column(day, facility, shown, visible, now),
        board.row_at(now, shown),
        clocks_change=len(offsets) > 1,
        is_off=not day.hours,
        closures=[absence for absence in day.absences if isinstance(absence, Closure)],
    )


def _hours_shown(days: list[DoctorDay], facility: Facility) -> range:
    """Return the hours of the clock from the earliest to the latest happening of any day."""
    spans = [
        _on_the_clock(period, day_bounds(each.day, facility.tz), facility)
        for each in days
        for period in board.happenings([each], facility)
    ]
    if not spans:
        return range(FIRST_HOUR, LAST_HOUR)
    return range(min(first for first, _ in spans), max(last for _, last in spans))


def _on_the_clock(period: Period, day: Period, facility: Facility) -> tuple[int, int]:
    """Return the full hours of the local clock that a period touches on its day."""
    first = max(period.starts_at, day.starts_at).astimezone(facility.tz)
    if period.ends_at >= day.ends_at:
        return first.hour, 24
    last = (period.ends_at - MINUTE).astimezone(facility.tz)
    return first.hour, last.hour + 1
