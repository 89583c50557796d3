"""The facilities of the demo clinic, what they offer, and the kinds of visit."""

from dataclasses import dataclass, field
from typing import NamedTuple

from facilities.models import CareType, Doctor, Facility, Room, ZipCodeRange
from patients.models import Patient
from scheduling.models import AppointmentType

WEEK = (1, 2, 3, 4, 5, 6, 7)
WORKDAYS = (1, 2, 3, 4, 5)


class Plan(NamedTuple):
    """What one place is like; `doctors` and `patients` are its shares of 24 and of 100."""

    name: str
    address_line: str
    city: str
    zip_code: str
    timezone: str
    zip_code_ranges: tuple[tuple[str, str], ...]
    open_on: tuple[int, ...]
    doctors: int
    patients: int
    capacity_per_patient: float
    specializations: tuple[str, ...]
    for_children: bool = False


PLANS = (
    Plan(
        "Elm Grove Health Center",
        "120 Harbor Street",
        "Omaha",
        "68102",
        "America/Chicago",
        (("68102", "68118"), ("68122", "68124"), ("68131", "68132")),
        WEEK,
        9,
        50,
        1.6,
        (
            *("Family medicine", "Internal medicine", "Cardiology", "Family medicine"),
            *("Dermatology", "Women’s health", "Family medicine", "Internal medicine"),
        ),
    ),
    Plan(
        "Maple Street Family Clinic",
        "48 Maple Street",
        "Lincoln",
        "68508",
        "America/Chicago",
        (("68501", "68532"),),
        WORKDAYS,
        6,
        24,
        1.08,
        ("Family medicine", "Family medicine", "Women’s health", "Internal medicine"),
    ),
    Plan(
        "Little Oaks Children’s Clinic",
        "9 Orchard Lane",
        "Omaha",
        "68114",
        "America/Chicago",
        (("68102", "68164"),),
        WORKDAYS,
        5,
        13,
        1.0,
        ("Pediatrics",),
        for_children=True,
    ),
    Plan(
        "Sandhills Medical Center",
        "700 Overlook Avenue",
        "Scottsbluff",
        "69361",
        "America/Denver",
        (("69301", "69367"),),
        WORKDAYS,
        4,
        13,
        4.0,
        ("Family medicine", "Cardiology", "Dermatology", "Internal medicine"),
    ),
)

# name, minutes, buffer, colour, care type, bookable online
TYPES = (
    ("Check-up", 30, 0, "#4c6ef5", "", True),
    ("Follow-up", 15, 0, "#15aabf", "", True),
    ("New patient", 45, 15, "#7950f2", "", True),
    ("Physical exam", 60, 0, "#228be6", "", False),
    ("Vaccination", 15, 0, "#40c057", "", True),
    ("Minor procedure", 60, 15, "#fd7e14", "", False),
    ("Heart consultation", 45, 0, "#e64980", "Cardiology", False),
    ("Skin check", 30, 0, "#fab005", "Dermatology", True),
    ("Well-child visit", 30, 0, "#82c91e", "Pediatrics", True),
)


@dataclass
class Site:
    """A facility of the demo with its plan, and the people who are there."""

    plan: Plan
    facility: Facility
    doctor_count: int
    patient_count: int
    doctors: list[Doctor] = field(default_factory=list)
    patients: list[Patient] = field(default_factory=list)


def create(count: int, *, doctors: int, patients: int) -> list[Site]:
    """Write facilities with their service areas, rooms and care types."""
    plans = [PLANS[number % len(PLANS)] for number in range(count)]
    for_doctors = shares(doctors, [plan.doctors for plan in plans])
    for_patients = shares(patients, [plan.patients for plan in plans])
    sites = [
        Site(plan, _facility(plan, number, its_patients), its_doctors, its_patients)
        for number, (plan, its_doctors, its_patients) in enumerate(
            zip(plans, for_doctors, for_patients, strict=True)
        )
    ]
    Facility.objects.bulk_create([site.facility for site in sites])
    ZipCodeRange.objects.bulk_create(
        ZipCodeRange(facility=site.facility, zip_min=first, zip_max=last)
        for site in sites
        for first, last in site.plan.zip_code_ranges
    )
    Room.objects.bulk_create(
        Room(facility=site.facility, name=f"Room {number:0>2}")
        for site in sites
        for number in range(1, site.doctor_count + 2)
    )
    for site in sites:
        site.facility.care_types.set(map(care_type, sorted({*site.plan.specializations})))
    return sites


def shares(total: int, weights: list[int]) -> list[int]:
    """Divide a total into whole parts in proportion to weights."""
    result, given, weighed = [], 0, 0
    for weight in weights:
        weighed += weight
        upto = round(total * weighed / sum(weights))
        result.append(upto - given)
        given = upto
    return result


def _facility(plan: Plan, number: int, patients: int) -> Facility:
    ordinal = number // len(PLANS) + 1
    return Facility(
        name=plan.name if ordinal == 1 else f"{plan.name} {ordinal}",
        address_line=plan.address_line,
        city=plan.city,
        state="NE",
        zip_code=plan.zip_code,
        phone=f"+1{'308' if plan.zip_code > '69' else '402'}55501{number % 10:0>2}",
        timezone=plan.timezone,
        capacity=max(1, round(patients * plan.capacity_per_patient)),
    )


def care_type(name: str) -> CareType:
    found = CareType.objects.filter(name__iexact=name).first()
    return found or CareType.objects.create(name=name)


def appointment_types() -> list[AppointmentType]:
    """Return the kinds of visit, written where there is none of that name."""
    return [
        AppointmentType.objects.get_or_create(
            name=name,
            defaults={
                "duration_minutes": minutes,
                "buffer_minutes": buffer,
                "colour": colour,
                "care_type": care_type(care) if care else None,
                "bookable_online": online,
            },
        )[0]
        for name, minutes, buffer, colour, care, online in TYPES
    ]
