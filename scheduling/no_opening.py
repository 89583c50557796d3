"""Why a search for an opening found none, in words that say what to change."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from facilities.models import Doctor
from scheduling.models import FreeTime, WorkingHours
from scheduling.openings import windows
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
    longest = _longest_free(places, days, now)
    if longest is None:
        return NoOpening(
            "all_full",
            f"All is full until {days[-1]:%A, %B %-d, %Y}. Look further away or at other doctors, "
            "or put the patient on the waitlist.",
        )
    if longest.minutes * timedelta(minutes=1) < wanted.needs:
        needs = minutes_in_words(int(wanted.needs.total_seconds() // 60))
        return NoOpening(
            "too_short",
            f"The gaps are too short: the visit needs {needs}, and the longest free time is "
            f"{minutes_in_words(longest.minutes)}, on {longest.day:%A, %B %-d}. Choose a shorter "
            "visit, or put the patient on the waitlist.",
        )
    return NoOpening(
        "does_not_suit",
        "There is free time, but not at the hours that suit, or not when the patient and the room "
        "are free as well. Widen the part of day or the days.",
    )


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


def _longest_free(places: list[Place], days: list[date], now: datetime) -> FreeTime | None:
    """Return the longest free time from `now` on, if there is any."""
    pairs = {(place.doctor, place.facility) for place in places}
    free = FreeTime.objects.filter(
        Q(day__in=days), doctor__in={doctor for doctor, _facility in pairs}, ends_at__gt=now
    )
    longest = free.order_by("-minutes", "day")[: len(pairs)]
    return next((each for each in longest if (each.doctor_id, each.facility_id) in pairs), None)


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
