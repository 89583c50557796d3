"""The demo clinic in its order: places, people, hours, absences, visits, who waits."""

import random
from datetime import datetime

from django.db import transaction

from clinic.demo import accounts, hours, people, places, visits, waiting

SEED = 2026


@transaction.atomic
def load(
    *,
    now: datetime,
    facilities: int = 4,
    doctors: int = 24,
    patients: int = 100,
    days_back: int = 10,
    days_ahead: int = 11,
    seed: int = SEED,
) -> None:
    """Load the demo clinic around `now`, into one transaction.

    The sizes can be raised for a dense board: places beyond the fourth are built like the first
    four. Days are counted from each facility's own today. The first facility is open every day of
    the week and today about three quarters full.
    """
    rng = random.Random(seed)  # noqa: S311 - invented data, no secret
    sites = places.create(facilities, doctors=doctors, patients=patients)
    people.hire(sites, rng)
    people.register(sites, rng, now)
    hours.write(sites, now, days_back)
    hours.write_absences(sites, now)
    users = accounts.create(sites, now)
    patient = users.pop("patient")
    types = places.appointment_types()
    visits.write(sites, types, users, rng, now=now, days_back=days_back, days_ahead=days_ahead)
    waiting.write(sites, types, users, rng, now=now)
    accounts.give_to_a_patient(patient, sites[0], now)
