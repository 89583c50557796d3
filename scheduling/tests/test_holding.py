"""Holding a time: it keeps others off, and never its own holder."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory, RoomFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling import holding
from scheduling.models import Appointment
from scheduling.openings import Slot
from scheduling.querysets import Visit
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    in_days,
    working_doctor,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility)


@pytest.fixture
def patient(facility: Facility) -> Patient:
    return PatientFactory(facility=facility)


@pytest.fixture
def sam(facility: Facility) -> User:
    return staff_of(facility, full_name="Sam")


@pytest.fixture
def kim(facility: Facility) -> User:
    return staff_of(facility, full_name="Kim")


def at(doctor: Doctor, hour: int = 9, minute: int = 0, **more: Any) -> Visit:
    facility = doctor.facilities.get()
    start = in_days(1, hour, minute, facility=facility)
    return Visit(doctor=doctor, facility=facility, starts_at=start, by=None) | more


def keep(by: User, visit: Visit) -> Appointment:
    return holding.keep(by, visit | {"by": by}, now=timezone.now())


def book(by: User, visit: Visit, **more: Any) -> Appointment:
    return holding.book(by, visit | {"by": by}, **more)


def expire(hold: Appointment) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Appointment.objects.filter(pk=hold.pk).update(hold_expires_at=past)


def refused(operation: Any, *args: Any) -> str | None:
    with pytest.raises(ValidationError) as refusal:
        operation(*args)
    return refusal.value.code


def test_a_held_time_is_refused_to_everybody_else(doctor, patient, sam, kim):
    keep(sam, at(doctor))
    assert refused(keep, kim, at(doctor)) == "doctor_busy"
    assert refused(book, kim, at(doctor, patient=patient)) == "doctor_busy"


def test_opening_the_same_time_twice_finds_the_same_hold(doctor, sam):
    assert keep(sam, at(doctor)) == keep(sam, at(doctor))
    assert Appointment.objects.count() == 1


def test_a_hold_that_has_run_out_is_made_anew(doctor, sam):
    first = keep(sam, at(doctor))
    expire(first)
    assert keep(sam, at(doctor)) != first
    assert holding.live(sam, timezone.now()).count() == 1


def test_a_hold_for_something_else_takes_the_place_of_the_first(facility, doctor, patient, sam):
    other = PatientFactory(facility=facility)
    room, kind = RoomFactory(facility=facility), AppointmentTypeFactory()
    hour = {"ends_at": in_days(1, 10, facility=facility)}
    for more in ({"patient": other}, {"room": room}, {"type": kind}, hour):
        first = keep(sam, at(doctor, patient=patient))
        second = keep(sam, at(doctor, **{"patient": patient} | more))
        assert second != first
        for name, value in more.items():
            assert getattr(second, name) == value
        assert list(holding.live(sam, timezone.now())) == [second]


def test_a_hold_stays_where_the_one_in_its_place_cannot_be_had(facility, doctor, patient, sam):
    first = keep(sam, at(doctor, patient=patient))
    beside = keep(sam, at(doctor, 9, 30))
    AppointmentFactory(
        facility=facility, doctor=doctor, starts_at=in_days(1, 10, facility=facility)
    )
    too_long = at(doctor, patient=patient, ends_at=in_days(1, 10, 30, facility=facility))
    assert refused(keep, sam, too_long) == "doctor_busy"
    assert list(holding.live(sam, timezone.now())) == [beside, first]


def test_a_hold_asked_for_again_is_kept_on_up_to_a_quarter_of_an_hour(doctor, sam):
    first = keep(sam, at(doctor))
    made_at, minute = first.created_at, timedelta(minutes=1)

    def until(minutes: int) -> timedelta:
        now = made_at + minutes * minute
        held = holding.keep(sam, at(doctor) | {"by": sam}, now=now)
        assert held == first
        held.refresh_from_db()
        return held.hold_expires_at - made_at

    assert [until(4), until(8), until(12)] == [9 * minute, 13 * minute, 15 * minute]
    assert until(2) == 15 * minute


def test_booking_confirms_one_s_own_hold_with_all_that_is_said(facility, doctor, patient, sam):
    hold = keep(sam, at(doctor))
    kind, room = AppointmentTypeFactory(duration_minutes=45), RoomFactory(facility=facility)
    said = {"patient": patient, "type": kind, "room": room, "reason": "Cough", "ends_at": None}
    booked = book(sam, at(doctor, **said))
    booked.refresh_from_db()
    assert (booked.pk, booked.status, booked.patient) == (hold.pk, "booked", patient)
    assert (booked.type, booked.room, booked.reason) == (kind, room, "Cough")
    assert booked.duration == timedelta(minutes=45)


def test_an_hour_without_a_type_can_be_confirmed(doctor, patient, sam):
    keep(sam, at(doctor))
    visit = at(doctor, patient=patient)
    booked = book(sam, visit | {"ends_at": visit["starts_at"] + timedelta(hours=1)})
    assert booked.duration == timedelta(hours=1)
    assert booked.blocked_until == booked.ends_at


def test_a_hold_that_has_run_out_is_confirmed_as_long_as_nobody_wants_its_time(
    doctor, patient, sam, kim
):
    hold = keep(sam, at(doctor))
    expire(hold)
    assert book(sam, at(doctor, patient=patient)) == hold
    lost = keep(sam, at(doctor, 11))
    expire(lost)
    keep(kim, at(doctor, 11))
    other = PatientFactory(facility=patient.facility)
    assert refused(book, sam, at(doctor, 11, patient=other)) == "doctor_busy"


def test_one_s_own_overlapping_hold_gives_way_to_a_hold_and_to_a_booking(doctor, patient, sam):
    first = keep(sam, at(doctor))
    second = keep(sam, at(doctor, 9, 15))
    first.refresh_from_db()
    assert (first.status, first.cancel_reason) == ("cancelled", holding.GIVEN_UP)
    booked = book(sam, at(doctor, 9, 30, patient=patient))
    second.refresh_from_db()
    assert (booked.status, second.status) == ("booked", "cancelled")


def test_a_longer_type_takes_the_place_of_one_s_own_next_hold(doctor, patient, sam):
    keep(sam, at(doctor))
    following = keep(sam, at(doctor, 9, 30))
    kind = AppointmentTypeFactory(duration_minutes=60)
    book(sam, at(doctor, patient=patient, type=kind))
    following.refresh_from_db()
    assert following.status == "cancelled"


def test_a_type_too_long_for_the_gap_is_refused_and_the_hold_stays(doctor, patient, sam):
    hold = keep(sam, at(doctor))
    AppointmentFactory(
        facility=doctor.facilities.get(),
        doctor=doctor,
        starts_at=in_days(1, 9, 30, facility=doctor.facilities.get()),
    )
    kind = AppointmentTypeFactory(duration_minutes=60)
    assert refused(book, sam, at(doctor, patient=patient, type=kind)) == "doctor_busy"
    hold.refresh_from_db()
    assert hold.status == "pending"


def test_overriding_gives_up_one_s_own_hold_and_books_over_the_others(doctor, patient, sam, kim):
    AppointmentFactory(facility=doctor.facilities.get(), doctor=doctor)
    booked = book(sam, at(doctor, patient=patient), override="Urgent")
    assert (booked.overbook, booked.override_reason) == (1, "Urgent")
    keep(sam, at(doctor, 11))
    other = PatientFactory(facility=patient.facility)
    alone = book(sam, at(doctor, 11, patient=other), override="Urgent")
    assert alone.overbook == 0


def test_of_more_than_five_holds_the_oldest_is_given_up(doctor, sam):
    holds = [keep(sam, at(doctor, hour)) for hour in range(9, 15)]
    for hold in holds:
        hold.refresh_from_db()
    assert [hold.status for hold in holds] == ["cancelled"] + ["pending"] * holding.AT_ONCE


def test_a_hold_is_given_up_by_its_holder_or_an_administrator_alone(doctor, sam, kim):
    hold = keep(sam, at(doctor))
    with pytest.raises(ValidationError, match="Sam holds this time"):
        holding.give_up(hold, by=kim)
    holding.give_up(hold, by=staff_of(doctor.facilities.get(), "admin"))
    assert keep(kim, at(doctor)).status == "pending"


def test_what_is_booked_is_never_given_up_as_a_hold(doctor, patient, sam):
    hold = keep(sam, at(doctor))
    stale = Appointment.objects.get(pk=hold.pk)
    booked = book(sam, at(doctor, patient=patient))
    with pytest.raises(ValidationError):
        holding.give_up(stale, by=sam)
    holding.give_up_own(sam, booked.pk)
    booked.refresh_from_db()
    assert booked.status == "booked"
    with pytest.raises(ValidationError, match="not held any more"):
        holding.give_up(booked, by=sam)


def test_who_holds_a_time_is_named_to_colleagues_of_the_facility_alone(facility, doctor, sam, kim):
    slot = Slot(doctor, facility, *[in_days(1, hour, facility=facility) for hour in (9, 10)])
    assert holding.others_hold(slot, kim, now=timezone.now()) is None
    keep(sam, at(doctor))
    hold = holding.others_hold(slot, kim, now=timezone.now())
    assert hold is not None
    assert holding.words_of(hold, slot).startswith("Sam holds this time until")
    elsewhere = slot._replace(facility=FacilityFactory())
    assert holding.words_of(hold, elsewhere).startswith("Somebody else holds")
    assert holding.others_hold(slot, sam, now=timezone.now()) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda held, by: held.cancel("Not needed", by=by),
        lambda held, by: held.reschedule(starts_at=held.ends_at, by=by),
    ],
)
def test_a_colleague_neither_gives_up_nor_moves_somebody_s_hold(change):
    facility = FacilityFactory()
    holder, colleague = staff_of(facility), staff_of(facility)
    held = Appointment.objects.hold(
        doctor=working_doctor(facility),
        facility=facility,
        starts_at=in_days(1, 9, facility=facility),
        by=holder,
        now=timezone.now(),
    )
    with pytest.raises(ValidationError) as refusal:
        change(held, colleague)
    assert refusal.value.error_list[0].code == "held_by_other"
    change(held, holder)
