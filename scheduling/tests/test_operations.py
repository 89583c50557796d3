"""Each operation on an appointment: what it does, what it records, and what it refuses."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.tests.factories import UserFactory
from facilities.tests.factories import FacilityFactory, RoomFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling import permissions
from scheduling.availability import Period
from scheduling.models import Appointment, AppointmentEvent, Closure, TimeOff
from scheduling.status import NEXT, Status
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    in_days,
    visit_today,
    working_doctor,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def appointment() -> Appointment:
    return visit_today()


def code_of(refusal: pytest.ExceptionInfo[ValidationError]) -> str | None:
    return refusal.value.error_list[0].code


def test_booking_records_who_and_when(appointment):
    by = staff_of(appointment.facility)
    booked = AppointmentFactory(facility=appointment.facility, by=by)
    event = booked.events.get()
    assert (event.kind, event.by, event.to_status) == ("booked", by, "booked")
    assert booked.created_by == by


def test_a_type_sets_length_and_buffer():
    kind = AppointmentTypeFactory(duration_minutes=45, buffer_minutes=10)
    booked = AppointmentFactory(type=kind)
    assert booked.duration == timedelta(minutes=45)
    assert booked.blocked_until - booked.ends_at == timedelta(minutes=10)


def test_a_booking_takes_few_statements(appointment, django_assert_max_num_queries):
    patient = PatientFactory()
    with django_assert_max_num_queries(4):
        AppointmentFactory(
            facility=appointment.facility,
            doctor=appointment.doctor,
            patient=patient,
            starts_at=appointment.ends_at,
        )


def test_an_end_before_the_start_is_called_that_and_not_busy(appointment):
    with pytest.raises(ValidationError) as refusal:
        AppointmentFactory(
            facility=appointment.facility,
            doctor=appointment.doctor,
            starts_at=appointment.starts_at,
            ends_at=appointment.starts_at - timedelta(minutes=5),
        )
    assert refusal.value.error_dict["ends_at"][0].code == "end_before_start"


@pytest.mark.parametrize(
    ("hour", "minute", "code"),
    [(7, 45, "outside_hours"), (17, 45, "outside_hours"), (9, 2, "off_grid")],
)
def test_a_time_the_doctor_does_not_offer_is_refused(appointment, hour, minute, code):
    at = in_days(1, hour, minute, facility=appointment.facility)
    with pytest.raises(ValidationError) as refusal:
        AppointmentFactory(facility=appointment.facility, doctor=appointment.doctor, starts_at=at)
    assert code_of(refusal) == code


def test_nobody_is_booked_with_a_doctor_who_is_away(appointment):
    TimeOff.objects.create(
        doctor=appointment.doctor,
        starts_at=appointment.ends_at,
        ends_at=appointment.ends_at + timedelta(hours=1),
    )
    with pytest.raises(ValidationError, match="is away until") as refusal:
        appointment.reschedule(starts_at=appointment.ends_at, by=None)
    assert code_of(refusal) == "doctor_away"


def test_nobody_is_booked_at_a_closed_facility(appointment):
    Closure.objects.create(
        facility=appointment.facility,
        starts_at=appointment.ends_at,
        ends_at=appointment.ends_at + timedelta(hours=1),
    )
    with pytest.raises(ValidationError) as refusal:
        appointment.reschedule(starts_at=appointment.ends_at, by=None)
    assert code_of(refusal) == "facility_closed"


def test_a_room_of_another_facility_is_refused(appointment):
    with pytest.raises(ValidationError) as refusal:
        AppointmentFactory(facility=appointment.facility, room=RoomFactory())
    assert code_of(refusal) == "room_elsewhere"


def test_a_move_keeps_the_length_the_buffer_and_the_record_of_where_it_was(appointment):
    was, other = appointment.starts_at, working_doctor(appointment.facility)
    appointment.reschedule(starts_at=was + timedelta(hours=2), doctor=other, by=None)
    appointment.refresh_from_db()
    assert appointment.starts_at == was + timedelta(hours=2)
    assert appointment.blocked_until == appointment.ends_at == was + timedelta(hours=2, minutes=30)
    event = appointment.events.first()
    assert (event.from_starts_at, event.to_starts_at) == (was, appointment.starts_at)
    assert event.to_doctor == other
    assert appointment.version == 2


def test_a_move_onto_its_own_old_time_is_no_conflict(appointment):
    appointment.reschedule(starts_at=appointment.starts_at + timedelta(minutes=15), by=None)


def test_a_refused_move_changes_nothing(appointment):
    taken = AppointmentFactory(
        facility=appointment.facility,
        doctor=appointment.doctor,
        starts_at=appointment.ends_at,
    )
    with pytest.raises(ValidationError) as refusal:
        appointment.reschedule(starts_at=taken.starts_at, by=None)
    assert code_of(refusal) == "doctor_busy"
    was = Appointment.objects.get(pk=appointment.pk)
    assert (was.version, was.ends_at) == (1, taken.starts_at)
    assert was.events.count() == 1


def test_a_cancelled_time_is_free_at_once(appointment):
    appointment.cancel("Patient is ill", by=None)
    again = AppointmentFactory(
        facility=appointment.facility,
        doctor=appointment.doctor,
        starts_at=appointment.starts_at,
    )
    assert again.status == "booked"
    assert appointment.events.first().reason == "Patient is ill"


def test_cancelling_wants_a_reason(appointment):
    with pytest.raises(ValidationError, match="Say why") as refusal:
        appointment.cancel("  ", by=None)
    assert refusal.value.error_dict["cancel_reason"][0].code == "no_reason"


def test_a_patient_arrives_is_checked_in_and_is_done(appointment):
    appointment.mark_arrived(by=None)
    appointment.check_in(by=None)
    appointment.fulfil(by=None)
    steps = appointment.events.order_by("pk").values_list("to_status", flat=True)
    assert list(steps) == ["booked", "arrived", "checked-in", "fulfilled"]


def test_nobody_has_missed_what_has_not_begun(appointment):
    with pytest.raises(ValidationError) as refusal:
        appointment.mark_noshow(by=None)
    assert code_of(refusal) == "not_started"


def test_a_no_show_frees_the_time_and_can_still_arrive(appointment):
    appointment.mark_noshow(by=None, now=appointment.starts_at + timedelta(minutes=20))
    assert not Appointment.objects.holding_time().exists()
    appointment.mark_arrived(by=None)
    assert appointment.status == "arrived"


@pytest.mark.parametrize("status", ["fulfilled", "cancelled", "noshow", "entered-in-error"])
def test_what_is_over_is_not_moved(appointment, status):
    reason = "Rain" if status == "cancelled" else ""
    Appointment.objects.update(status=status, cancel_reason=reason)
    with pytest.raises(ValidationError) as refusal:
        appointment.reschedule(starts_at=appointment.ends_at, by=None)
    assert code_of(refusal) == "not_movable"


def test_a_patient_who_has_arrived_is_moved_by_the_desk_alone(appointment):
    own = UserFactory(role="patient")
    appointment.mark_arrived(by=None)
    with pytest.raises(ValidationError) as refusal:
        appointment.reschedule(starts_at=appointment.starts_at, by=own)
    assert code_of(refusal) == "not_movable"
    assert not permissions.may_move(own, appointment)
    assert permissions.may_move(staff_of(appointment.facility), appointment)
    later = appointment.starts_at + timedelta(minutes=15)
    appointment.reschedule(starts_at=later, by=staff_of(appointment.facility))
    assert appointment.status == "arrived"


def test_who_has_arrived_and_is_moved_to_another_day_is_booked_for_it(appointment):
    appointment.mark_arrived(by=None)
    appointment.reschedule(starts_at=in_days(1, 9, facility=appointment.facility), by=None)
    assert appointment.status == "booked"
    event = appointment.events.first()
    assert (event.kind, event.from_status, event.to_status) == ("moved", "arrived", "booked")
    appointment.undo(by=None)
    assert appointment.status == "arrived"


def test_a_visit_keeps_a_room_that_is_not_in_use_any_more(appointment):
    room = RoomFactory(facility=appointment.facility)
    appointment.reschedule(starts_at=appointment.starts_at, room=room, by=None)
    room.is_active = False
    room.save()
    other = working_doctor(appointment.facility)
    appointment.reschedule(starts_at=appointment.ends_at, doctor=other, by=None)
    assert appointment.room == room
    another = RoomFactory(facility=appointment.facility, is_active=False)
    with pytest.raises(ValidationError) as refusal:
        appointment.reschedule(starts_at=appointment.starts_at, room=another, by=None)
    assert code_of(refusal) == "room_inactive"


OPERATIONS = {
    Status.ARRIVED: Appointment.mark_arrived,
    Status.CHECKED_IN: Appointment.check_in,
    Status.FULFILLED: Appointment.fulfil,
    Status.NOSHOW: Appointment.mark_noshow,
    Status.ENTERED_IN_ERROR: Appointment.mark_entered_in_error,
}


@pytest.mark.parametrize("to", OPERATIONS)
@pytest.mark.parametrize("status", [status for status in Status if status != Status.PENDING])
def test_each_step_is_taken_exactly_where_the_table_has_it(appointment, status, to):
    reason = "Rain" if status == Status.CANCELLED else ""
    Appointment.objects.update(status=status, cancel_reason=reason)
    late = {"now": appointment.ends_at} if to == Status.NOSHOW else {}
    if to in NEXT[status]:
        OPERATIONS[to](appointment, by=None, **late)
        assert appointment.status == to
    else:
        with pytest.raises(ValidationError) as refusal:
            OPERATIONS[to](appointment, by=None, **late)
        assert code_of(refusal) == "wrong_status"


def test_undo_takes_the_last_step_back_and_says_so(appointment):
    appointment.mark_arrived(by=None)
    appointment.undo(by=None)
    assert appointment.status == "booked"
    assert appointment.events.first().kind == AppointmentEvent.Kind.UNDONE


def test_undo_takes_a_move_back(appointment):
    was, doctor = appointment.starts_at, appointment.doctor
    other = working_doctor(appointment.facility)
    appointment.reschedule(starts_at=was + timedelta(hours=1), doctor=other, by=None)
    appointment.undo(by=None)
    appointment.refresh_from_db()
    assert (appointment.starts_at, appointment.doctor) == (was, doctor)
    assert appointment.blocked_until == was + timedelta(minutes=30)


def test_undo_of_a_move_needs_the_doctor_to_be_there_still(appointment):
    was = appointment.starts_at
    appointment.reschedule(starts_at=was + timedelta(hours=3), by=None)
    TimeOff.objects.create(
        doctor=appointment.doctor, starts_at=was, ends_at=was + timedelta(hours=1)
    )
    with pytest.raises(ValidationError) as refusal:
        appointment.undo(by=None)
    assert code_of(refusal) == "doctor_away"


def test_undo_of_a_cancellation_needs_the_time_to_be_free_still(appointment):
    appointment.cancel("Patient is ill", by=None)
    AppointmentFactory(
        facility=appointment.facility,
        doctor=appointment.doctor,
        starts_at=appointment.starts_at,
    )
    with pytest.raises(ValidationError) as refusal:
        appointment.undo(by=None)
    assert code_of(refusal) == "doctor_busy"


def test_undo_restores_the_reason_of_a_cancellation(appointment):
    appointment.cancel("Patient is ill", by=None)
    appointment.mark_entered_in_error(by=None)
    appointment.undo(by=None)
    assert (appointment.status, appointment.cancel_reason) == ("cancelled", "Patient is ill")


def test_a_booking_is_cancelled_not_undone(appointment):
    with pytest.raises(ValidationError) as refusal:
        appointment.undo(by=None)
    assert code_of(refusal) == "nothing_to_undo"


def test_what_was_done_yesterday_is_not_undone(appointment):
    appointment.mark_arrived(by=None)
    with pytest.raises(ValidationError) as refusal:
        appointment.undo(by=None, now=timezone.now() + timedelta(days=1))
    assert code_of(refusal) == "nothing_to_undo"


def test_a_stale_form_is_refused_and_changes_nothing(appointment):
    appointment.mark_arrived(by=None)
    with pytest.raises(ValidationError) as refusal:
        appointment.cancel("Patient is ill", by=None, version=1)
    assert code_of(refusal) == "stale"
    assert Appointment.objects.get(pk=appointment.pk).status == "arrived"


def test_hours_hold_on_the_day_the_clocks_change():
    """Nine in the morning is nine on the wall, before and after 8 March 2037."""
    facility = FacilityFactory(timezone="America/Chicago")
    doctor = working_doctor(facility, starts_at=time(9), ends_at=time(17))
    for day, hour_utc in [(date(2037, 3, 7), 15), (date(2037, 3, 8), 14)]:
        at = datetime(day.year, day.month, day.day, hour_utc, tzinfo=UTC)
        booked = AppointmentFactory(facility=facility, doctor=doctor, starts_at=at)
        assert f"{booked.starts_at.astimezone(facility.tz):%H:%M}" == "09:00"


def test_a_refusal_leaves_the_instance_as_it_was(appointment):
    doctor, at, other = (
        appointment.doctor,
        appointment.starts_at,
        working_doctor(appointment.facility),
    )
    AppointmentFactory(facility=appointment.facility, doctor=other, starts_at=appointment.ends_at)
    with pytest.raises(ValidationError):
        appointment.reschedule(starts_at=appointment.ends_at, doctor=other, by=None)
    assert (appointment.version, appointment.starts_at, appointment.doctor) == (1, at, doctor)
    appointment.mark_arrived(by=None)
    assert Appointment.objects.get(pk=appointment.pk).starts_at == at


def test_a_doctor_no_longer_sees_the_appointments_of_a_facility_that_they_left(appointment):
    user = staff_of(appointment.facility, "doctor")
    appointment.doctor.user = user
    appointment.doctor.save()
    assert Appointment.objects.visible_to(user).get() == appointment
    appointment.facility.staff.remove(user)
    assert not Appointment.objects.visible_to(user).exists()


def test_a_long_visit_still_touches_its_last_hour(appointment):
    facility = appointment.facility
    doctor = working_doctor(facility, starts_at=time(6), ends_at=time(19))
    start = in_days(1, 6, facility=facility)
    end = start + timedelta(hours=12)
    visit = AppointmentFactory(facility=facility, doctor=doctor, starts_at=start, ends_at=end)
    last = Period(end - timedelta(minutes=5), end + timedelta(hours=1))
    assert visit in Appointment.objects.overlapping(last)
    assert visit not in Appointment.objects.overlapping(Period(end, end + timedelta(hours=1)))
