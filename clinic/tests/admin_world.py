"""A clinic with a few rows of every kind that the admin shows, no two of them sharing anything."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import SignIn
from accounts.tests.factories import UserFactory
from facilities.models import CareType
from facilities.tests.factories import FacilityFactory, RoomFactory
from patients.models import ContactEntry, DifferentPeople, PatientChange, PatientMerge
from patients.tests.factories import PatientFactory, RegistrationFactory
from scheduling.models import AppointmentSeries, CalendarFeed, Closure, TimeOff
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    WaitlistEntryFactory,
    working_doctor,
)


def populate(number: int) -> None:
    """Add this many rows of every kind."""
    for _ in range(number):
        _network()
        _people()


def _network() -> None:
    serial = CareType.objects.count()
    care_type = CareType.objects.create(name=f"Care {serial}")
    facility = FacilityFactory(city=f"City {serial}", state=f"State {serial}")
    facility.care_types.add(care_type)
    facility.zip_code_ranges.create(zip_min="68102", zip_max="68118")
    room = RoomFactory(facility=facility)
    desk, now = UserFactory(), timezone.now()
    doctor = working_doctor(facility, user=UserFactory(role="doctor"))
    doctor.care_types.add(care_type)
    kind = AppointmentTypeFactory(care_type=care_type)
    visit = AppointmentFactory(facility=facility, doctor=doctor, room=room, type=kind, by=desk)
    TimeOff.objects.create(doctor=doctor, starts_at=now, ends_at=now + timedelta(hours=1))
    Closure.objects.create(facility=facility, starts_at=now, ends_at=now + timedelta(hours=1))
    CalendarFeed.objects.issue(doctor, by=desk)
    WaitlistEntryFactory(facility=facility, doctor=doctor, care_type=care_type, type=kind)
    day = timezone.localdate()
    AppointmentSeries.objects.create(
        patient=visit.patient,
        doctor=doctor,
        facility=facility,
        type=kind,
        rule="FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;COUNT=2",
        first_day=day,
        last_day=day + timedelta(days=7),
        time_of_day="09:00",
        duration_minutes=30,
        size=2,
    )


def _people() -> None:
    facility, desk, now = FacilityFactory(), UserFactory(), timezone.now()
    patient, other, third = (PatientFactory(facility=facility) for _ in range(3))
    patient.identifiers.create(system="Card", value=patient.mrn)
    PatientChange.objects.create(patient=patient, version=2, fields={"city": "Omaha"}, by=desk)
    ContactEntry.objects.create(patient=patient, note="Asked for the hours", by=desk)
    PatientMerge.objects.create(merged=other, into=patient, was_active=True, by=desk)
    DifferentPeople.objects.decide([patient, third], by=desk)
    RegistrationFactory(candidate=third, facility=facility)
    SignIn.objects.create(user=desk, last_used_at=now, expires_at=now + timedelta(days=1))
