"""Who asks the API in tests, and the shortest way to ask for a booking."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from accounts.tests.clients import client_of
from accounts.tests.factories import UserFactory
from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.models import AppointmentType, FreeTimeHorizon
from scheduling.tests.factories import AppointmentTypeFactory, in_days, working_doctor

V1 = "/api/v1"
APPOINTMENTS = f"{V1}/appointments"


class Place:
    """A facility with one doctor, one patient, and whoever asks."""

    def __init__(self, **facility: Any) -> None:
        self.facility: Facility = FacilityFactory(**facility)
        self.doctor: Doctor = working_doctor(self.facility)
        self.patient: Patient = PatientFactory(facility=self.facility)

    def staff(self, role: str = "receptionist") -> APIClient:
        return client_of(staff_of(self.facility, role))

    def elsewhere(self, role: str = "receptionist") -> APIClient:
        return client_of(staff_of(FacilityFactory(), role))

    def own(self) -> APIClient:
        """Return the patient, signed in."""
        self.patient.user = UserFactory(role="patient")
        self.patient.save()
        return client_of(self.patient.user)

    def at(self, hour: int, minute: int = 0, days: int = 1) -> datetime:
        return in_days(days, hour, minute, facility=self.facility)

    def wanted(self, hour: int = 9, **more: Any) -> dict[str, Any]:
        """Return a booking for the patient; what is None is left out."""
        said = {
            "patient_id": self.patient.pk,
            "doctor_id": self.doctor.pk,
            "facility_id": self.facility.pk,
            "starts_at": self.at(hour).isoformat(),
        } | more
        return {name: value for name, value in said.items() if value is not None}


def online_type(**fields: Any) -> AppointmentType:
    return AppointmentTypeFactory(**{"bookable_online": True} | fields)


def known_ahead() -> None:
    """Work free time out ahead, as every night does."""
    FreeTimeHorizon.extend(timezone.now().date())


def alternative_of(answer: Any, **said: Any) -> dict[str, Any]:
    """Return the first alternative as it was answered, with what it does not say."""
    first: dict[str, Any] = answer.json()["alternatives"][0]
    return first | said
