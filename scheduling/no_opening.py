"""Why a search for an opening found none, in words that say what to change."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from facilities.models import Doctor, Facility
from scheduling.availability import GRID, Period, without
from scheduling.calendars import Calendar, local
from scheduling.free_stretches import Stretch
from scheduling.models import WorkingHours
from scheduling.openings import find_openings, free_time, windows
from scheduling.rules import minutes_in_words
from scheduling.wanted import Place, Wanted, places_for

_ALWAYS, _EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class NoOpening(NamedTuple):
    """`code` is no_doctor, too_far, no_hours, all_away, all_full, too_short or does_not_suit."""

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
            _without_hours(wanted, places, days[-1] if days else wanted.first),
        )
    whenever = replace(wanted, from_time=None, to_time=None, patient=None, room=None, taken=())
    if find_openings(whenever, now=now, count=1):
        return NoOpening(
            "does_not_suit",
            _(
                "There is free time, but not at the hours that suit, or not when everybody and "
                "everything is free as well. Widen the part of day or the days."
            ),
        )
    gaps = free_time(replace(whenever, duration=GRID, buffer=timedelta()), now=now)
    if gaps:
        return _too_short(wanted, gaps)
    if _are_away(places, days, wanted.starting or Period(now, _EVER)):
        return NoOpening("all_away", _away_until(places, days[-1]))
    return NoOpening(
        "all_full",
        _(
            "All is full until %(day)s. Look further away or at other doctors, or put the "
            "patient on the waitlist."
        )
        % {"day": date_format(days[-1], "LONG_DATE_FORMAT")},
    )


def _too_short(wanted: Wanted, gaps: list[Stretch]) -> NoOpening:
    longest = max(gaps, key=lambda gap: gap.ends_at - gap.opens_at)
    return NoOpening(
        "too_short",
        _(
            "The gaps are too short: the visit needs %(needed)s, and the longest free time is "
            "%(longest)s, on %(day)s. Choose a shorter visit, or put the patient on the waitlist."
        )
        % {
            "needed": _minutes(wanted.needs),
            "longest": _minutes(longest.ends_at - longest.opens_at),
            "day": date_format(local(longest.opens_at, longest.facility), "LONG_DAY_FORMAT"),
        },
    )


def _minutes(length: timedelta) -> str:
    return minutes_in_words(int(length.total_seconds() // 60))


def _nobody(wanted: Wanted) -> NoOpening:
    if wanted.miles is not None and places_for(wanted.anywhere):
        return NoOpening(
            "too_far",
            _(
                "Nobody who offers this is within %(miles)s miles of %(zip_code)s. Look further "
                "away."
            )
            % {"miles": f"{wanted.miles:g}", "zip_code": wanted.zip_code},
        )
    return NoOpening(
        "no_doctor", _("No doctor offers this. Choose another kind of care, doctor or facility.")
    )


def _has_hours(places: list[Place], days: list[date]) -> bool:
    hours = WorkingHours.objects.valid_between(days[0], days[-1])
    hours = hours.filter(
        doctor__in={place.doctor for place in places},
        facility__in={place.facility for place in places},
    )
    return any(each.applies_on(day) for each in hours for day in days)


def _are_away(places: list[Place], days: list[date], within: Period) -> bool:
    """Say whether all hours within a period lie in time off or closures: nobody is there at all.

    One query for each facility; somebody who is there ends it.
    """
    facilities = Facility.objects.in_bulk({place.facility for place in places})
    doctors = Doctor.objects.in_bulk({place.doctor for place in places})
    working: dict[int, list[Doctor]] = defaultdict(list)
    for place in places:
        working[place.facility].append(doctors[place.doctor])
    outside = [Period(_ALWAYS, within.starts_at), Period(within.ends_at, _EVER)]
    has_hours = False
    for facility, own in working.items():
        calendar = Calendar.load(facilities[facility], own, days[0], days[-1])
        for doctor in own:
            hours = without((at for day in days for at in calendar.hours_on(day, doctor)), outside)
            absences = calendar.absences(within, doctor)
            if without(hours, (Period(each.starts_at, each.ends_at) for each in absences)):
                return False
            has_hours = has_hours or bool(hours)
    return has_hours


def _away_until(places: list[Place], last: date) -> str:
    doctor = _only_doctor(places)
    if doctor:
        words = _(
            "%(doctor)s is away, or the facility is closed, at all working hours until %(day)s. "
            "Look at other doctors or later days, or put the patient on the waitlist."
        )
    else:
        words = _(
            "All who offer this are away, or their facility is closed, until %(day)s. Look "
            "further away or at later days, or put the patient on the waitlist."
        )
    return words % {"doctor": doctor, "day": date_format(last, "LONG_DATE_FORMAT")}


def _only_doctor(places: list[Place]) -> Doctor | None:
    doctors = {place.doctor for place in places}
    return Doctor.objects.get(pk=doctors.pop()) if len(doctors) == 1 else None


def _without_hours(wanted: Wanted, places: list[Place], last: date) -> str:
    first = wanted.first
    named = _only_doctor(places)
    if wanted.weekdays:
        words = _on_these_weekdays(named)
    else:
        words = _on_the_day(named) if first == last else _in_the_period(named)
    return words % {
        "doctor": named,
        "day": date_format(last, "LONG_DATE_FORMAT"),
        "first": date_format(first, "MONTH_NAME_DAY_FORMAT"),
        "last": date_format(last, "MONTH_NAME_DATE_FORMAT"),
    }


def _on_these_weekdays(doctor: Doctor | None) -> str:
    if doctor:
        return _(
            "%(doctor)s has no working hours on these weekdays until %(last)s. Choose other "
            "weekdays, or another doctor."
        )
    return _(
        "These doctors have no working hours on these weekdays until %(last)s. Choose other "
        "weekdays."
    )


def _on_the_day(doctor: Doctor | None) -> str:
    if doctor:
        return _(
            "%(doctor)s has no working hours on %(day)s. Choose another day, or ask an "
            "administrator to enter the hours."
        )
    return _(
        "These doctors have no working hours on %(day)s. Choose another day, or ask an "
        "administrator to enter the hours."
    )


def _in_the_period(doctor: Doctor | None) -> str:
    if doctor:
        return _(
            "%(doctor)s has no working hours from %(first)s to %(last)s. Choose another day, or "
            "ask an administrator to enter the hours."
        )
    return _(
        "These doctors have no working hours from %(first)s to %(last)s. Choose another day, or "
        "ask an administrator to enter the hours."
    )
