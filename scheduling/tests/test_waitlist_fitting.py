"""Whom a freed time suits, and in which order they are asked."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from facilities.models import CareType, Doctor, Facility
from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, WaitlistEntry
from scheduling.openings import Slot
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    WaitlistEntryFactory,
    working_doctor,
)

pytestmark = pytest.mark.django_db

CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2031, 3, 3, 8, tzinfo=CHICAGO)
TUESDAY_AT_TWO = datetime(2031, 3, 4, 14, tzinfo=CHICAGO)
OMAHA, LINCOLN, DENVER = "68102", "68508", "80202"


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory(zip_code=OMAHA)


@pytest.fixture
def cardiology() -> CareType:
    return CareType.objects.create(name="Cardiology")


@pytest.fixture
def doctor(facility: Facility, cardiology: CareType) -> Doctor:
    doctor = working_doctor(facility, specialization="Internal medicine")
    doctor.care_types.add(cardiology)
    return doctor


@pytest.fixture
def slot(facility: Facility, doctor: Doctor) -> Slot:
    """Tuesday from two to three in the afternoon."""
    return Slot(doctor, facility, TUESDAY_AT_TWO, TUESDAY_AT_TWO + timedelta(hours=1))


def suits(slot: Slot, **wish: Any) -> bool:
    entry = WaitlistEntryFactory(**wish)
    return entry in WaitlistEntry.objects.fitting(slot, now=NOW)


def at_facility(slot: Slot, **wish: Any) -> bool:
    return suits(slot, facility=slot.facility, **wish)


def test_the_doctor_is_the_one_waited_for(slot: Slot) -> None:
    assert suits(slot, doctor=slot.doctor)
    assert not suits(slot, doctor=DoctorFactory(facilities=[slot.facility]))


def test_the_specialization_is_the_doctor_s_whatever_its_case(slot: Slot) -> None:
    assert suits(slot, specialization="internal MEDICINE")
    assert not suits(slot, specialization="Dermatology")


def test_the_care_type_is_one_that_the_doctor_provides(slot: Slot, cardiology: CareType) -> None:
    assert suits(slot, care_type=cardiology)
    assert not suits(slot, care_type=CareType.objects.create(name="Internal medicine"))


def test_all_that_is_named_has_to_agree(slot: Slot, cardiology: CareType) -> None:
    assert not suits(slot, care_type=cardiology, specialization="Dermatology")


def test_the_facility_is_the_one_named(slot: Slot) -> None:
    assert at_facility(slot)
    assert not suits(slot, facility=FacilityFactory())


@pytest.mark.parametrize(
    ("home", "miles", "near"),
    [(OMAHA, 1, True), (LINCOLN, 60, True), (LINCOLN, 40, False), (DENVER, 400, False)],
)
def test_the_facility_is_near_enough(
    slot: Slot, cardiology: CareType, home: str, miles: int, near: bool
) -> None:
    assert suits(slot, care_type=cardiology, zip_code=home, within_miles=miles) is near


def test_no_distance_is_known_of_a_place_without_a_zip_code(
    slot: Slot, cardiology: CareType
) -> None:
    slot.facility.zip_code = ""
    assert not suits(slot, care_type=cardiology, zip_code=OMAHA, within_miles=500)
    with pytest.raises(ValidationError, match="not known"):
        suits(slot, specialization="Internal medicine", zip_code="00000", within_miles=500)


@pytest.mark.parametrize(("weekdays", "suited"), [([], True), ([2, 5], True), ([1, 3], False)])
def test_the_weekday_is_one_that_suits(slot: Slot, weekdays: list[int], suited: bool) -> None:
    assert at_facility(slot, weekdays=weekdays) is suited


@pytest.mark.parametrize(
    ("from_time", "to_time", "suited"),
    [
        (time(14), None, True),
        (time(14, 5), None, False),
        (None, time(14, 30), True),
        (None, time(14, 25), False),
        (time(9), time(12), False),
    ],
)
def test_the_visit_lies_within_the_hours_that_suit(
    slot: Slot, from_time: time | None, to_time: time | None, suited: bool
) -> None:
    assert at_facility(slot, from_time=from_time, to_time=to_time) is suited


def test_days_and_hours_are_the_facility_s_own(slot: Slot) -> None:
    """Two in the afternoon of Tuesday in Chicago is five in the morning of Wednesday in Tokyo."""
    slot.facility.timezone = "Asia/Tokyo"
    assert at_facility(slot, weekdays=[3], from_time=time(5), to_time=time(5, 30))
    assert not at_facility(slot, weekdays=[2])


def test_a_visit_past_midnight_is_not_over_by_an_hour_of_that_day(slot: Slot) -> None:
    late = slot.starts_at.replace(hour=23, minute=45)
    slot = slot._replace(starts_at=late, ends_at=late + timedelta(hours=1))
    assert not at_facility(slot, to_time=time(23, 50))


@pytest.mark.parametrize(
    ("not_before", "not_after", "suited"),
    [
        (date(2031, 3, 4), date(2031, 3, 4), True),
        (date(2031, 3, 5), None, False),
        (None, date(2031, 3, 3), False),
    ],
)
def test_the_day_is_within_the_dates(
    slot: Slot, not_before: date | None, not_after: date | None, suited: bool
) -> None:
    assert at_facility(slot, not_before=not_before, not_after=not_after) is suited


@pytest.mark.parametrize(
    ("minutes", "buffer", "suited"),
    [(60, 0, True), (65, 0, False), (45, 15, True), (50, 15, False)],
)
def test_the_visit_and_its_buffer_fit_the_free_time(
    slot: Slot, minutes: int, buffer: int, suited: bool
) -> None:
    kind = AppointmentTypeFactory(buffer_minutes=buffer)
    assert at_facility(slot, type=kind, duration_minutes=minutes) is suited


def test_who_is_busy_then_is_not_asked(slot: Slot) -> None:
    elsewhere = working_doctor(slot.facility)
    for minutes, suited in [(-30, True), (-15, False), (15, False), (30, True)]:
        patient = PatientFactory()
        visit = AppointmentFactory(
            patient=patient,
            facility=slot.facility,
            doctor=elsewhere,
            starts_at=slot.starts_at + timedelta(minutes=minutes),
        )
        assert at_facility(slot, patient=patient) is suited
        visit.cancel("Patient is ill", by=None)
        assert WaitlistEntry.objects.fitting(slot, now=NOW).filter(patient=patient).exists()


def test_who_has_given_up_that_time_is_not_asked(slot: Slot) -> None:
    booked = {"facility": slot.facility, "doctor": slot.doctor, "starts_at": slot.starts_at}
    cancelled: Appointment = AppointmentFactory(**booked)
    cancelled.cancel("Patient is ill", by=None)
    moved: Appointment = AppointmentFactory(**booked)
    moved.reschedule(starts_at=slot.starts_at + timedelta(days=1), by=None)
    for visit in (cancelled, moved):
        assert not at_facility(slot, patient=visit.patient)


def test_a_closed_record_and_a_closed_entry_are_not_asked(slot: Slot) -> None:
    gone, done = (WaitlistEntryFactory(facility=slot.facility) for _ in range(2))
    gone.patient.is_active = False
    gone.patient.save()
    done.remove("No longer needed", by=None)
    assert not WaitlistEntry.objects.fitting(slot, now=NOW).exists()


def test_a_time_that_has_begun_suits_nobody(slot: Slot) -> None:
    WaitlistEntryFactory(facility=slot.facility)
    assert WaitlistEntry.objects.fitting(slot, now=slot.starts_at - timedelta(minutes=1)).exists()
    assert not WaitlistEntry.objects.fitting(slot, now=slot.starts_at).exists()


def test_the_most_pressing_come_first_and_then_who_has_waited_longest(slot: Slot) -> None:
    wanted = [("stat", 1), ("asap", 5), ("urgent", 9), ("urgent", 2), ("routine", 30)]
    now = timezone.now()
    entries = [
        WaitlistEntryFactory(
            facility=slot.facility, priority=priority, created_at=now - timedelta(days=days)
        )
        for priority, days in reversed(wanted)
    ]
    assert list(WaitlistEntry.objects.fitting(slot, now=NOW)) == list(reversed(entries))


def test_the_queries_do_not_grow_with_those_who_wait(
    slot: Slot, cardiology: CareType, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (2, 12):
        for _ in range(count):
            WaitlistEntryFactory(care_type=cardiology, zip_code=LINCOLN, within_miles=90)
            WaitlistEntryFactory(facility=slot.facility)
        with django_assert_num_queries(2):
            assert len(WaitlistEntry.objects.fitting(slot, now=NOW)) >= 2 * count


def test_staff_see_the_entries_of_the_patients_whom_they_see(facility: Facility) -> None:
    own = WaitlistEntryFactory(patient=PatientFactory(facility=facility), facility=facility)
    other = WaitlistEntryFactory(
        patient=PatientFactory(facility=FacilityFactory()), facility=facility
    )
    seen = {
        role: set(WaitlistEntry.objects.visible_to(staff_of(facility, role)))
        for role in ("receptionist", "nurse", "doctor", "patient", "admin")
    }
    assert seen.pop("admin") == {own, other}
    assert seen.pop("patient") == set()
    assert all(entries == {own} for entries in seen.values())


def test_a_hold_that_has_run_out_keeps_nobody_from_the_time(slot: Slot) -> None:
    entry = WaitlistEntryFactory(facility=slot.facility)
    hold = Appointment.objects.hold(
        patient=entry.patient,
        doctor=working_doctor(slot.facility),
        facility=slot.facility,
        starts_at=slot.starts_at,
        by=None,
        now=timezone.now(),
    )
    assert entry not in WaitlistEntry.objects.fitting(slot, now=NOW)
    Appointment.objects.filter(pk=hold.pk).update(hold_expires_at=timezone.now())
    assert entry in WaitlistEntry.objects.fitting(slot, now=NOW)
