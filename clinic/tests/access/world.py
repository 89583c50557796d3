"""Two facilities with one of everything each, and an account for each role at the first."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from accounts.models import User
from accounts.tests.factories import UserFactory
from facilities.models import CareType, Facility, ZipCodeRange
from facilities.tests.factories import FacilityFactory, RoomFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory, RegistrationFactory
from records.models import Document
from records.tests.factories import (
    AllergyFactory,
    ConditionFactory,
    EncounterFactory,
    HealthSummaryFactory,
    MedicationFactory,
    SignedFactory,
    doctor_user,
)
from scheduling.models import AppointmentSeries, CalendarFeed, Closure, TimeOff
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    WaitlistEntryFactory,
    in_days,
    working_doctor,
)
from scheduling.tests.series_factories import weekly

# By the word that the names of the routes begin with which lead to the row.
Place = dict[str, Any]


class World(NamedTuple):
    own: Place
    other: Place
    people: dict[str, User]


def build() -> World:
    own, other = _place(1), _place(2)
    facility = own["facilities"]
    people = {role: staff_of(facility, role) for role in ("receptionist", "nurse", "doctor")}
    people |= {"admin": UserFactory(role="admin"), "patient": UserFactory(role="patient")}
    own["doctors"].user = people["doctor"]
    own["doctors"].save()
    own["patients"].user = people["patient"]
    own["patients"].save()
    own |= _of_the_chart(own["patients"], people["doctor"])
    other |= _of_the_chart(other["patients"], doctor_user(other["facilities"]))
    return World(own, other, people)


def _place(number: int) -> Place:
    facility = FacilityFactory(zip_code=f"6811{number}")
    return _of_the_network(facility, number) | _of_the_desk(facility)


def _of_the_network(facility: Facility, number: int) -> Place:
    zip_code = facility.zip_code
    user = staff_of(facility)
    return {
        "facilities": facility,
        "facility": facility,
        "care-types": CareType.objects.create(name=f"Care at {number}"),
        "rooms": RoomFactory(facility=facility),
        "zip-code-ranges": ZipCodeRange.objects.create(
            facility=facility, zip_min=zip_code, zip_max=zip_code
        ),
        "users": user,
        "user": user,
    }


def _of_the_desk(facility: Facility) -> Place:
    doctor, patient = working_doctor(facility), PatientFactory(facility=facility)
    CalendarFeed.objects.issue(doctor, by=None)
    visit = {"facility": facility, "doctor": doctor, "patient": patient}
    far = datetime.now(UTC) + timedelta(days=300)
    return {
        "doctors": doctor,
        "doctor": doctor,
        "doctor-working-hours": facility.working_hours.first(),
        "doctor-time-off": TimeOff.objects.create(
            doctor=doctor, starts_at=far, ends_at=far + timedelta(hours=1)
        ),
        "facility-closures": Closure.objects.create(
            facility=facility, starts_at=far, ends_at=far + timedelta(hours=1)
        ),
        "patients": patient,
        "registrations": RegistrationFactory(facility=facility, candidate=patient),
        "appointment-types": AppointmentTypeFactory(bookable_online=True),
        "appointments": AppointmentFactory(**visit),
        "series": AppointmentSeries.objects.book(
            **visit,
            starts_at=in_days(2, 9, facility=facility),
            rule=weekly(in_days(2, 9, facility=facility).astimezone(facility.tz)),
            by=None,
        ),
        "waitlist": WaitlistEntryFactory(
            patient=PatientFactory(facility=facility), facility=facility
        ),
    }


def _of_the_chart(patient: Patient, author: User) -> Place:
    row = {"patient": patient, "facility": patient.facility, "recorded_by": author}
    # Whoever reads its file writes that first, where it is to be.
    document = Document(
        **row, title="Scan", file=f"documents/{patient.pk}", content_type="application/pdf",
        size=1, sha256="0" * 64,
    )  # fmt: skip
    document.save(force_insert=True)
    return {
        "medical-records": SignedFactory(patient=patient, facility=patient.facility, by=author),
        "encounters": EncounterFactory(**row),
        "conditions": ConditionFactory(**row),
        "allergies": AllergyFactory(**row),
        "medications": MedicationFactory(**row),
        "documents": document,
        "health-summaries": HealthSummaryFactory(**row),
    }
