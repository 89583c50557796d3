"""Two facilities with one of everything each, and an account for each role at the first."""

from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from accounts.tests.factories import UserFactory
from facilities.models import CareType, ZipCodeRange
from facilities.tests.factories import FacilityFactory, RoomFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling.tests.factories import AppointmentFactory, working_doctor


@dataclass
class Place:
    """One facility and what belongs to it, by the first word of the routes that lead to it."""

    rows: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    own: Place
    other: Place
    people: dict[str, User]


def build() -> World:
    own, other = _place(1), _place(2)
    facility = own.rows["facilities"]
    people = {role: staff_of(facility, role) for role in ("receptionist", "nurse", "doctor")}
    people |= {"admin": UserFactory(role="admin"), "patient": UserFactory(role="patient")}
    own.rows["doctors"].user = people["doctor"]
    own.rows["doctors"].save()
    own.rows["patients"].user = people["patient"]
    own.rows["patients"].save()
    return World(own, other, people)


def _place(number: int) -> Place:
    facility = FacilityFactory(zip_code=f"6811{number}")
    doctor = working_doctor(facility)
    patient = PatientFactory(facility=facility)
    return Place(
        {
            "care-types": CareType.objects.create(name=f"Care {number}"),
            "facilities": facility,
            "rooms": RoomFactory(facility=facility),
            "zip-code-ranges": ZipCodeRange.objects.create(
                facility=facility, zip_min=f"6811{number}", zip_max=f"6811{number}"
            ),
            "doctors": doctor,
            "patients": patient,
            "appointments": AppointmentFactory(facility=facility, doctor=doctor, patient=patient),
            "users": staff_of(facility),
        }
    )
