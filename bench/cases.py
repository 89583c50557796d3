"""What the slot benchmark asks of the application: calls with varied parameters, to be captured.

Each function yields callables that take nothing. They run the application's own functions, so
that the benchmark follows the code.
"""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from facilities.models import CareType, Doctor, Facility
from scheduling.agenda import Slot, doctor_days, doctors_on, free_slots
from scheduling.calendars import local

Case = Callable[[], object]
WANTED_SLOTS = 10
MONTH = timedelta(days=29)  # thirty days, the first and the last included
FORTNIGHT = timedelta(days=13)
DURATIONS = tuple(timedelta(minutes=minutes) for minutes in (15, 20, 30, 30, 45, 60))


# ---------------------------------------------------------------------------------------------
# The search of the whole network is plugged in here: yield one callable for each search.
def searches(rng: random.Random, now: datetime) -> Iterator[Case]:
    """Yield searches for the next openings near a ZIP code, of one care type."""
    zip_codes = list(Facility.objects.values_list("zip_code", flat=True).order_by("pk"))
    care_types = list(CareType.objects.order_by("pk"))
    while True:
        yield partial(
            _search_each_facility,
            rng.choice(zip_codes),
            rng.choice(care_types),
            rng.choice(DURATIONS),
            now,
        )


def _search_each_facility(
    zip_code: str, care_type: CareType, duration: timedelta, now: datetime
) -> list[Slot]:
    """Look through every facility that serves the ZIP code, a fortnight each."""
    found: list[Slot] = []
    for facility in Facility.objects.active().serving(zip_code).distinct():
        doctors = list(facility.doctors.active().filter(care_types=care_type))
        today = local(now, facility).date()
        found += free_slots(facility, doctors, today, today + FORTNIGHT, now=now, duration=duration)
    return sorted(found, key=lambda slot: slot.starts_at)[:WANTED_SLOTS]


# ---------------------------------------------------------------------------------------------


def months_of_one_doctor(rng: random.Random, now: datetime) -> Iterator[Case]:
    """Yield searches for one doctor's free slots over thirty days."""
    doctors = list(Doctor.objects.active().prefetch_related("facilities").order_by("pk"))
    while True:
        doctor = rng.choice(doctors)
        facility = rng.choice(list(doctor.facilities.all()))
        first = local(now, facility).date() + timedelta(days=rng.randrange(14))
        yield partial(
            free_slots,
            facility,
            [doctor],
            first,
            first + MONTH,
            now=now,
            duration=rng.choice(DURATIONS),
        )


def day_boards(rng: random.Random, now: datetime) -> Iterator[Case]:
    """Yield boards of one facility and day."""
    facilities = list(Facility.objects.active().order_by("pk"))
    while True:
        facility = rng.choice(facilities)
        day = local(now, facility).date() + timedelta(days=rng.randrange(-7, 14))
        doctors = doctors_on(facility, day)
        yield partial(doctor_days, facility, doctors, day, day)
