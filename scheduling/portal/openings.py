"""The openings that a patient chooses from: those of one day, by doctor, the nearest first."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from math import inf
from typing import Any, NamedTuple

from facilities.models import Doctor, Facility
from facilities.zip_codes import centroid, is_zip_code
from patients.models import Patient
from scheduling.models import Appointment, AppointmentType
from scheduling.openings import Slot, find_openings
from scheduling.wanted import Wanted

# So many times are looked at, and the doctors shown who have them.
MOST_TIMES, MOST_DOCTORS = 400, 8
A_DAY = timedelta(days=1)


class Times(NamedTuple):
    """The free times with one doctor at one facility."""

    doctor: Doctor
    facility: Facility
    miles: int | None
    slots: list[Slot]


class OpenDay(NamedTuple):
    """What is free on a day, and the days to look at before and after it, if there are any."""

    day: date
    times: list[Times]
    has_more: bool
    earlier: date | None
    later: date | None


def wanted_online(
    kind: AppointmentType,
    patient: Patient,
    *,
    today: date,
    now: datetime,
    facilities: list[Facility],
    doctor: Doctor | None = None,
    moving: Appointment | None = None,
) -> Wanted:
    """Return what a patient looks for, within what they may book by themselves."""
    zip_code = patient.zip_code
    is_known = is_zip_code(zip_code) and centroid(zip_code) is not None
    return Wanted(
        first=today,
        duration=moving.duration if moving else kind.duration,
        buffer=moving.blocked_until - moving.ends_at if moving else kind.buffer,
        type=kind,
        doctors=[doctor] if doctor else None,
        facilities=facilities,
        zip_code=zip_code if is_known else "",
        patient=patient,
        room=moving.room if moving else None,
        moving=moving,
        starting=kind.online_window(now),
    )


def open_day(wanted: Wanted, asked: date | None, *, now: datetime) -> OpenDay | None:
    """Return what is free on the day asked for, or else on the first; None if nothing ever is."""
    soonest = _first_day(wanted, wanted.first, now)
    if soonest is None:
        return None
    day = max(asked or soonest, soonest)
    on_day = replace(wanted, first=day, last=day)
    times = _by_doctor(find_openings(on_day, now=now, count=MOST_TIMES))
    return OpenDay(
        day,
        times[:MOST_DOCTORS],
        has_more=len(times) > MOST_DOCTORS,
        earlier=day - A_DAY if day > soonest else None,
        later=_first_day(wanted, day + A_DAY, now),
    )


def _first_day(wanted: Wanted, first: date, now: datetime) -> date | None:
    found = find_openings(replace(wanted, first=first), now=now, count=1)
    return found[0].local_start.date() if found else None


def _by_doctor(slots: list[Slot]) -> list[Times]:
    def place(slot: Slot) -> Any:
        near = inf if slot.miles is None else slot.miles
        return near, slot.doctor.name, slot.doctor.pk, slot.facility.pk

    return [
        Times(own[0].doctor, own[0].facility, _rounded(own[0].miles), own)
        for own in (list(each) for _key, each in groupby(sorted(slots, key=place), place))
    ]


def _rounded(miles: float | None) -> int | None:
    return None if miles is None else max(1, round(miles))
