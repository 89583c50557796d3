"""What the slot benchmark asks of the application: calls with varied parameters, to be captured.

Each function yields callables that take nothing. They run the application's own functions, so
that the benchmark follows the code.
"""

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from facilities.models import CareType, Doctor, Facility
from scheduling.agenda import doctor_days, doctors_on
from scheduling.calendars import local
from scheduling.models import Appointment, AppointmentEvent, AppointmentType
from scheduling.openings import find_openings, free_starts
from scheduling.status import Status
from scheduling.wanted import Wanted

Case = Callable[[], object]
WANTED_SLOTS = 10
MONTH = timedelta(days=29)  # thirty days, the first and the last included
NOON = time(12)
MOST_VISITS = 5_000
OF_A_VISIT = ("patient", "doctor", "facility", "room", "type")
HOLDS = 400
DURATIONS = tuple(timedelta(minutes=minutes) for minutes in (15, 20, 30, 30, 45, 60))


def searches(rng: random.Random, now: datetime) -> Iterator[Case]:
    """Yield searches for the next openings from some day on: most of one care type near a ZIP code.

    Others ask for it anywhere, by the doctor's specialization, at one facility, or for anybody; for
    a type of visit, past what a patient or a room has already, or for a visit that is to be moved.
    """
    facilities = list(Facility.objects.active().order_by("pk"))
    care_types = list(CareType.objects.order_by("pk"))
    types = list(AppointmentType.objects.filter(is_active=True).order_by("pk"))
    visits = Appointment.objects.upcoming(now).filter(status=Status.BOOKED, room__isnull=False)
    known = list(visits.select_related(*OF_A_VISIT).order_by("pk")[:MOST_VISITS])
    while True:
        care_type, facility = rng.choice(care_types), rng.choice(facilities)
        visit = rng.choice(known)
        there: dict[str, Any] = {"facilities": [visit.facility], "patient": visit.patient}
        near: dict[str, Any] = {"care_type": care_type, "zip_code": facility.zip_code}
        criteria: dict[str, Any] = rng.choice(
            [
                near | {"miles": rng.choice((25, 50, 100))},
                near | {"miles": 50, "to_time": NOON},
                near | {"miles": 100, "from_time": NOON},
                near,
                {"specialization": care_type.name},
                {"facilities": [facility]},
                {"type": rng.choice(types), "zip_code": facility.zip_code, "miles": 100},
                there | {"care_type": care_type},
                there | {"room": visit.room},
                there | {"room": visit.room, "moving": visit, "doctors": [visit.doctor]},
                {},
            ]
        )
        first = now.date() + timedelta(days=rng.randrange(11))
        wanted = Wanted(first=first, duration=rng.choice(DURATIONS), **criteria)
        yield partial(find_openings, wanted, now=now, count=WANTED_SLOTS)


def months_of_one_doctor(rng: random.Random, now: datetime) -> Iterator[Case]:
    """Yield searches for one doctor's free slots over thirty days."""
    doctors = list(Doctor.objects.active().order_by("pk"))
    while True:
        first = now.date() + timedelta(days=rng.randrange(14))
        wanted = Wanted(
            first=first,
            last=first + MONTH,
            doctors=[rng.choice(doctors)],
            duration=rng.choice(DURATIONS),
        )
        yield partial(free_starts, wanted, now=now)


def day_boards(rng: random.Random, now: datetime) -> Iterator[Case]:
    """Yield boards of one facility and day."""
    facilities = list(Facility.objects.active().order_by("pk"))
    while True:
        facility = rng.choice(facilities)
        day = local(now, facility).date() + timedelta(days=rng.randrange(-7, 14))
        yield partial(board, facility, day)


def board(facility: Facility, day: date) -> object:
    return doctor_days(facility, doctors_on(facility, day), day, day)


def hold_some(rng: random.Random, now: datetime) -> list[int]:
    """Hold free times of some doctors for an hour; return the ids of the holds."""
    everybody = list(Doctor.objects.active().order_by("pk"))
    doctors = rng.sample(everybody, min(HOLDS, len(everybody)))
    wanted = Wanted(first=now.date() + timedelta(days=1), last=now.date() + MONTH, doctors=doctors)
    first = {slot.doctor: slot for slot in reversed(free_starts(wanted, now=now))}
    return [
        Appointment.objects.hold(
            doctor=slot.doctor,
            facility=slot.facility,
            starts_at=slot.starts_at,
            by=None,
            now=now + timedelta(hours=1),
        ).pk
        for slot in first.values()
    ]


def take_back(holds: list[int]) -> None:
    """Remove holds with their events."""
    AppointmentEvent.objects.filter(appointment__in=holds).delete()
    Appointment.objects.filter(pk__in=holds).delete()
