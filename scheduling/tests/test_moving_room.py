"""Giving a visit another room, at its own time or with another one."""

from typing import Any

import pytest
from django.test import Client

from facilities.models import Facility, Room
from facilities.tests.factories import FacilityFactory, RoomFactory, staff_of
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor
from scheduling.tests.series_factories import Course

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def blue(facility: Facility) -> Room:
    return RoomFactory(facility=facility, name="Blue")


@pytest.fixture
def red(facility: Facility) -> Room:
    return RoomFactory(facility=facility, name="Red")


@pytest.fixture
def visit(facility: Facility, blue: Room) -> Appointment:
    return AppointmentFactory(facility=facility, doctor=working_doctor(facility), room=blue)


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


def address(visit: Appointment) -> str:
    return f"/appointments/{visit.pk}/move/"


def moved(desk: Client, visit: Appointment, hour: int = 9, **data: Any) -> Any:
    start = in_days(1, hour, facility=visit.facility)
    slot = f"{visit.doctor_id}|{start:%Y-%m-%dT%H:%MZ}"
    return desk.post(address(visit), {"slot": slot, "version": visit.version, **data})


def starts(page: Any) -> list[int]:
    return [slot.local_start.hour for slot in page.context["slots"] if not slot.local_start.minute]


def test_a_visit_gets_another_room_at_its_own_time(desk, visit, red):
    assert moved(desk, visit, room=red.pk).status_code == 302
    visit.refresh_from_db()
    assert (visit.room, visit.starts_at) == (red, in_days(1, 9, facility=visit.facility))


def test_without_another_choice_it_keeps_its_own_even_out_of_use(desk, visit, blue):
    Room.objects.filter(pk=blue.pk).update(is_active=False)
    assert "selected>Blue</option>" in desk.get(address(visit)).content.decode()
    assert moved(desk, visit, 11).status_code == 302
    visit.refresh_from_db()
    assert visit.room == blue


def test_the_times_offered_are_those_at_which_the_chosen_room_is_free(desk, visit, red):
    AppointmentFactory(
        facility=visit.facility,
        doctor=working_doctor(visit.facility),
        room=red,
        starts_at=in_days(1, 11, facility=visit.facility),
    )
    own, other = desk.get(address(visit)), desk.get(address(visit), {"room": red.pk})
    assert (9 in starts(own), 11 in starts(own)) == (False, True)
    assert (9 in starts(other), 11 in starts(other)) == (True, False)


def test_a_room_that_is_taken_is_refused_and_stays_chosen(desk, visit, red):
    AppointmentFactory(
        facility=visit.facility,
        doctor=working_doctor(visit.facility),
        room=red,
        starts_at=visit.starts_at,
    )
    refused = moved(desk, visit, room=red.pk)
    assert refused.status_code == 409
    assert "selected>Red</option>" in refused.content.decode()
    assert visit.starts_at not in {slot.starts_at for slot in refused.context["alternatives"]}


def test_a_room_of_another_facility_is_no_choice(desk, visit, blue):
    moved(desk, visit, 11, room=RoomFactory().pk)
    visit.refresh_from_db()
    assert visit.room == blue


def test_a_room_is_changed_for_one_visit_of_a_series_at_a_time(client):
    course = Course()
    client.force_login(staff_of(course.facility))
    visit = course.book().appointments.earliest("starts_at")
    room = RoomFactory(facility=course.facility)
    refused = moved(client, visit, 10, room=room.pk, scope="following")
    assert refused.status_code == 422
    assert "one visit at a time" in refused.content.decode()
    assert moved(client, visit, 10, room=room.pk).status_code == 302
    rooms = Appointment.objects.order_by("starts_at").values_list("room", flat=True)
    assert list(rooms) == [room.pk, None, None, None]
