"""Holds, types and rooms on the board, in the panel and in the booking form."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from facilities.models import CareType, Doctor, Facility
from facilities.tests.factories import FacilityFactory, RoomFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    in_days,
    working_doctor,
)
from scheduling.tests.test_booking_view import slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility)


@pytest.fixture
def sam(facility: Facility) -> Any:
    return staff_of(facility, full_name="Sam Reed")


@pytest.fixture
def held(doctor: Doctor, sam: Any) -> Appointment:
    facility = doctor.facilities.get()
    start = in_days(1, 9, facility=facility)
    return Appointment.objects.hold(
        now=timezone.now(), doctor=doctor, facility=facility, starts_at=start, by=sam
    )


def seen_by(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def board(client: Client, facility: Facility) -> str:
    day = in_days(1, 9, facility=facility).astimezone(facility.tz).date()
    return client.get(f"/desk/{facility.pk}/?date={day}").content.decode()


def test_the_board_shows_until_when_a_time_is_held_and_by_whom(held, sam, facility):
    until = f"{held.hold_expires_at.astimezone(facility.tz):%-I:%M}"
    page = board(seen_by(staff_of(facility)), facility)
    assert f"Held until {until}" in page
    assert "by Sam Reed" in page
    assert "None" not in page
    assert "by you" in board(seen_by(sam), facility)


def test_another_doctor_sees_only_that_the_time_is_taken(held, facility):
    page = board(seen_by(staff_of(facility, "doctor")), facility)
    assert "Held until" not in page
    assert "Taken" in page


def test_a_hold_that_is_over_leaves_no_trace_on_the_board(held, sam, facility):
    held.cancel("The hold was given up", by=sam)
    page = board(seen_by(sam), facility)
    assert "Cancelled and no-shows" not in page
    assert "None" not in page


def test_the_panel_of_a_hold_offers_its_holder_to_book_or_to_release(held, sam, facility):
    page = seen_by(sam).get(held.get_absolute_url()).content.decode()
    assert "Book this time" in page
    assert f"/holds/{held.pk}/release/" in page
    assert "Held while being booked by Sam Reed." in page
    for words in ("None", "Move", "Cancel the appointment", "Not noted"):
        assert words not in page


def test_the_panel_of_a_hold_offers_others_nothing_and_an_administrator_its_release(held, facility):
    other = seen_by(staff_of(facility)).get(held.get_absolute_url()).content.decode()
    assert "by Sam Reed" in other
    assert "Release" not in other
    assert "Book this time" not in other
    admin = seen_by(staff_of(facility, "admin")).get(held.get_absolute_url()).content.decode()
    assert "Release" in admin


def test_a_hold_is_neither_moved_nor_cancelled_like_a_visit(held, sam):
    client = seen_by(sam)
    posted = {"version": held.version, "usual": "Booked by mistake"}
    assert client.get(f"/appointments/{held.pk}/move/").status_code == 404
    assert client.post(f"/appointments/{held.pk}/move/", posted).status_code == 404
    assert client.post(f"/appointments/{held.pk}/cancel/", posted).status_code == 404


def test_holds_that_have_run_out_or_were_given_up_still_have_a_page(held, sam):
    Appointment.objects.update(hold_expires_at=timezone.now() - timedelta(seconds=1))
    page = seen_by(sam).get(held.get_absolute_url()).content.decode()
    assert "has run out" in page
    held.cancel("The hold was given up", by=sam)
    page = seen_by(sam).get(held.get_absolute_url()).content.decode()
    assert "nobody was booked" in page
    assert "None" not in page


def test_the_admin_shows_a_hold_that_is_for_nobody_yet(held, facility):
    admin = seen_by(staff_of(facility, "admin"))
    for page in ("", f"{held.pk}/change/"):
        answer = admin.get(f"/admin/scheduling/appointment/{page}")
        assert answer.status_code == 200
        assert "Held" in answer.content.decode()


def test_another_facility_s_hold_is_not_found(held):
    client = seen_by(staff_of(FacilityFactory()))
    assert client.get(held.get_absolute_url()).status_code == 404


def test_the_board_asks_no_more_for_holds_than_for_visits(
    held, sam, facility, django_assert_num_queries
):
    client = seen_by(sam)
    board(client, facility)
    with django_assert_num_queries(9):
        board(client, facility)
    for hour in (11, 13):
        start = in_days(1, hour, facility=facility)
        Appointment.objects.hold(
            now=timezone.now(), doctor=held.doctor, facility=facility, starts_at=start, by=sam
        )
    with django_assert_num_queries(9):
        board(client, facility)


def test_a_type_is_shown_by_its_colour_and_its_name(facility, doctor, sam):
    kind = AppointmentTypeFactory(name="Skin check", colour="#e67700")
    visit = AppointmentFactory(facility=facility, doctor=doctor, type=kind)
    for page in (
        board(seen_by(sam), facility),
        seen_by(sam).get(visit.get_absolute_url()).content.decode(),
    ):
        assert 'fill="#e67700"/></svg>Skin check' in page
        assert "style=" not in page


def form(client: Client, doctor: Doctor, **more: Any) -> str:
    facility = doctor.facilities.get()
    wanted = slot(doctor, facility, **more)
    return client.get(f"/facilities/{facility.pk}/book/", wanted).content.decode()


def test_only_the_types_that_the_doctor_offers_can_be_chosen(facility, doctor, sam):
    care = CareType.objects.create(name="Dermatology")
    anybody, provided = AppointmentTypeFactory(), AppointmentTypeFactory(care_type=care)
    named = AppointmentTypeFactory()
    named.doctors.add(working_doctor(facility))
    page = form(seen_by(sam), doctor)
    assert f'<option value="{anybody.pk}">' in page
    assert f'<option value="{provided.pk}">' not in page
    assert f'<option value="{named.pk}">' not in page
    doctor.care_types.add(care)
    named.doctors.add(doctor)
    page = form(seen_by(sam), doctor)
    assert all(f'<option value="{kind.pk}">' in page for kind in (anybody, provided, named))
    for kind in (anybody, provided, named):
        assert kind.is_offered_by(doctor)


def test_a_type_of_another_doctor_is_refused(facility, doctor, sam):
    named = AppointmentTypeFactory()
    named.doctors.add(working_doctor(facility))
    patient = PatientFactory(facility=facility)
    posted = slot(doctor, facility, patient=patient.pk, type=named.pk)
    answer = seen_by(sam).post(f"/facilities/{facility.pk}/book/", posted)
    assert answer.status_code == 422
    assert "Select a valid choice" in answer.content.decode()


def test_a_room_of_the_facility_is_chosen_and_booked(facility, doctor, sam):
    assert "No room" not in form(seen_by(sam), doctor)
    room, gone = RoomFactory(facility=facility), RoomFactory(facility=facility, is_active=False)
    other = RoomFactory()
    page = form(seen_by(sam), doctor)
    assert f'<option value="{room.pk}">' in page
    assert f'<option value="{gone.pk}">' not in page
    assert f'<option value="{other.pk}">' not in page
    patient = PatientFactory(facility=facility)
    posted = slot(doctor, facility, patient=patient.pk, room=room.pk)
    client = seen_by(sam)
    assert client.post(f"/facilities/{facility.pk}/book/", posted).status_code == 302
    assert Appointment.objects.get().room == room
    second = posted | {
        "doctor": working_doctor(facility).pk,
        "patient": PatientFactory(facility=facility).pk,
    }
    refused = client.post(f"/facilities/{facility.pk}/book/", second)
    assert refused.status_code == 409
    assert "That room is taken" in refused.content.decode()
