"""Waiting and the end of it: what is refused, by whom, and that a booking ends it whole."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.tests.factories import UserFactory
from facilities.models import CareType, Facility
from facilities.tests.factories import DoctorFactory, FacilityFactory
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, WaitlistEntry
from scheduling.openings import Slot
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    WaitlistEntryFactory,
    in_days,
    working_doctor,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def slot(facility: Facility) -> Slot:
    starts_at = in_days(1, 9, facility=facility)
    return Slot(working_doctor(facility), facility, starts_at, starts_at + timedelta(hours=1))


def code_of(refusal: Any) -> str:
    return refusal.value.error_list[0].code


def test_an_entry_without_minutes_is_as_long_as_its_type(facility: Facility) -> None:
    kind = AppointmentTypeFactory(duration_minutes=45)
    assert WaitlistEntryFactory(facility=facility, type=kind).duration_minutes == 45
    assert WaitlistEntryFactory(facility=facility).duration_minutes == 30


def test_a_patient_waits_once_for_a_care_type(facility: Facility) -> None:
    patient, care = PatientFactory(), CareType.objects.create(name="Cardiology")
    for wish in ({"care_type": care}, {"facility": facility}):
        entry = WaitlistEntryFactory(patient=patient, **wish)
        with pytest.raises(ValidationError) as refusal:
            WaitlistEntryFactory(patient=patient, **wish)
        assert code_of(refusal) == "waits_already"
        entry.remove("No longer needed", by=None)
        WaitlistEntryFactory(patient=patient, **wish)


def test_a_closed_record_does_not_wait(facility: Facility) -> None:
    patient = PatientFactory(is_active=False)
    with pytest.raises(ValidationError) as refusal:
        WaitlistEntryFactory(patient=patient, facility=facility)
    assert code_of(refusal) == "patient_inactive"


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"facility": None}, "Say what the patient waits for"),
        ({"zip_code": "68102", "within_miles": 5}, "not both"),
        ({"within_miles": 5}, "Fill in both or neither"),
        ({"from_time": time(12), "to_time": time(9)}, "after the earliest"),
        ({"not_before": date(2031, 3, 4), "not_after": date(2031, 3, 3)}, "before the first"),
        ({"weekdays": [8]}, "8 is not a valid choice"),
        ({"duration_minutes": 1}, "greater than or equal to 5"),
        ({"priority": "soon"}, "not a valid choice"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_in_words(
    facility: Facility, wish: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        WaitlistEntryFactory(**{"facility": facility} | wish)
    assert not WaitlistEntry.objects.exists()


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"facility": None}, "waitlist_names_something"),
        ({"zip_code": "6810", "within_miles": 5}, "waitlist_distance_complete"),
        ({"zip_code": "68102", "within_miles": 501}, "waitlist_distance_sensible"),
        ({"zip_code": "68102", "within_miles": 5}, "waitlist_facility_or_distance"),
        ({"weekdays": [0]}, "waitlist_weekdays_known"),
        ({"from_time": time(9), "to_time": time(9)}, "waitlist_times_in_order"),
        (
            {"not_before": date(2031, 3, 4), "not_after": date(2031, 3, 3)},
            "waitlist_dates_in_order",
        ),
        ({"duration_minutes": 0}, "waitlist_duration"),
        ({"priority": "soon"}, "waitlist_priority_known"),
        ({"status": "booked", "ended_at": datetime(2031, 3, 3, tzinfo=UTC)}, "consistent"),
        ({"status": "removed", "ended_at": datetime(2031, 3, 3, tzinfo=UTC)}, "consistent"),
        ({"removed_reason": "Moved away"}, "waitlist_status_consistent"),
        ({"status": "lost"}, "waitlist_status_consistent"),
    ],
)
def test_the_database_refuses_it_of_whoever_writes(
    facility: Facility, changed: dict[str, Any], constraint: str
) -> None:
    WaitlistEntryFactory(facility=facility)
    rest = {"facility": None, "specialization": "Cardiology"}
    if "zip_code" in changed and constraint != "waitlist_facility_or_distance":
        changed = rest | changed
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        WaitlistEntry.objects.update(**changed)


def test_a_doctor_who_cannot_give_what_is_asked_is_refused(facility: Facility) -> None:
    doctor = DoctorFactory(specialization="Dermatology", facilities=[facility])
    care = CareType.objects.create(name="Cardiology")
    for wish, code in [
        ({"facility": FacilityFactory()}, "doctor_elsewhere"),
        ({"specialization": "Cardiology"}, "another_specialization"),
        ({"care_type": care}, "care_not_provided"),
    ]:
        with pytest.raises(ValidationError) as refusal:
            WaitlistEntryFactory(doctor=doctor, **wish)
        assert code_of(refusal) == code


def test_booking_ends_the_entry_with_the_appointment(slot: Slot) -> None:
    by = UserFactory()
    kind = AppointmentTypeFactory(duration_minutes=20, buffer_minutes=10)
    entry = WaitlistEntryFactory(facility=slot.facility, type=kind, duration_minutes=40)
    appointment = entry.book(slot, by=by)
    entry.refresh_from_db()
    assert (entry.status, entry.appointment, entry.ended_by) == ("booked", appointment, by)
    assert (appointment.patient, appointment.doctor) == (entry.patient, slot.doctor)
    assert appointment.starts_at == slot.starts_at
    assert appointment.duration == timedelta(minutes=40)
    assert appointment.blocked_until == appointment.ends_at + timedelta(minutes=10)


def test_a_refused_booking_leaves_the_entry_open(slot: Slot) -> None:
    entry = WaitlistEntryFactory(facility=slot.facility)
    AppointmentFactory(facility=slot.facility, doctor=slot.doctor, starts_at=slot.starts_at)
    with pytest.raises(ValidationError) as refusal:
        entry.book(slot, by=None)
    assert code_of(refusal) == "doctor_busy"
    assert entry.is_waiting
    assert WaitlistEntry.objects.waiting().get() == entry


def test_what_cannot_be_ended_books_nothing(slot: Slot, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = WaitlistEntryFactory(facility=slot.facility)
    other: Patient = PatientFactory()
    book = Appointment.objects.book
    monkeypatch.setattr(
        type(Appointment.objects), "book", lambda _, **named: book(**named | {"patient": other})
    )
    with pytest.raises(ValidationError) as refusal:
        entry.book(slot, by=None)
    assert code_of(refusal) == "another_patient"
    assert not Appointment.objects.exists()


def test_a_closed_entry_is_not_ended_again(slot: Slot) -> None:
    entry = WaitlistEntryFactory(facility=slot.facility)
    stale = WaitlistEntry.objects.get()
    entry.remove("Seen elsewhere", by=None)
    appointment = AppointmentFactory(facility=slot.facility, patient=entry.patient)
    for end in (
        lambda: stale.book(slot, by=None),
        lambda: stale.close(appointment, by=None),
        lambda: stale.remove("No longer needed", by=None),
        lambda: stale.change(note="Call after six"),
    ):
        with pytest.raises(ValidationError) as refusal:
            end()
        assert code_of(refusal) == "not_waiting"
    entry.refresh_from_db()
    assert entry.removed_reason == "Seen elsewhere"


def test_removing_says_why(facility: Facility) -> None:
    entry = WaitlistEntryFactory(facility=facility)
    with pytest.raises(ValidationError, match="Say why"):
        entry.remove("  ", by=None)
    assert entry.is_waiting


def test_an_entry_ends_only_with_an_appointment_of_its_own_patient(slot: Slot) -> None:
    entry = WaitlistEntryFactory(facility=slot.facility)
    with pytest.raises(ValidationError) as refusal:
        entry.close(AppointmentFactory(facility=slot.facility), by=None)
    assert code_of(refusal) == "another_patient"


def test_a_change_says_which_version_it_was_made_on(facility: Facility) -> None:
    entry = WaitlistEntryFactory(facility=facility)
    entry.change(version=1, priority="urgent")
    with pytest.raises(ValidationError) as refusal:
        entry.change(version=1, priority="stat")
    assert code_of(refusal) == "stale"
    assert WaitlistEntry.objects.get().priority == "urgent"


def test_an_appointment_meets_what_its_patient_waits_for_whenever_it_is(slot: Slot) -> None:
    patient = PatientFactory()
    care = CareType.objects.create(name="Cardiology")
    met = WaitlistEntryFactory(patient=patient, doctor=slot.doctor, weekdays=[])
    WaitlistEntryFactory(patient=patient, care_type=care)
    WaitlistEntryFactory(doctor=slot.doctor)
    visit = AppointmentFactory(facility=slot.facility, doctor=slot.doctor, patient=patient)
    assert list(WaitlistEntry.objects.met_by(visit)) == [met]


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({}, "Any time"),
        ({"weekdays": [1, 3]}, "Mon, Wed"),
        ({"weekdays": [5, 4, 3, 2, 1], "from_time": time(9)}, "Mon to Fri, after 9:00 AM"),
        ({"weekdays": [6, 7], "to_time": time(12)}, "weekends, before 12:00 PM"),
        ({"from_time": time(9), "to_time": time(12)}, "9:00 AM to 12:00 PM"),
        ({"not_after": date(2031, 3, 4)}, "until Mar 4"),
    ],
)
def test_the_time_is_said_in_words(facility: Facility, wish: dict[str, Any], words: str) -> None:
    assert WaitlistEntryFactory(facility=facility, **wish).when == words


def test_what_and_where_are_said_in_words(facility: Facility) -> None:
    care = CareType.objects.create(name="Cardiology")
    entry = WaitlistEntryFactory(care_type=care, zip_code="68102", within_miles=20)
    assert str(entry) == "Cardiology, Within 20 miles of 68102"
    assert str(WaitlistEntryFactory(facility=facility)) == f"Any visit, {facility}"
    assert WaitlistEntryFactory(specialization="Dermatology").where == "Anywhere"


@pytest.mark.parametrize("status", ["pending", "cancelled"])
def test_an_entry_is_not_ended_by_what_is_not_booked(slot: Slot, status: str) -> None:
    """Not even where whoever ends it has seen the appointment booked."""
    entry = WaitlistEntryFactory(facility=slot.facility)
    seen = AppointmentFactory(facility=slot.facility, patient=entry.patient)
    how = {"hold_expires_at": timezone.now()} if status == "pending" else {"cancel_reason": "Ill"}
    Appointment.objects.update(status=status, **how)
    with pytest.raises(ValidationError) as refusal:
        entry.close(seen, by=None)
    assert code_of(refusal) == "not_booked"
    assert entry.is_waiting
