"""A patient who is signed in, and what they may book."""

from datetime import datetime, time
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from facilities.tests.factories import FacilityFactory
from patients.tests.factories import PatientFactory
from scheduling.board import iso_instant
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentTypeFactory, in_days, working_doctor


class Portal:
    """A facility with one doctor, one type that is booked online, and a patient signed in."""

    def __init__(self, **kind: Any) -> None:
        self.facility = FacilityFactory(name="Northside", phone="+14025550142")
        self.doctor = working_doctor(self.facility, time(8), time(18), name="Dr. Imani Okafor")
        self.user = UserFactory(role="patient", full_name="Zélie Quint")
        self.patient = PatientFactory(
            given_name="Zélie", family_name="Quint", facility=self.facility, user=self.user
        )
        self.kind = AppointmentTypeFactory(name="Check-up", bookable_online=True, **kind)
        self.client = Client()
        self.client.force_login(self.user)

    def at(self, days: int, hour: int) -> datetime:
        return in_days(days, hour, facility=self.facility)

    def booked(self, days: int = 2, hour: int = 9, **fields: Any) -> Appointment:
        about = {"patient": self.patient, "type": self.kind, "by": self.user} | fields
        about = {"doctor": self.doctor, "facility": self.facility} | about
        return Appointment.objects.book(starts_at=self.at(days, hour), **about)

    def taken(self, days: int, hour: int) -> Appointment:
        """Book a time for somebody else."""
        return self.booked(days, hour, patient=PatientFactory(facility=self.facility), by=None)

    def slot(self, days: int, hour: int, **more: Any) -> dict[str, Any]:
        """Return what a pressed time sends."""
        pressed = f"{self.doctor.pk}|{iso_instant(self.at(days, hour))}"
        return {"facility": self.facility.pk, "slot": pressed} | more

    def get(self, name: str, *args: Any, **query: Any) -> Any:
        return self.client.get(reverse(f"portal:{name}", args=args), query)

    def post(self, name: str, *args: Any, **said: Any) -> Any:
        return self.client.post(reverse(f"portal:{name}", args=args), said)

    def hold(self, days: int = 2, hour: int = 9) -> Any:
        return self.post("hold", self.kind.pk, **self.slot(days, hour))


def text_of(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


def starts_offered(answer: Any) -> list[datetime]:
    """Return the starts that a page of openings offers."""
    return [slot.starts_at for times in answer.context["open_day"].times for slot in times.slots]
