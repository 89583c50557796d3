"""VTIMEZONE components (RFC 5545, 3.6.5): what a zone's clocks do in the years of a calendar.

Written here from the zone's own rules because icalendar's generator, as of 7.3, gives the start of
summer time by the clock after the change where the RFC wants the clock before it, an hour too late,
and passes over a change that is taken back within 64 days, as Morocco's in Ramadan.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

DAY = timedelta(days=1)


class Observance(NamedTuple):
    """A stretch of time with one offset; it starts at `local` by the clock before the change."""

    local: datetime
    offset_from: timedelta
    offset_to: timedelta
    name: str
    is_daylight: bool


@lru_cache(maxsize=256)
def observances(tz: ZoneInfo, first_year: int, last_year: int) -> tuple[Observance, ...]:
    """Return every observance of the years, both included; the first begins before them."""
    at = datetime(first_year, 1, 1, tzinfo=UTC) - DAY
    end = datetime(last_year + 1, 1, 1, tzinfo=UTC) + DAY
    found = [_observance(at, _offset(at, tz), tz)]
    while at < end:
        if _clock(at, tz) != _clock(at + DAY, tz):
            change = _change_between(at, at + DAY, tz)
            found.append(_observance(change, _offset(at, tz), tz))
        at += DAY
    return tuple(found)


def vtimezone(tz: ZoneInfo, first_year: int, last_year: int) -> Timezone:
    """Return the component of a zone; each change is written out, so that no rule is needed."""
    zone = Timezone()
    zone.add("TZID", tz.key)
    for one in observances(tz, first_year, last_year):
        part = TimezoneDaylight() if one.is_daylight else TimezoneStandard()
        part.add("DTSTART", one.local)
        part.add("TZOFFSETFROM", one.offset_from)
        part.add("TZOFFSETTO", one.offset_to)
        part.add("TZNAME", one.name)
        zone.add_component(part)
    return zone


def _observance(at: datetime, offset_from: timedelta, tz: ZoneInfo) -> Observance:
    offset, name = _clock(at, tz)
    dst = at.astimezone(tz).dst() or timedelta()
    return Observance(
        (at + offset_from).replace(tzinfo=None), offset_from, offset, name, dst > timedelta()
    )


def _change_between(low: datetime, high: datetime, tz: ZoneInfo) -> datetime:
    """Return the instant of the change, found by halving to the second."""
    before = _clock(low, tz)
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if _clock(middle, tz) == before:
            low = middle
        else:
            high = middle
    return high


def _clock(at: datetime, tz: ZoneInfo) -> tuple[timedelta, str]:
    return _offset(at, tz), at.astimezone(tz).tzname() or ""


def _offset(at: datetime, tz: ZoneInfo) -> timedelta:
    return at.astimezone(tz).utcoffset() or timedelta()
