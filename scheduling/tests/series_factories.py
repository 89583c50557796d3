"""A facility with a series' people, and the shortest way to a series."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F

from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, AppointmentSeries
from scheduling.openings import Slot
from scheduling.recurrence import Weekly
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor

WEEK = timedelta(days=7)


def weekly(first: datetime | date, count: int = 4, interval: int = 1) -> str:
    """Return the rule of every so many weeks on the weekday of `first`."""
    return str(Weekly(interval, (first.isoweekday(),), count=count))


class Course:
    """One patient, one doctor, and a series of four from tomorrow at nine."""

    def __init__(self, **facility: Any) -> None:
        self.facility: Facility = FacilityFactory(**facility)
        self.doctor: Doctor = working_doctor(self.facility)
        self.patient: Patient = PatientFactory(facility=self.facility)
        self.first = in_days(1, 9, facility=self.facility)

    def at(self, week: int, hour: int = 9, minute: int = 0) -> datetime:
        return in_days(1 + 7 * week, hour, minute, facility=self.facility)

    def wanted(self, **changes: Any) -> dict[str, Any]:
        local = self.first.astimezone(self.facility.tz)
        return {
            "patient": self.patient,
            "doctor": self.doctor,
            "facility": self.facility,
            "starts_at": self.first,
            "rule": weekly(local),
            "by": None,
        } | changes

    def book(self, **changes: Any) -> AppointmentSeries:
        return AppointmentSeries.objects.book(**self.wanted(**changes))

    def take(self, at: datetime, **changes: Any) -> Appointment:
        """Book somebody else at that time."""
        changes = {"doctor": self.doctor, "patient": PatientFactory()} | changes
        return AppointmentFactory(facility=self.facility, starts_at=at, **changes)

    def slot(self, at: datetime, doctor: Doctor | None = None) -> Slot:
        return Slot(doctor or self.doctor, self.facility, at, at + timedelta(minutes=30))


def set_status(appointment: Appointment, status: str) -> None:
    """Let somebody else have taken a step, as if its day had come."""
    own = Appointment.objects.filter(pk=appointment.pk)
    own.update(status=status, version=F("version") + 1)


def starts_of(series: AppointmentSeries) -> list[datetime]:
    return list(series.appointments.order_by("starts_at").values_list("starts_at", flat=True))
