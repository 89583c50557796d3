"""Holds: they keep others off while they last, and stand in nobody's way afterwards."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory, RoomFactory
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.querysets import HOLD
from scheduling.tests.factories import (
    AppointmentFactory,
    in_days,
    working_doctor,
)
from scheduling.tests.raw import insert
from scheduling.triggers import HOLD_EXPIRED

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


def has_given_way(held: Appointment) -> bool:
    """Say whether the hold was cancelled, by nobody, and an event says so."""
    held.refresh_from_db()
    event = held.events.first()
    assert (event.from_status, event.to_status) in {("", "pending"), ("pending", "cancelled")}
    return (
        (held.status, held.cancel_reason, held.hold_expires_at, held.version)
        == ("cancelled", HOLD_EXPIRED, None, 2)
        and (event.kind, event.reason, event.by) == ("status", HOLD_EXPIRED, None)
        and (event.from_starts_at, event.to_starts_at) == (held.starts_at, held.starts_at)
    )


def code_of(refusal: pytest.ExceptionInfo[ValidationError]) -> str | None:
    return refusal.value.error_list[0].code


def test_a_hold_lasts_five_minutes_and_needs_no_patient(held):
    assert (held.status, held.patient) == ("pending", None)
    assert held.hold_expires_at - held.created_at <= HOLD
    assert held.holds_time_at(timezone.now())
    assert not held.holds_time_at(held.hold_expires_at)
    assert held.events.get().kind == "held"


def test_a_hold_keeps_others_off(facility, doctor, nine, held):
    with pytest.raises(ValidationError) as refusal:
        AppointmentFactory(facility=facility, doctor=doctor, starts_at=nine)
    assert code_of(refusal) == "doctor_busy"
    with pytest.raises(ValidationError) as refusal:
        hold(facility, doctor, nine + timedelta(minutes=15))
    assert code_of(refusal) == "doctor_busy"
    assert not has_given_way(held)


def test_a_hold_keeps_its_patient_and_its_room_too(facility, doctor, nine):
    patient, room = PatientFactory(), RoomFactory(facility=facility)
    hold(facility, doctor, nine, patient=patient, room=room)
    other = {"facility": facility, "doctor": working_doctor(facility), "starts_at": nine}
    for taken, code in ({"patient": patient}, "patient_busy"), ({"room": room}, "room_busy"):
        with pytest.raises(ValidationError) as refusal:
            AppointmentFactory(**other, **taken)
        assert code_of(refusal) == code


def test_a_hold_obeys_the_rules_of_booking(facility, doctor):
    with pytest.raises(ValidationError) as refusal:
        hold(facility, doctor, in_days(1, 20, facility=facility))
    assert code_of(refusal) == "outside_hours"


def test_an_expired_hold_gives_way_to_a_booking(facility, doctor, nine, held):
    expire(held)
    assert AppointmentFactory(facility=facility, doctor=doctor, starts_at=nine).pk != held.pk
    assert has_given_way(held)


def test_an_expired_hold_gives_way_to_another_hold(facility, doctor, nine, held):
    expire(held)
    assert hold(facility, doctor, nine).status == "pending"
    assert has_given_way(held)


def test_an_expired_hold_gives_way_to_a_move(facility, doctor, nine, held):
    visit = AppointmentFactory(
        facility=facility, doctor=doctor, starts_at=nine + timedelta(hours=1)
    )
    expire(held)
    visit.reschedule(starts_at=nine, by=None)
    assert has_given_way(held)


def test_an_expired_hold_of_a_patient_or_a_room_gives_way(facility, doctor, nine):
    patient, room = PatientFactory(), RoomFactory(facility=facility)
    held = hold(facility, doctor, nine, patient=patient, room=room)
    expire(held)
    other = working_doctor(facility)
    AppointmentFactory(facility=facility, doctor=other, starts_at=nine, patient=patient, room=room)
    assert has_given_way(held)


def test_an_expired_hold_gives_way_to_undo(facility, doctor, nine):
    visit = AppointmentFactory(facility=facility, doctor=doctor, starts_at=nine)
    visit.cancel("Patient is ill", by=None)
    held = hold(facility, doctor, nine)
    with pytest.raises(ValidationError) as refusal:
        visit.undo(by=None)
    assert code_of(refusal) == "doctor_busy"
    expire(held)
    visit.undo(by=None)
    assert visit.status == "booked"
    assert has_given_way(held)


def test_an_expired_hold_gives_way_to_raw_sql(facility, doctor, nine, held):
    visit = AppointmentFactory(
        facility=facility, doctor=doctor, starts_at=nine + timedelta(hours=1)
    )
    there = {name: getattr(held, name) for name in ("starts_at", "ends_at", "blocked_until")}
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(visit, **there)
    expire(held)
    insert(visit, **there)
    assert has_given_way(held)


def test_an_update_of_many_rows_may_reach_expired_holds_too(facility, doctor, nine, held):
    AppointmentFactory(facility=facility, doctor=doctor, starts_at=nine + timedelta(hours=1))
    expire(held)
    day = timedelta(days=1)
    shifted = {name: F(name) + day for name in ("starts_at", "ends_at", "blocked_until")}
    assert Appointment.objects.update(**shifted) == 2


def test_a_hold_that_runs_still_gives_way_to_nothing(facility, doctor, held):
    hour = timedelta(hours=1)
    AppointmentFactory(facility=facility, doctor=doctor, starts_at=held.starts_at + hour)
    assert not has_given_way(held)


def test_a_write_that_takes_no_time_leaves_holds_alone(facility, doctor, nine, held):
    visit = AppointmentFactory(
        facility=facility, doctor=doctor, starts_at=nine + timedelta(hours=1)
    )
    expire(held)
    visit.cancel("Patient is ill", by=None)
    assert not has_given_way(held)


def test_however_many_holds_have_expired_the_one_in_the_way_gives_way(facility, doctor, held):
    there = hold(facility, working_doctor(facility), held.starts_at)
    with connection.cursor() as cursor:
        names = {"starts_at", "ends_at", "blocked_until"}
        columns = [field.column for field in Appointment._meta.fields if field.column != "id"]
        moved = [f"{name} + n * interval '1 hour'" if name in names else name for name in columns]
        cursor.execute(
            f"INSERT INTO scheduling_appointment ({', '.join(columns)})"
            f" SELECT {', '.join(moved)} FROM scheduling_appointment, generate_series(1, 1100) n"
            " WHERE id = %s",
            [there.pk],
        )
    a_second_ago = timezone.now() - timedelta(seconds=1)
    Appointment.objects.update(hold_expires_at=a_second_ago - timedelta(minutes=1))
    Appointment.objects.filter(pk=held.pk).update(hold_expires_at=a_second_ago)
    AppointmentFactory(facility=facility, doctor=doctor, starts_at=held.starts_at)
    assert has_given_way(held)


def test_a_hold_moves_and_is_given_up_like_a_booking(held, nine):
    held.reschedule(starts_at=nine + timedelta(hours=2), by=None)
    assert held.status == "pending"
    held.cancel("Not wanted", by=None)
    assert (held.status, held.hold_expires_at) == ("cancelled", None)
    with pytest.raises(ValidationError) as refusal:
        held.undo(by=None)
    assert code_of(refusal) == "nothing_to_undo"


@pytest.mark.parametrize("status", ["booked", "arrived", "checked-in", "fulfilled", "noshow"])
def test_without_a_patient_there_is_only_a_hold(held, status):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Appointment.objects.filter(pk=held.pk).update(status=status, hold_expires_at=None)
    assert refusal.value.__cause__.diag.constraint_name == "appointment_patient_known"


def test_a_booking_without_a_patient_is_refused_in_words(facility, doctor, nine):
    with pytest.raises(ValidationError, match="Choose the patient") as refusal:
        AppointmentFactory(facility=facility, doctor=doctor, starts_at=nine, patient=None)
    assert code_of(refusal) == "no_patient"
