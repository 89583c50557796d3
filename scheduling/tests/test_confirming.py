"""Confirming a hold: by whom, for whom, and what is lost when somebody else wanted the time."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone

from accounts.tests.factories import UserFactory
from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    in_days,
    working_doctor,
)
from scheduling.tests.raw import without_the_clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility)


@pytest.fixture
def nine(facility: Facility) -> datetime:
    return in_days(1, 9, facility=facility)


@pytest.fixture
def held(facility: Facility, doctor: Doctor, nine: datetime) -> Appointment:
    return hold(facility, doctor, nine)


def hold(facility: Facility, doctor: Doctor, at: datetime, **visit: Any) -> Appointment:
    visit = {"by": None, "now": timezone.now()} | visit
    return Appointment.objects.hold(doctor=doctor, facility=facility, starts_at=at, **visit)


def expire(held: Appointment) -> None:
    """Let the hold run out a second ago."""
    long_ago = timezone.now() - timedelta(seconds=1)
    assert Appointment.objects.filter(pk=held.pk).update(hold_expires_at=long_ago)


def code_of(refusal: pytest.ExceptionInfo[ValidationError]) -> str | None:
    return refusal.value.error_list[0].code


def test_the_holder_confirms_for_a_patient(facility, doctor, nine):
    by, patient = UserFactory(), PatientFactory()
    held = hold(facility, doctor, nine, by=by)
    held.confirm(patient=patient, by=by, reason="Cough", notes="Ring bell")
    held.refresh_from_db()
    assert (held.status, held.patient, held.hold_expires_at) == ("booked", patient, None)
    assert (held.reason, held.notes) == ("Cough", "Ring bell")
    event = held.events.first()
    assert (event.from_status, event.to_status, event.by) == ("pending", "booked", by)


def test_somebody_else_does_not_confirm_it(facility, doctor, nine):
    held = hold(facility, doctor, nine, by=UserFactory())
    with pytest.raises(ValidationError) as refusal:
        held.confirm(patient=PatientFactory(), by=UserFactory())
    assert code_of(refusal) == "held_by_other"
    assert Appointment.objects.get(pk=held.pk).status == "pending"


def test_a_hold_that_ran_out_is_confirmed_as_long_as_nobody_wanted_its_time(held):
    expire(held)
    held.confirm(patient=PatientFactory(), by=None)
    assert Appointment.objects.get(pk=held.pk).status == "booked"


def test_a_hold_that_was_lost_is_not_confirmed(facility, doctor, nine, held):
    expire(held)
    AppointmentFactory(facility=facility, doctor=doctor, starts_at=nine)
    with pytest.raises(ValidationError) as refusal:
        held.confirm(patient=PatientFactory(), by=None)
    assert code_of(refusal) == "hold_lost"


def test_a_hold_is_confirmed_once(held):
    held.confirm(patient=PatientFactory(), by=None)
    with pytest.raises(ValidationError) as refusal:
        held.confirm(patient=PatientFactory(), by=None)
    assert code_of(refusal) == "already_booked"
    with pytest.raises(ValidationError) as refusal:
        held.confirm(patient=PatientFactory(), by=UserFactory())
    assert code_of(refusal) == "hold_lost"
    held.cancel("Rain", by=None)
    with pytest.raises(ValidationError) as refusal:
        held.confirm(patient=PatientFactory(), by=None)
    assert code_of(refusal) == "hold_lost"


def test_a_hold_whose_time_has_passed_is_not_confirmed(held):
    days_ago = {
        name: F(name) - timedelta(days=3) for name in ("starts_at", "ends_at", "blocked_until")
    }
    with without_the_clock():
        Appointment.objects.filter(pk=held.pk).update(**days_ago)
    with pytest.raises(ValidationError) as refusal:
        held.confirm(patient=PatientFactory(), by=None)
    assert code_of(refusal) == "in_the_past"


def test_confirming_with_another_type_sets_the_length_and_the_buffer(held):
    kind = AppointmentTypeFactory(duration_minutes=45, buffer_minutes=10)
    held.confirm(patient=PatientFactory(), by=None, type=kind)
    held.refresh_from_db()
    assert held.duration == timedelta(minutes=45)
    assert held.blocked_until == held.ends_at + timedelta(minutes=10)
    event = held.events.first()
    assert event.to_ends_at - event.from_ends_at == timedelta(minutes=15)


def test_confirming_with_a_longer_type_needs_the_time_to_be_free(facility, doctor, held):
    AppointmentFactory(facility=facility, doctor=doctor, starts_at=held.ends_at)
    with pytest.raises(ValidationError) as refusal:
        held.confirm(
            patient=PatientFactory(), by=None, type=AppointmentTypeFactory(duration_minutes=45)
        )
    assert code_of(refusal) == "doctor_busy"


def test_confirming_for_a_patient_who_is_booked_then_is_refused(facility, held):
    visit = AppointmentFactory(facility=facility, starts_at=held.starts_at)
    with pytest.raises(ValidationError) as refusal:
        held.confirm(patient=visit.patient, by=None)
    assert code_of(refusal) == "patient_busy"
    assert held.patient is None


def test_an_online_hold_is_confirmed_only_for_what_is_booked_online(facility, doctor, nine):
    online, desk = (AppointmentTypeFactory(bookable_online=each) for each in (True, False))
    held = hold(facility, doctor, nine, type=online, source="online")
    with pytest.raises(ValidationError) as refusal:
        held.confirm(patient=PatientFactory(), by=None, type=desk)
    assert code_of(refusal) == "not_online"
    held.confirm(patient=PatientFactory(), by=None, type=online)
    assert held.status == "booked"


def test_the_notice_counts_from_the_hold_and_not_from_its_confirmation(facility, doctor, nine):
    ahead = int((nine - timezone.now()).total_seconds() // 60)
    kind = AppointmentTypeFactory(bookable_online=True, minimum_notice_minutes=ahead)
    held = hold(facility, doctor, nine, type=kind, source="online")
    kind.minimum_notice_minutes = ahead + 3
    kind.save()
    Appointment.objects.update(created_at=held.created_at - timedelta(minutes=4))
    held.confirm(patient=PatientFactory(), by=None, type=kind)
    assert held.status == "booked"
