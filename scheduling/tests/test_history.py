"""The history of an appointment, told in sentences."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from facilities.tests.factories import FacilityFactory, RoomFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling import history
from scheduling.models import Appointment
from scheduling.tests.factories import (
    AppointmentFactory,
    early_facility,
    in_days,
    visit_today,
    working_doctor,
)
from scheduling.triggers import HOLD_EXPIRED

pytestmark = pytest.mark.django_db


@pytest.fixture
def booked() -> Appointment:
    return AppointmentFactory()


@pytest.fixture
def sam(booked: Appointment) -> User:
    return staff_of(booked.facility, full_name="Sam Reed")


def told(appointment: Appointment) -> str:
    """Return the newest sentence."""
    return history.Entry.of(appointment.events.first(), appointment.facility).words


def when(appointment: Appointment) -> str:
    return f"{appointment.starts_at.astimezone(appointment.facility.tz):%a, %b %-d, %-I:%M %p}"


def test_a_booking_is_told_with_who_booked(booked, sam):
    assert told(booked) == "Booked."
    other = AppointmentFactory(facility=booked.facility, by=sam)
    assert told(other) == "Booked by Sam Reed."


def test_a_move_is_told_with_both_its_sides(booked, sam):
    before = when(booked)
    booked.reschedule(starts_at=in_days(2, 10, facility=booked.facility), by=sam)
    assert told(booked) == f"Moved from {before} to {when(booked)} by Sam Reed."


def test_a_move_to_another_doctor_and_room_names_them(booked, sam):
    was, doctor = booked.doctor, working_doctor(booked.facility)
    room = RoomFactory(facility=booked.facility)
    booked.reschedule(starts_at=booked.starts_at, doctor=doctor, room=room, by=sam)
    assert f"from {was} to {doctor}, into {room} by Sam Reed." in told(booked)


def test_steps_and_cancelling_are_told(booked, sam):
    booked.cancel("Patient is ill.", by=sam)
    assert told(booked) == "Cancelled by Sam Reed: Patient is ill."
    booked.undo(by=sam)
    assert told(booked) == "Taken back from “Cancelled” to “Booked” by Sam Reed."


def test_a_move_taken_back_is_told(booked, sam):
    before = when(booked)
    booked.reschedule(starts_at=in_days(2, 10, facility=booked.facility), by=sam)
    booked.undo(by=sam)
    assert told(booked) == f"Moved back to {before} by Sam Reed."


def held(booked: Appointment, by: User) -> Appointment:
    return Appointment.objects.hold(
        now=timezone.now(),
        doctor=booked.doctor,
        facility=booked.facility,
        starts_at=in_days(1, 11, facility=booked.facility),
        by=by,
    )


def test_a_hold_is_told_to_its_end(booked, sam):
    hold = held(booked, sam)
    assert told(hold) == "Held while being booked by Sam Reed."
    hold.confirm(patient=PatientFactory(facility=booked.facility), by=sam)
    assert told(hold) == "Confirmed by Sam Reed."


def test_a_hold_that_was_released_or_has_expired_says_which(booked, sam):
    hold = held(booked, sam)
    hold.cancel("The hold was given up", by=sam)
    assert told(hold) == "Released by Sam Reed."
    lost = held(booked, sam)
    past = timezone.now() - timedelta(seconds=1)
    Appointment.objects.filter(pk=lost.pk).update(hold_expires_at=past)
    held(booked, sam)
    lost.refresh_from_db()
    assert lost.cancel_reason == HOLD_EXPIRED
    assert told(lost) == "Expired without being booked."


def test_what_was_overridden_is_told_with_the_reason(booked, sam):
    wanted = {"facility": booked.facility, "doctor": booked.doctor, "by": sam}
    over = AppointmentFactory(**wanted, override="Urgent")
    assert told(over) == "Booked over a taken time by Sam Reed: Urgent."
    late = AppointmentFactory(
        **wanted, starts_at=in_days(1, 20, facility=booked.facility), override="Urgent"
    )
    assert told(late) == "Booked anyway by Sam Reed: Urgent."
    late.reschedule(starts_at=booked.starts_at, by=sam, override="Asked for it")
    assert told(late).endswith("over a taken time by Sam Reed: Asked for it.")


def test_times_are_those_of_the_facility_s_clock(booked):
    entry = history.Entry.of(booked.events.first(), booked.facility)
    assert entry.at.tzinfo == booked.facility.tz


def test_who_had_arrived_and_goes_home_is_told_with_both_changes_and_so_is_taking_it_back(sam):
    facility = early_facility()
    visit = visit_today(facility=facility)
    today = when(visit)
    visit.mark_arrived(by=sam)
    visit.reschedule(starts_at=in_days(1, 9, facility=facility), by=sam)
    assert told(visit) == f"Moved from {today} to {when(visit)}, no longer arrived by Sam Reed."
    visit.undo(by=sam)
    assert told(visit) == (
        f"Taken back from “Booked” to “Arrived”, moved back to {today} by Sam Reed."
    )


def test_a_time_that_the_day_has_twice_is_told_with_its_zone():
    facility = FacilityFactory(timezone="America/Chicago")
    doctor = working_doctor(facility, time(0, 30))
    first, second = (datetime(2037, 11, 1, hour, 30, tzinfo=UTC) for hour in (6, 7))
    visit = AppointmentFactory(facility=facility, doctor=doctor, starts_at=first)
    visit.reschedule(starts_at=second, by=None)
    assert told(visit) == "Moved from Sun, Nov 1, 1:30 AM CDT to Sun, Nov 1, 1:30 AM CST."
