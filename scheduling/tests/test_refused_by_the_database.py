"""What raw SQL cannot do: each test writes past every line of Python and names who refuses."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from facilities.tests.factories import RoomFactory
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentFactory, visit_today, working_doctor
from scheduling.tests.raw import doctors_who_had_left, insert, refused_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def booked() -> Appointment:
    return AppointmentFactory()


def elsewhen(booked: Appointment, **changes: Any) -> dict[str, Any]:
    """Return columns that put a copy on the next day, so that only `changes` are at fault."""
    shift = timedelta(days=1)
    return {
        "starts_at": booked.starts_at + shift,
        "ends_at": booked.ends_at + shift,
        "blocked_until": booked.blocked_until + shift,
    } | changes


def test_a_free_time_is_accepted(booked):
    insert(booked, **elsewhen(booked))
    assert Appointment.objects.count() == 2


def test_a_doctor_is_not_booked_twice(booked):
    assert refused_by(booked, patient=PatientFactory()) == "appointment_doctor_free"


def test_a_doctor_is_not_booked_into_the_buffer_of_the_visit_before(booked):
    Appointment.objects.update(blocked_until=booked.ends_at + timedelta(minutes=10))
    start = booked.ends_at
    refusal = refused_by(
        booked,
        patient=PatientFactory(),
        starts_at=start,
        ends_at=start + timedelta(minutes=30),
        blocked_until=start + timedelta(minutes=30),
    )
    assert refusal == "appointment_doctor_free"


def test_a_patient_is_not_booked_twice(booked):
    other = working_doctor(booked.facility)
    assert refused_by(booked, doctor=other) == "appointment_patient_free"


def test_a_room_is_not_booked_twice(booked):
    Appointment.objects.update(room=RoomFactory(facility=booked.facility))
    other = {"doctor": working_doctor(booked.facility), "patient": PatientFactory()}
    assert refused_by(booked, **other) == "appointment_room_free"


def test_back_to_back_appointments_share_no_minute(booked):
    insert(
        booked,
        starts_at=booked.ends_at,
        ends_at=booked.ends_at + timedelta(minutes=30),
        blocked_until=booked.ends_at + timedelta(minutes=30),
    )
    assert Appointment.objects.count() == 2


@pytest.mark.parametrize("status", ["cancelled", "noshow", "entered-in-error"])
def test_what_holds_no_time_gives_its_time_away(booked, status):
    reason = "Patient is ill" if status == "cancelled" else ""
    Appointment.objects.update(status=status, cancel_reason=reason)
    insert(booked, status="booked", cancel_reason="")
    assert Appointment.objects.count() == 2


def test_nothing_is_booked_in_the_past(booked):
    past = timezone.now() - timedelta(minutes=16)
    refusal = refused_by(
        booked,
        starts_at=past,
        ends_at=past + timedelta(minutes=30),
        blocked_until=past + timedelta(minutes=30),
    )
    assert refusal == "appointment_not_past"


def test_a_walk_in_has_fifteen_minutes_of_grace(booked):
    just_now = timezone.now() - timedelta(minutes=14)
    insert(
        booked,
        starts_at=just_now,
        ends_at=just_now + timedelta(minutes=30),
        blocked_until=just_now + timedelta(minutes=30),
    )
    assert Appointment.objects.count() == 2


def test_nothing_is_moved_into_the_past(booked):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Appointment.objects.update(starts_at=timezone.now() - timedelta(hours=1))
    assert refusal.value.__cause__.diag.constraint_name == "appointment_not_past"


@pytest.mark.parametrize(
    ("related", "constraint"),
    [
        ("doctor", "appointment_doctor_active"),
        ("facility", "appointment_facility_active"),
        ("patient", "appointment_patient_active"),
    ],
)
def test_nothing_is_booked_for_the_inactive(booked, related, constraint):
    Appointment.objects.update(status="cancelled", cancel_reason="Nobody with visits is closed")
    row = getattr(booked, related)
    type(row).objects.filter(pk=row.pk).update(is_active=False)
    again = elsewhen(booked, status="booked", cancel_reason="")
    assert refused_by(booked, **again) == constraint


def test_what_is_booked_with_a_doctor_who_leaves_can_still_be_worked_off():
    booked = visit_today()
    with doctors_who_had_left():
        type(booked.doctor).objects.update(is_active=False)
    booked.check_in(by=None)
    assert booked.status == "checked-in"


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"status": "cancelled"}, "appointment_cancel_reason"),
        ({"cancel_reason": "Rain"}, "appointment_cancel_reason"),
        ({"status": "pending"}, "appointment_hold_expires"),
        ({"hold_expires_at": "2030-01-01T00:00Z"}, "appointment_hold_expires"),
        ({"overbook": 3}, "appointment_overbook_at_most_2"),
        ({"status": "maybe"}, "appointment_status_known"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(booked, changes, constraint):
    assert refused_by(booked, **elsewhen(booked, **changes)) == constraint


def test_an_appointment_ends_after_it_starts(booked):
    at = booked.starts_at + timedelta(days=1)
    refusal = refused_by(booked, starts_at=at, ends_at=at, blocked_until=at)
    assert refusal == "appointment_end_after_start"


def test_an_appointment_lasts_twelve_hours_at_most(booked):
    late = booked.starts_at + timedelta(days=1, hours=12, minutes=5)
    refusal = refused_by(booked, **elsewhen(booked, ends_at=late, blocked_until=late))
    assert refusal == "appointment_at_most_12_hours"


def test_hours_of_one_doctor_do_not_overlap_at_two_facilities():
    doctor = working_doctor(AppointmentFactory().facility)
    other = AppointmentFactory().facility
    with (
        pytest.raises(IntegrityError) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO scheduling_workinghours"
            " (doctor_id, facility_id, weekday, starts_at, ends_at, valid_from)"
            " VALUES (%s, %s, 1, '17:00', '20:00', '2024-01-01')",
            [doctor.pk, other.pk],
        )
    assert refusal.value.__cause__.diag.constraint_name == "working_hours_distinct"
