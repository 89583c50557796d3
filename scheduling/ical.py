"""iCalendar (RFC 5545): appointments as events that any calendar application reads.

Calendars are copied to phones and to other companies, so an event names no patient and no reason.
A start or end whose wall-clock time occurs twice, when the clocks go back, is written in UTC: with
a zone, the RFC lets it mean the earlier instant alone, and applications differ even on that.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vDatetime, vDuration, vText, vUri

from scheduling.vtimezone import observances, vtimezone

CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODID = "-//Clinic//Scheduling//EN"
ASK_AGAIN = timedelta(minutes=15)

# Part of every fingerprint: raise it when the same entries are written in another way.
LAYOUT = 1

# Content lines may hold no control character (3.1); some parsers also end a line at these others.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class Entry:
    """One event of a calendar."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    tz: ZoneInfo
    summary: str
    location: str
    url: str
    is_cancelled: bool
    is_busy: bool
    changed_at: datetime

    @property
    def times(self) -> tuple[datetime, datetime]:
        """Return start and end by the clock of the place, or both in UTC where that is unclear."""
        local = self.starts_at.astimezone(self.tz), self.ends_at.astimezone(self.tz)
        if any(_occurs_twice(at) for at in local):
            return self.starts_at.astimezone(UTC), self.ends_at.astimezone(UTC)
        return local


def written(entries: Sequence[Entry], name: str = "") -> bytes:
    """Return the calendar; with a name it is one to subscribe to, which says when to ask again."""
    calendar = Calendar()
    calendar.add("PRODID", PRODID)
    calendar.add("VERSION", "2.0")
    if name:
        calendar.add("X-WR-CALNAME", vText(_clean(name)))
        calendar.add("REFRESH-INTERVAL", vDuration(ASK_AGAIN), parameters={"VALUE": "DURATION"})
        calendar.add("X-PUBLISHED-TTL", vDuration(ASK_AGAIN))
    for tz in _zones(entries):
        calendar.add_component(vtimezone(tz, *_years(entries)))
    if not entries:
        # A calendar has at least one component (3.6).
        calendar.add_component(vtimezone(ZoneInfo("UTC"), 2000, 2000))
    for entry in entries:
        calendar.add_component(_event(entry))
    return calendar.to_ical()


def fingerprint(entries: Sequence[Entry], name: str) -> str:
    """Return a digest that changes whenever what is written does, and costs far less."""
    clocks = [observances(tz, *_years(entries)) for tz in _zones(entries)]
    shown = repr((LAYOUT, name, clocks, [tuple(vars(entry).values()) for entry in entries]))
    return hashlib.sha256(shown.encode()).hexdigest()


def _event(entry: Entry) -> Event:
    event = Event()
    starts_at, ends_at = entry.times
    event.add("UID", entry.uid)
    event.add("SEQUENCE", entry.sequence)
    event.add("DTSTAMP", entry.changed_at.astimezone(UTC))
    event.add("LAST-MODIFIED", entry.changed_at.astimezone(UTC))
    event.add("DTSTART", starts_at)
    event.add("DTEND", ends_at)
    event.add("SUMMARY", vText(_clean(entry.summary)))
    event.add("LOCATION", vText(_clean(entry.location)))
    if entry.url:
        event.add("URL", vUri(entry.url))
    event.add("STATUS", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("TRANSP", "OPAQUE" if entry.is_busy else "TRANSPARENT")
    event.add("CLASS", "PRIVATE")
    return event


def _zones(entries: Sequence[Entry]) -> list[ZoneInfo]:
    """Return the zones that need a VTIMEZONE: UTC, by any of its names, is written with a Z."""
    named = {entry.times[0].tzinfo for entry in entries}
    zones = {tz.key: tz for tz in named if isinstance(tz, ZoneInfo) and _is_named(tz)}
    return [zones[key] for key in sorted(zones)]


@lru_cache(maxsize=256)
def _is_named(tz: ZoneInfo) -> bool:
    return "TZID" in vDatetime(datetime(2000, 1, 1, tzinfo=tz)).params


def _years(entries: Sequence[Entry]) -> tuple[int, int]:
    """Return the first and last year that an event touches by its own clock."""
    years = [at.year for entry in entries for at in entry.times]
    return min(years), max(years)


def _occurs_twice(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub(" ", text)
