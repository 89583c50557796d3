"""A hold of one's own makes way for what one books, moves or confirms, and else stays."""

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
from scheduling.querysets import Visit
from scheduling.tests.api import APPOINTMENTS, Place
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    in_days,
    working_doctor,
)
from scheduling.tests.test_races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def patient(facility: Facility) -> Patient:
    return PatientFactory(facility=facility)


@pytest.fixture
def sam(facility: Facility) -> User:
    return staff_of(facility)


def at(facility: Facility, doctor: Doctor, by: User, hour: int = 9, **more: Any) -> Visit:
    start = in_days(1, hour, facility=facility)
    return Visit(doctor=doctor, facility=facility, starts_at=start, by=by) | more


def keep(visit: Visit) -> Appointment:
    assert visit["by"] is not None
    return holding.keep(visit["by"], visit, now=timezone.now())


def live(by: User) -> list[Appointment]:
    return list(holding.live(by, timezone.now()))


@pytest.mark.parametrize("then", [holding.book, lambda by, visit: keep(visit)])
def test_a_patient_s_hold_makes_way_for_another_doctor_at_that_time(facility, patient, sam, then):
    first, second = working_doctor(facility), working_doctor(facility)
    keep(at(facility, first, sam, patient=patient))
    made = then(sam, at(facility, second, sam, patient=patient))
    assert list(Appointment.objects.holding_time()) == [made]


def test_a_room_that_one_holds_oneself_is_had_with_another_doctor(facility, patient, sam):
    first, second, room = working_doctor(facility), working_doctor(facility), RoomFactory()
    room.facility = facility
    room.save()
    keep(at(facility, first, sam, room=room))
    booked = holding.book(sam, at(facility, second, sam, patient=patient, room=room))
    assert list(Appointment.objects.holding_time()) == [booked]


def test_a_hold_elsewhere_in_the_day_stays(facility, patient, sam):
    doctor = working_doctor(facility)
    ten = keep(at(facility, doctor, sam, 10, patient=patient))
    holding.book(sam, at(facility, doctor, sam, patient=patient))
    assert live(sam) == [ten]


@pytest.mark.parametrize("override", ["", "Emergency"])
def test_a_refused_booking_leaves_every_hold_as_it_was(facility, patient, sam, override):
    doctor, other = working_doctor(facility), working_doctor(facility)
    nine, half_past = (
        keep(at(facility, doctor, sam) | {"starts_at": in_days(1, 9, minute, facility=facility)})
        for minute in (0, 30)
    )
    AppointmentFactory(
        facility=facility, doctor=other, patient=patient, starts_at=half_past.starts_at
    )
    long = AppointmentTypeFactory(duration_minutes=60)
    with pytest.raises(ValidationError) as refusal:
        holding.book(sam, at(facility, doctor, sam, patient=patient, type=long), override=override)
    assert refusal.value.code == "patient_busy"
    assert live(sam) == [half_past, nine]


def test_a_visit_moves_to_the_time_that_one_has_held_for_it(facility, patient, sam):
    doctor = working_doctor(facility)
    visit = AppointmentFactory(facility=facility, doctor=doctor, patient=patient)
    keep(at(facility, doctor, sam, 11))
    holding.move(visit, by=sam, starts_at=in_days(1, 11, facility=facility))
    assert live(sam) == []
    keep(at(facility, doctor, staff_of(facility), 14))
    with pytest.raises(ValidationError) as refusal:
        holding.move(visit, by=sam, starts_at=in_days(1, 14, facility=facility))
    assert refusal.value.code == "doctor_busy"


def test_a_longer_visit_is_confirmed_past_one_s_own_next_hold(facility, patient, sam):
    doctor = working_doctor(facility)
    nine = keep(at(facility, doctor, sam))
    half = keep(at(facility, doctor, sam) | {"starts_at": in_days(1, 9, 30, facility=facility)})
    holding.confirm(nine, by=sam, patient=patient, ends_at=half.ends_at)
    assert (nine.status, nine.duration) == ("booked", timedelta(hours=1))
    assert live(sam) == []


@pytest.mark.django_db(transaction=True)
def test_two_who_give_up_each_other_s_doctor_do_not_wait_for_each_other():
    facility = FacilityFactory()
    one, two = working_doctor(facility), working_doctor(facility)
    people = {staff_of(facility): (one, two), staff_of(facility): (two, one)}
    for person, (first, _) in people.items():
        for hour in (9, 10, 11, 12, 13):
            keep(at(facility, first, person, hour))
    sixth = [
        lambda person=person, other=other: keep(at(facility, other, person, 15))
        for person, (_, other) in people.items()
    ]
    assert at_once(sixth) == {"done": 2}
    assert {len(live(person)) for person in people} == {5}


class TestByTheAPI:
    def test_a_visit_is_moved_to_the_time_that_is_held(self):
        place = Place()
        desk = place.staff()
        visit = desk.post(APPOINTMENTS, place.wanted(9))
        held = desk.post(f"{APPOINTMENTS}/hold", place.wanted(11, patient_id=None))
        moved = desk.patch(
            visit["Location"],
            {"starts_at": place.at(11).isoformat()},
            headers={"If-Match": visit["ETag"]},
        )
        assert moved.status_code == 200, moved.json()
        assert desk.get(held["Location"]).json()["status"] == "cancelled"

    def test_another_doctor_is_booked_at_the_time_that_is_held(self):
        place = Place()
        desk, other = place.staff(), working_doctor(place.facility)
        desk.post(f"{APPOINTMENTS}/hold", place.wanted())
        booked = desk.post(APPOINTMENTS, place.wanted(doctor_id=other.pk))
        assert booked.status_code == 201, booked.json()

    def test_a_hold_that_was_lost_is_answered_with_what_is_free(self):
        place = Place()
        desk = place.staff()
        held = desk.post(f"{APPOINTMENTS}/hold", place.wanted(patient_id=None))
        past = timezone.now() - timedelta(seconds=1)
        Appointment.objects.filter(pk=held.json()["id"]).update(hold_expires_at=past)
        assert place.staff().post(APPOINTMENTS, place.wanted()).status_code == 201
        late = desk.post(f"{held['Location']}/confirm", {"patient_id": place.patient.pk})
        assert (late.status_code, late.json()["code"]) == (409, "hold_lost")
        assert len(late.json()["alternatives"]) >= 3

    def test_a_length_that_does_not_fit_is_answered_with_where_it_does(self):
        place = Place()
        desk = place.staff()
        AppointmentFactory(facility=place.facility, doctor=place.doctor, starts_at=place.at(9, 30))
        held = desk.post(f"{APPOINTMENTS}/hold", place.wanted(patient_id=None))
        said = {"patient_id": place.patient.pk, "duration_minutes": 60}
        refused = desk.post(f"{held['Location']}/confirm", said)
        assert (refused.status_code, refused.json()["busy"]) == (409, "doctor")
        free = refused.json()["alternatives"]
        assert len(free) >= 3
        booked = desk.post(APPOINTMENTS, free[0] | {"patient_id": place.patient.pk})
        assert booked.status_code == 201, booked.json()
        assert booked.json()["duration_minutes"] == 60
