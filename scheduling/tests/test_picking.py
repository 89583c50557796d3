"""The board while an appointment is picked up: its free times are places to put it down."""

import re
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.test import Client

from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor

pytestmark = pytest.mark.django_db
BANNER = "press a free time"


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def booked(facility: Facility) -> Appointment:
    start = in_days(1, 9, facility=facility)
    patient = PatientFactory(given_name="Maria", family_name="Lopez", facility=facility)
    return AppointmentFactory(
        facility=facility, starts_at=start, ends_at=start + timedelta(minutes=45), patient=patient
    )


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


def moving(client: Client, booked: Appointment, more: str = "", **options: Any) -> str:
    day = booked.starts_at.astimezone(booked.facility.tz).date()
    path = f"/desk/{booked.facility_id}/?date={day}&moving={booked.pk}{more}"
    return client.get(path, **options).content.decode()


def slot(appointment: Appointment, hour: int, minute: int = 0) -> str:
    at = in_days(1, hour, minute, facility=appointment.facility)
    return f"{appointment.doctor_id}|{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def test_each_start_at_which_the_whole_visit_fits_is_a_place(
    desk: Client, booked: Appointment
) -> None:
    start = in_days(1, 8, facility=booked.facility)
    full = working_doctor(booked.facility)
    AppointmentFactory(
        facility=booked.facility, doctor=full, starts_at=start, ends_at=start + timedelta(hours=10)
    )
    AppointmentFactory(
        facility=booked.facility,
        doctor=booked.doctor,
        starts_at=in_days(1, 11, facility=booked.facility),
    )
    page = moving(desk, booked)
    assert BANNER in page
    assert "Picked up: 9:00 Maria Lopez" in page
    assert f'data-doctor="{full.pk}"' in page
    offered = set(re.findall(r'name="slot" value="([^"]+)"', page))
    assert {slot(booked, 8), slot(booked, 9, 15), slot(booked, 10, 15), slot(booked, 11, 30)} <= (
        offered
    )
    assert not {slot(booked, 9), slot(booked, 10, 30), slot(booked, 17, 30)} & offered
    assert "book with" not in page


def test_a_place_is_put_down_on_in_one_request(desk: Client, booked: Appointment) -> None:
    posted = {"version": booked.version, "slot": slot(booked, 14)}
    answer = desk.post(f"/appointments/{booked.pk}/move/", posted)
    assert answer.status_code == 302
    assert BANNER not in desk.get(answer.url).content.decode()
    booked.refresh_from_db()
    assert booked.starts_at == in_days(1, 14, facility=booked.facility)


def test_what_has_changed_since_is_picked_up_no_longer(desk: Client, booked: Appointment) -> None:
    assert BANNER in moving(desk, booked, "&version=1")
    booked.reschedule(starts_at=in_days(1, 14, facility=booked.facility), by=None)
    page = moving(desk, booked, "&version=1")
    assert BANNER not in page
    assert "has changed" in page
    assert "2:00 PM" in page
    assert "Pick it up again" in page


def test_what_is_over_or_held_is_not_picked_up(desk: Client, booked: Appointment) -> None:
    booked.cancel("Ill", by=None)
    assert BANNER not in moving(desk, booked)
    held = Appointment.objects.create(
        doctor=booked.doctor,
        facility=booked.facility,
        status="pending",
        starts_at=in_days(1, 15, facility=booked.facility),
        ends_at=in_days(1, 16, facility=booked.facility),
        blocked_until=in_days(1, 16, facility=booked.facility),
        hold_expires_at=in_days(1, 16, facility=booked.facility),
    )
    assert "Moving" not in moving(desk, held)


@pytest.mark.parametrize("role", ["doctor", "nurse"])
def test_who_may_not_move_picks_nothing_up(
    client: Client, facility: Facility, booked: Appointment, role: str
) -> None:
    user = staff_of(facility, role)
    if role == "doctor":
        booked.doctor.user = user
        booked.doctor.save()
    client.force_login(user)
    page = moving(client, booked)
    assert "Maria Lopez" in page
    assert BANNER not in page
    assert "data-version" not in page
    assert "Pick up" not in client.get(booked.get_absolute_url()).content.decode()


def test_another_facility_s_appointment_is_not_picked_up(desk: Client, booked: Appointment) -> None:
    other = AppointmentFactory()
    page = desk.get(f"/desk/{booked.facility_id}/?moving={other.pk}").content.decode()
    assert "Moving" not in page
    assert str(other.patient) not in page


def test_the_panel_offers_to_pick_up(desk: Client, booked: Appointment) -> None:
    for headers in ({}, {"HX-Request": "true"}):
        page = desk.get(booked.get_absolute_url(), headers=headers).content.decode()
        assert f"&amp;moving={booked.pk}&amp;version=1" in page
        assert 'data-key="m"' in page


def test_a_question_while_moving_is_answered_with_places(desk: Client, booked: Appointment) -> None:
    page = moving(desk, booked, "&version=1", headers={"X-Poll": "1"})
    assert BANNER in page
    assert slot(booked, 14) in page


def test_the_days_and_the_date_field_carry_along_what_is_picked_up(
    desk: Client, booked: Appointment
) -> None:
    page = moving(desk, booked)
    assert page.count(f"&amp;moving={booked.pk}&amp;version=1") >= 4
    assert f'name="moving" value="{booked.pk}"' in page


def test_the_board_of_places_asks_no_more_however_full_it_is(
    desk: Client, booked: Appointment, django_assert_num_queries: Any
) -> None:
    for hour in (11, 13, 15):
        AppointmentFactory(
            facility=booked.facility,
            doctor=working_doctor(booked.facility),
            starts_at=in_days(1, hour, facility=booked.facility),
        )
        with django_assert_num_queries(16):
            moving(desk, booked)
