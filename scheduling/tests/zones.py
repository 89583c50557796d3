"""Every zone, and every clock change in it from 2024 to 2030."""

import zoneinfo
from datetime import UTC, datetime, timedelta
from functools import cache

ZONES = [zoneinfo.ZoneInfo(name) for name in sorted(zoneinfo.available_timezones())]


@cache
def transitions(zone: zoneinfo.ZoneInfo) -> list[datetime]:
    """Return the instants, to the minute, from which another offset holds."""
    found = []
    at, end = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
    step = timedelta(days=7)
    while at < end:
        if at.astimezone(zone).utcoffset() != (at + step).astimezone(zone).utcoffset():
            found += _within(zone, at, at + step)
        at += step
    return found


def _within(zone: zoneinfo.ZoneInfo, low: datetime, high: datetime) -> list[datetime]:
    offset = low.astimezone(zone).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        middle = middle.replace(second=0, microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return [high]
