"""The next openings anywhere in the network: who is free where, soonest and nearest first.

One path for the desk, the alternatives to a lost time, and whoever else looks for one. It reads
`FreeTime`, which triggers keep, through `scheduling.free_stretches`. Days are looked at in windows
that grow, so that a search costs as much as its answer is far away.

What is found can be booked at that moment; booking itself never relies on it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from math import inf
from typing import NamedTuple

from facilities.models import Doctor, Facility
from scheduling.availability import STEP, Period, starts
from scheduling.calendars import local
from scheduling.free_stretches import Stretch, Window, busy_times, free_stretches
from scheduling.models import FreeTimeHorizon
from scheduling.models.free_time import AHEAD
from scheduling.wanted import Place, Wanted, places_for

# How many days are looked at first, by how much more each time, and how many days of how many
# doctors at most in one statement.
FIRST_WINDOW, GROWTH, AT_ONCE = 1, 2, 4000
# From a first day near the end of what is worked out ahead, or beyond it, this far.
LATER_DAYS = timedelta(days=28)


class Slot(NamedTuple):
    """A free period that can be booked; FHIR's Slot. `miles` is None where nobody asked."""

    doctor: Doctor
    facility: Facility
    starts_at: datetime
    ends_at: datetime
    miles: float | None = None

    @property
    def local_start(self) -> datetime:
        return local(self.starts_at, self.facility)


def find_openings(wanted: Wanted, *, now: datetime, count: int = 5) -> list[Slot]:
    """Return the first `count` slots, by time and then by distance.

    Two slots of one doctor never overlap: each is a choice of its own.
    """
    places, busy = places_for(wanted), busy_times(wanted, now)
    found: list[Slot] = []
    for window in windows(wanted, now, most=_days_at_once(places)):
        stretches = free_stretches(wanted, places, window, busy, now=now, limit=count)
        found += islice(_apart(_slots(wanted, stretches)), count - len(found))
        if len(found) == count:
            break
    return found


def free_starts(wanted: Wanted, *, now: datetime) -> list[Slot]:
    """Return every slot from the first to the last day, by time, overlapping ones too."""
    return list(_slots(wanted, free_time(wanted, now=now)))


def free_time(wanted: Wanted, *, now: datetime) -> list[Stretch]:
    """Return all the time in which what is wanted fits, from the first to the last day."""
    places, busy = places_for(wanted), busy_times(wanted, now)
    most = _days_at_once(places)
    return [
        stretch
        for window in windows(wanted, now, first=most, most=most)
        for stretch in free_stretches(wanted, places, window, busy, now=now, limit=None)
    ]


def _days_at_once(places: list[Place]) -> int:
    return max(1, AT_ONCE // max(1, len(places)))


def windows(
    wanted: Wanted, now: datetime, *, first: int = FIRST_WINDOW, most: int = AHEAD.days
) -> Iterator[Window]:
    """Yield the days to look at, `first` at once and then ever more, up to `most` at once.

    Without a last day these are the days that are worked out ahead, and LATER_DAYS from the first
    one at least; with a last day, all up to that day. What is not worked out ahead is worked out as
    it is asked for. The first day may lie a day back, where it is still yesterday at some facility;
    what has passed is not offered anyway.
    """
    known = FreeTimeHorizon.known_until(now.date())
    last_of_all = max(known, now.date() + AHEAD, wanted.first + LATER_DAYS + timedelta(days=1))
    end = wanted.last + timedelta(days=1) if wanted.last else last_of_all
    day, size = max(wanted.first, now.date() - timedelta(days=1)), first
    if wanted.starting:
        day = max(day, wanted.starting.starts_at.date() - timedelta(days=1))
        end = min(end, wanted.starting.ends_at.date() + timedelta(days=2))
    while day < end:
        is_known = day < known
        stop = min(day + timedelta(days=size), end, known if is_known else end)
        days = [day + timedelta(days=n) for n in range((stop - day).days)]
        suits = [each for each in days if wanted.suits(each)]
        if suits:
            yield Window(suits, is_known)
        day, size = stop, min(size * GROWTH, most)


def _slots(wanted: Wanted, stretches: list[Stretch]) -> Iterator[Slot]:
    """Yield the slots of all stretches by start, then by distance."""

    def within(order: int, stretch: Stretch) -> Iterator[tuple[datetime, float, int, Slot]]:
        doctor, facility, miles, opens_at, ends_at, last_start = stretch
        free = [Period(opens_at, ends_at)]
        distance = inf if miles is None else miles
        for at in starts(free, wanted.needs, STEP, facility.tz):
            if at >= last_start:
                return
            slot = Slot(doctor, facility, at, at + wanted.duration, miles)
            yield at, distance, order, slot

    for *_order, slot in merge(*(within(*each) for each in enumerate(stretches))):
        yield slot


def _apart(slots: Iterator[Slot]) -> Iterator[Slot]:
    """Leave out what overlaps a slot of the same doctor that came before."""
    kept: dict[int, datetime] = {}
    for slot in slots:
        if slot.starts_at >= kept.get(slot.doctor.pk, slot.starts_at):
            kept[slot.doctor.pk] = slot.ends_at
            yield slot
