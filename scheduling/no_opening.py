"""Why a search for an opening found none, in words that say what to change."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from facilities.models import Doctor
from scheduling.availability import GRID
from scheduling.calendars import local
from scheduling.models import WorkingHours
from scheduling.openings import find_openings, free_time, windows
from scheduling.rules import minutes_in_words
from scheduling.wanted import Place, Wanted, places_for


class NoOpening(NamedTuple):
    """`code` is no_doctor, too_far, no_hours, all_full, too_short or does_not_suit."""

    code: str
    message: str


def why_none(wanted: Wanted, *, now: datetime) -> NoOpening:
    """Return the first reason that holds: nobody there, no hours, no time, too little at once."""
    places = places_for(wanted)
    days = [day for window in windows(wanted, now) for day in window.days]
    if not places:
        return _nobody(wanted)
    if not days or not _has_hours(places, days):
        return NoOpening(
            "no_hours",
            f"{_whoever(places)} no working hours {_when(wanted, days)}. Choose another day, or "
            "ask an administrator to enter the hours.",
        )
    whenever = replace(wanted, from_time=None, to_time=None, patient=None, room=None, taken=())
    if find_openings(whenever, now=now, count=1):
        return NoOpening(
            "does_not_suit",
            "There is free time, but not at the hours that suit, or not when everybody and "
            "everything is free as well. Widen the part of day or the days.",
        )
    gaps = free_time(replace(whenever, duration=GRID, buffer=timedelta()), now=now)
    if not gaps:
        return NoOpening(
            "all_full",
            f"All is full until {days[-1]:%A, %B %-d, %Y}. Look further away or at other doctors, "
            "or put the patient on the waitlist.",
        )
    longest = max(gaps, key=lambda gap: gap.ends_at - gap.opens_at)
    return NoOpening(
        "too_short",
        f"The gaps are too short: the visit needs {_minutes(wanted.needs)}, and the longest free "
        f"time is {_minutes(longest.ends_at - longest.opens_at)}, on "
        f"{local(longest.opens_at, longest.facility):%A, %B %-d}. Choose a shorter visit, or put "
        "the patient on the waitlist.",
    )


def _minutes(length: timedelta) -> str:
    return minutes_in_words(int(length.total_seconds() // 60))


def _nobody(wanted: Wanted) -> NoOpening:
    if wanted.miles is not None and places_for(wanted.anywhere):
        return NoOpening(
            "too_far",
            f"Nobody who offers this is within {wanted.miles:g} miles of {wanted.zip_code}. "
            "Look further away.",
        )
    return NoOpening(
        "no_doctor", "No doctor offers this. Choose another kind of care, doctor or facility."
    )


def _has_hours(places: list[Place], days: list[date]) -> bool:
    hours = WorkingHours.objects.valid_between(days[0], days[-1])
    hours = hours.filter(
        doctor__in={place.doctor for place in places},
        facility__in={place.facility for place in places},
    )
    return any(each.applies_on(day) for each in hours for day in days)


def _whoever(places: list[Place]) -> str:
    doctors = {place.doctor for place in places}
    return (
        f"{Doctor.objects.get(pk=doctors.pop())} has" if len(doctors) == 1 else "These doctors have"
    )


def _when(wanted: Wanted, days: list[date]) -> str:
    last = days[-1] if days else wanted.first
    if wanted.first == last:
        return f"on {last:%A, %B %-d, %Y}"
    return f"from {wanted.first:%B %-d} to {last:%B %-d, %Y}"
