from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import factory
from django.utils import timezone

from facilities.models import Doctor, Facility
from facilities.tests.factories import DoctorFactory, FacilityFactory
from patients.tests.factories import PatientFactory
from scheduling.availability import instant
from scheduling.models import Appointment, AppointmentType, WaitlistEntry, WorkingHours


def in_days(days: int, hour: int, minute: int = 0, *, facility: Facility) -> datetime:
    """Return the instant of a wall-clock time at the facility, some days from today."""
    day = timezone.now().astimezone(facility.tz).date() + timedelta(days=days)
    return instant(datetime.combine(day, time(hour, minute)), facility.tz)


def early_zone() -> str:
    """Return a zone where it is between one and two in the morning.

    So nine o'clock of its today is ahead, and its patients may arrive.
    """
    hours = (12 + 1 - timezone.now().astimezone(UTC).hour) % 24 - 12
    # POSIX counts west of Greenwich as positive.
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"


def early_facility(**fields: Any) -> Facility:
    return FacilityFactory(timezone=early_zone(), **fields)


def visit_today(**fields: Any) -> Appointment:
    """Book a visit for nine o'clock today, so that its steps can be taken."""
    facility = fields.pop("facility", None) or early_facility()
    return AppointmentFactory(
        **{"facility": facility, "starts_at": in_days(0, 9, facility=facility)} | fields
    )


def working_doctor(
    facility: Facility, starts_at: time = time(8), ends_at: time = time(18), **fields: Any
) -> Doctor:
    """Return a doctor who works at the facility every day of the week."""
    doctor = DoctorFactory(facilities=[facility], **fields)
    for weekday in range(1, 8):
        WorkingHours.objects.create(
            doctor=doctor,
            facility=facility,
            weekday=weekday,
            starts_at=starts_at,
            ends_at=ends_at,
            valid_from=date(2020, 1, 1),
        )
    return doctor


class AppointmentTypeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AppointmentType

    name = factory.Sequence("Visit {}".format)
    duration_minutes = 30


class AppointmentFactory(factory.django.DjangoModelFactory):
    """Book through the one way in; tomorrow at nine unless told otherwise."""

    class Meta:
        model = Appointment

    facility = factory.SubFactory(FacilityFactory)
    doctor = factory.LazyAttribute(lambda made: working_doctor(made.facility))
    patient = factory.SubFactory(PatientFactory)
    starts_at = factory.LazyAttribute(lambda made: in_days(1, 9, facility=made.facility))
    by = None

    @classmethod
    def _create(cls, model_class: type[Appointment], *args: Any, **kwargs: Any) -> Appointment:
        return Appointment.objects.book(**kwargs)


class WaitlistEntryFactory(factory.django.DjangoModelFactory):
    """Wait through the one way in; for any visit at the facility unless told otherwise."""

    class Meta:
        model = WaitlistEntry

    patient = factory.SubFactory(PatientFactory)
    by = None

    @classmethod
    def _create(cls, model_class: type[WaitlistEntry], *args: Any, **kwargs: Any) -> WaitlistEntry:
        return WaitlistEntry.objects.add(**kwargs)
