"""Arithmetic of free time: periods, wall-clock hours, and the starts that fit between bookings.

Pure functions over half-open periods of aware instants. A wall-clock time becomes an instant by
one of two rules. What a person types is refused when it falls in the gap of a clock change, and
means the earlier instant when it occurs twice. Working hours are not typed for that day, so an
edge that falls in a gap moves to the end of the gap.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

GRID = timedelta(minutes=5)
STEP = timedelta(minutes=15)
DEFAULT_DURATION = timedelta(minutes=30)
LONGEST = timedelta(hours=12)


class Period(NamedTuple):
    """A half-open stretch of time [starts_at, ends_at)."""

    starts_at: datetime
    ends_at: datetime

    @property
    def duration(self) -> timedelta:
        return self.ends_at - self.starts_at


class NoSuchLocalTimeError(ValueError):
    """A wall-clock time that a forward clock change skips."""


def instant(local: datetime, tz: tzinfo) -> datetime:
    """Return the UTC instant of a naive wall-clock time; of two, the earlier.

    Raises NoSuchLocalTimeError for a time inside the gap of a forward clock change.
    """
    found = local.replace(tzinfo=tz, fold=0).astimezone(UTC)
    if found.astimezone(tz).replace(tzinfo=None) != local:
        raise NoSuchLocalTimeError(f"The clocks skip {local:%H:%M} on {local:%Y-%m-%d}.")
    return found


def instant_of_hours(day: date, at: time, tz: tzinfo) -> datetime:
    """Return the UTC instant of an edge of working hours; inside a gap, the end of the gap."""
    local = datetime.combine(day, at)
    try:
        return instant(local, tz)
    except NoSuchLocalTimeError:
        # PEP 495: in a gap, fold=0 carries the offset before the change and fold=1 the one after.
        before = local.replace(tzinfo=tz, fold=0).utcoffset()
        after = local.replace(tzinfo=tz, fold=1).utcoffset()
        return _end_of_gap(local, tz, after - before)  # type: ignore[operator]


def _end_of_gap(local: datetime, tz: tzinfo, length: timedelta) -> datetime:
    """Return the instant of the change that skips `local`, found by halving to the second."""
    low = (local - length).replace(tzinfo=tz, fold=0).astimezone(UTC)
    high = (local + length).replace(tzinfo=tz, fold=1).astimezone(UTC)
    offset = low.astimezone(tz).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(tz).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high


def hours_period(day: date, starts_at: time, ends_at: time, tz: tzinfo) -> Period:
    """Return hours of a day as instants; an end of 00:00 is the midnight at the day's end.

    Hours that lie wholly inside the gap of a clock change come out empty.
    """
    last = day + timedelta(days=1) if ends_at == time(0) else day
    return Period(instant_of_hours(day, starts_at, tz), instant_of_hours(last, ends_at, tz))


def day_bounds(day: date, tz: tzinfo) -> Period:
    """Return the local day as instants: 23 or 25 hours long when the clocks change."""
    midnight = time(0)
    return Period(
        instant_of_hours(day, midnight, tz),
        instant_of_hours(day + timedelta(days=1), midnight, tz),
    )


def merged(periods: Iterable[Period]) -> list[Period]:
    """Return the same time as sorted periods that neither overlap nor touch."""
    result: list[Period] = []
    for period in sorted(periods):
        if result and period.starts_at <= result[-1].ends_at:
            result[-1] = Period(result[-1].starts_at, max(result[-1].ends_at, period.ends_at))
        else:
            result.append(period)
    return result


def without(periods: Iterable[Period], taken: Iterable[Period]) -> list[Period]:
    """Return what of `periods` is left outside `taken`, sorted."""
    busy = merged(taken)
    left = []
    for starts_at, ends_at in merged(periods):
        at = starts_at
        for hole in busy:
            if hole.ends_at <= at:
                continue
            if hole.starts_at >= ends_at:
                break
            if hole.starts_at > at:
                left.append(Period(at, hole.starts_at))
            at = max(at, hole.ends_at)
        if at < ends_at:
            left.append(Period(at, ends_at))
    return left


def covers(periods: Iterable[Period], wanted: Period) -> bool:
    """Say whether `wanted` lies within the union of `periods`."""
    return not without([wanted], periods)


def starts(
    free: Iterable[Period], duration: timedelta, step: timedelta, tz: tzinfo
) -> Iterator[datetime]:
    """Yield the starts at which `duration` fits: the first in each period, then each `step`.

    The first is the period's first full five minutes, so that no time is lost after a visit that
    ends between two steps; the others are multiples of `step` on the local clock.
    """
    for period in free:
        at = on_grid(period.starts_at, GRID, tz)
        while at + duration <= period.ends_at:
            yield at
            at = on_grid(at + GRID, step, tz)


def on_grid(at: datetime, step: timedelta, tz: tzinfo) -> datetime:
    """Return the first instant from `at` on that is a multiple of `step` on the local clock."""
    local = at.astimezone(tz)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    past = (local.replace(tzinfo=None) - midnight) % step
    return at + (step - past) if past else at
