"""The doctors and patients of the demo clinic."""

import random
import re
import unicodedata
from datetime import date, datetime, timedelta
from itertools import chain, count, pairwise, product

from clinic.demo.names import FAMILY, FEMALE, MALE, STREETS
from clinic.demo.places import Plan, Site, care_type
from facilities.models import Doctor
from patients.models import Patient

GIVEN = [*((name, "female") for name in FEMALE), *((name, "male") for name in MALE)]
AREA_CODES = ("402", "531", "308", "303", "970", "712", "605", "785")
FIRST_FREE_NUMBER = 10
BATCH = 1000

Name = tuple[tuple[str, str], str]
DoctorAtFacility = Doctor.facilities.through
DoctorProvides = Doctor.care_types.through


def hire(sites: list[Site], rng: random.Random) -> None:
    """Write each site's doctors; two of them also work at the site before theirs."""
    names = _names(sum(site.doctor_count for site in sites), rng)
    number = count(1)
    for site in sites:
        site.doctors = [
            Doctor(
                name=f"{names[0][0][0]} {names.pop(0)[1]}",
                specialization=site.plan.specializations[index % len(site.plan.specializations)],
                licence_number=f"DEMO-{next(number):0>5}",
                years_of_experience=rng.randint(2, 34),
            )
            for index in range(site.doctor_count)
        ]
    Doctor.objects.bulk_create(doctor for site in sites for doctor in site.doctors)
    links = [(doctor, site) for site in sites for doctor in site.doctors]
    links += [(doctor, before) for before, doctor in visiting(sites)]
    DoctorAtFacility.objects.bulk_create(
        DoctorAtFacility(doctor=doctor, facility=site.facility) for doctor, site in links
    )
    _provide([doctor for site in sites for doctor in site.doctors])


def _provide(doctors: list[Doctor]) -> None:
    """Write that each doctor provides the care they are specialized in."""
    care = {name: care_type(name) for name in sorted({each.specialization for each in doctors})}
    DoctorProvides.objects.bulk_create(
        DoctorProvides(doctor=doctor, caretype=care[doctor.specialization]) for doctor in doctors
    )


def visiting(sites: list[Site]) -> list[tuple[Site, Doctor]]:
    """Return the doctors who work at a second site, with that site."""
    pairs = pairwise(sites[:3])
    return [(before, own.doctors[0]) for before, own in pairs if own.doctors]


def register(sites: list[Site], rng: random.Random, now: datetime) -> None:
    """Write each site's patients, assigned to one of its doctors."""
    names = _names(sum(site.patient_count for site in sites), rng)
    number, emails = count(), set[str]()
    for site in sites:
        for _ in range(site.patient_count):
            name = names.pop()
            patient = _patient(name, site.plan, rng, now.date())
            patient.facility = site.facility
            patient.assigned_doctor = rng.choice(site.doctors) if site.doctors else None
            patient.phone = _phone(next(number))
            patient.email = "" if rng.random() < 0.15 else _email(name, emails)
            site.patients.append(patient)
        Patient.objects.bulk_create(site.patients, batch_size=BATCH)


def _names(wanted: int, rng: random.Random) -> list[Name]:
    """Return names, none twice as long as there are enough of them."""
    every = list(product(GIVEN, FAMILY))
    names: list[Name] = []
    while len(names) < wanted:
        names += rng.sample(every, min(wanted - len(names), len(every)))
    return names


def _patient(name: Name, plan: Plan, rng: random.Random, today: date) -> Patient:
    (given, gender), family = name
    age = rng.uniform(0.2, 15) if plan.for_children else rng.triangular(18, 92, 55)
    first, last = rng.choice(plan.zip_code_ranges)
    married = gender == "female" and not plan.for_children and rng.random() < 0.3
    return Patient(
        given_name=given,
        family_name=family,
        maiden_name=rng.choice(FAMILY) if married else "",
        date_of_birth=today - timedelta(days=round(age * 365.25)),
        gender=gender,
        address_line=f"{rng.randint(2, 2400)} {rng.choice(STREETS)}",
        city=plan.city,
        state="NE",
        zip_code=str(rng.randint(int(first), int(last))),
        language=rng.choices(["en", "es", "vi", "ar"], [84, 12, 2, 2])[0],
    )


def _phone(number: int) -> str:
    """Return a number kept for fiction; facilities have the first ten of each area code."""
    area, last = divmod(number, 100 - FIRST_FREE_NUMBER)
    return f"+1{AREA_CODES[area % len(AREA_CODES)]}55501{FIRST_FREE_NUMBER + last}"


def _email(name: Name, taken: set[str]) -> str:
    (given, _gender), family = name
    plain = unicodedata.normalize("NFKD", f"{given}.{family}".lower())
    plain = re.sub(r"[^a-z.]", "", plain)
    address = next(
        f"{plain}{suffix}@example.org"
        for suffix in chain([""], count(2))
        if f"{plain}{suffix}@example.org" not in taken
    )
    taken.add(address)
    return address
