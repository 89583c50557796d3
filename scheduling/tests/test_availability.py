"""The arithmetic of free time, over all zones and clock changes."""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.availability import (
    GRID,
    NoSuchLocalTimeError,
    Period,
    covers,
    day_bounds,
    instant,
    instant_of_hours,
    merged,
    on_grid,
    starts,
    without,
)

CHICAGO = zoneinfo.ZoneInfo("America/Chicago")
SPRING_FORWARD = date(2026, 3, 8)
FALL_BACK = date(2026, 11, 1)
BASE = datetime(2026, 6, 1, tzinfo=UTC)

zones = st.sampled_from(sorted(zoneinfo.available_timezones())).map(zoneinfo.ZoneInfo)
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))
minutes = st.integers(0, 24 * 60).map(lambda n: BASE + timedelta(minutes=n))
periods = st.tuples(minutes, minutes).filter(lambda p: p[0] < p[1]).map(lambda p: Period(*p))


def utc(*args: int) -> datetime:
    return datetime(*args, tzinfo=UTC)


def covered_minutes(some: list[Period]) -> set[datetime]:
    return {
        period.starts_at + timedelta(minutes=n)
        for period in some
        for n in range(int(period.duration.total_seconds() // 60))
    }


@given(st.lists(periods), st.lists(periods))
def test_what_is_left_is_exactly_what_is_not_taken(given_periods, taken):
    left = without(given_periods, taken)
    assert covered_minutes(left) == covered_minutes(given_periods) - covered_minutes(taken)
    assert left == merged(left)


@given(st.lists(periods), periods)
def test_a_period_is_covered_when_each_of_its_minutes_is(some, wanted):
    assert covers(some, wanted) == (covered_minutes([wanted]) <= covered_minutes(some))


def test_a_time_in_the_gap_of_a_clock_change_does_not_exist():
    with pytest.raises(NoSuchLocalTimeError, match="skip 02:30"):
        instant(datetime(2026, 3, 8, 2, 30), CHICAGO)


def test_of_a_time_that_occurs_twice_the_earlier_is_meant():
    assert instant(datetime(2026, 11, 1, 1, 30), CHICAGO) == utc(2026, 11, 1, 6, 30)


def test_hours_that_open_in_the_gap_open_at_its_end():
    assert instant_of_hours(SPRING_FORWARD, time(2, 30), CHICAGO) == utc(2026, 3, 8, 8, 0)


@pytest.mark.parametrize(("day", "hours"), [(SPRING_FORWARD, 23), (FALL_BACK, 25)])
def test_a_day_of_a_clock_change_has_its_own_length(day, hours):
    assert day_bounds(day, CHICAGO).duration == timedelta(hours=hours)


@given(days, zones)
def test_each_day_begins_where_the_day_before_ends(day, tz):
    bounds = day_bounds(day, tz)
    assert bounds.ends_at == day_bounds(day + timedelta(days=1), tz).starts_at
    assert bounds.starts_at.astimezone(tz).date() == day
    assert timedelta(hours=22) <= bounds.duration <= timedelta(hours=26)


@given(days, st.times(), zones)
def test_an_edge_of_hours_falls_on_its_day_and_never_before_its_wall_clock(day, at, tz):
    at = at.replace(second=0, microsecond=0)
    shown = instant_of_hours(day, at, tz).astimezone(tz).replace(tzinfo=None)
    assert shown >= datetime.combine(day, at)
    assert shown - datetime.combine(day, at) <= timedelta(hours=2)


@given(st.lists(periods), st.sampled_from([10, 15, 30, 45]), zones)
def test_a_start_leaves_room_for_the_whole_visit(free, length, tz):
    duration = timedelta(minutes=length)
    firsts = {on_grid(period.starts_at, GRID, tz) for period in merged(free)}
    for start in starts(merged(free), duration, timedelta(minutes=15), tz):
        assert covers(free, Period(start, start + duration))
        assert start in firsts or start.astimezone(tz).minute % 15 == 0


@given(st.lists(periods), st.sampled_from([10, 15, 30, 45]), zones)
def test_every_free_time_that_is_long_enough_offers_its_first_full_five_minutes(free, length, tz):
    duration = timedelta(minutes=length)
    found = set(starts(merged(free), duration, timedelta(minutes=15), tz))
    for period in merged(free):
        first = on_grid(period.starts_at, GRID, tz)
        assert (first in found) == (first + duration <= period.ends_at)


def test_after_the_first_full_five_minutes_starts_lie_on_the_quarters_of_the_local_clock():
    nepal = zoneinfo.ZoneInfo("Asia/Kathmandu")  # 5:45 ahead of UTC
    free = [Period(utc(2026, 6, 1, 4, 20), utc(2026, 6, 1, 5, 20))]
    found = starts(free, timedelta(minutes=30), timedelta(minutes=15), nepal)
    assert [f"{at.astimezone(nepal):%H:%M}" for at in found] == ["10:05", "10:15", "10:30"]


def test_an_instant_on_the_grid_stays():
    assert on_grid(BASE, timedelta(minutes=5), CHICAGO) == BASE
