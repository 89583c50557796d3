"""The hold of an open booking form, as the browser asks for it and gives it back."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    in_days,
    working_doctor,
)
from scheduling.tests.test_booking_view import HTMX, iso, slot

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
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility, full_name="Sam Reed"))
    return client


@pytest.fixture
def colleague(facility: Facility) -> Client:
    client = Client()
    client.force_login(staff_of(facility, full_name="Kim Holt"))
    return client


def hold(desk: Client, doctor: Doctor, hour: int = 9, **more: Any) -> Any:
    facility = doctor.facilities.get()
    posted = slot(doctor, facility, hour, **more)
    return desk.post(f"/facilities/{facility.pk}/hold/", posted, headers=HTMX)


def book(desk: Client, doctor: Doctor, hour: int = 9, **more: Any) -> Any:
    facility = doctor.facilities.get()
    return desk.post(f"/facilities/{facility.pk}/book/", slot(doctor, facility, hour, **more))


def opened(desk: Client, doctor: Doctor, hour: int = 9) -> Any:
    facility = doctor.facilities.get()
    return desk.get(f"/facilities/{facility.pk}/book/", slot(doctor, facility, hour))


def release(desk: Client, held: Appointment, **posted: Any) -> Any:
    return desk.post(f"/holds/{held.pk}/release/", posted)


def test_a_free_time_is_held_for_five_minutes(desk, doctor):
    answer = hold(desk, doctor)
    held = Appointment.objects.get()
    page = answer.content.decode()
    assert answer.status_code == 200
    assert (held.status, held.patient) == ("pending", None)
    until = held.hold_expires_at.astimezone(held.facility.tz)
    assert f"Held for you until {until:%-I:%M %p}" in page
    assert f'name="hold" value="{held.pk}"' in page
    assert "<html" not in page


def test_the_chosen_type_says_how_much_is_held_and_nothing_typed_is_kept_with_it(desk, doctor):
    kind = AppointmentTypeFactory(duration_minutes=50)
    hold(desk, doctor, type=kind.pk, reason="Cough")
    held = Appointment.objects.get()
    assert (held.duration, held.reason) == (timedelta(minutes=50), "")
    hold(desk, doctor, 12, minutes=20)
    assert Appointment.objects.get(starts_at__gt=held.starts_at).duration == timedelta(minutes=20)


def test_the_form_holds_by_itself_and_shows_a_hold_that_is_there(desk, doctor):
    before = opened(desk, doctor).content.decode()
    assert f"/facilities/{doctor.facilities.get().pk}/hold/" in before
    assert "Hold this time for 5 minutes" in before
    hold(desk, doctor)
    assert "Held for you until" in opened(desk, doctor).content.decode()


def test_without_javascript_a_button_holds_and_loses_nothing(desk, doctor, patient):
    page = book(desk, doctor, keep=1, patient=patient.pk, reason="Cough").content.decode()
    assert "Held for you until" in page
    assert 'value="Cough"' in page
    assert f'name="patient" value="{patient.pk}"' in page
    plain = desk.post(
        f"/facilities/{doctor.facilities.get().pk}/hold/", slot(doctor, doctor.facilities.get())
    )
    assert plain.status_code == 302
    assert "/book/?doctor=" in plain.url
    assert Appointment.objects.count() == 1


def test_somebody_else_sees_at_once_who_holds_the_time_and_what_else_is_free(
    desk, colleague, doctor
):
    hold(desk, doctor)
    answer = opened(colleague, doctor)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Sam Reed holds this time until" in page
    assert f'name="slot" value="{doctor.pk}|' in page
    raced = hold(colleague, doctor)
    assert raced.status_code == 409
    assert "Sam Reed holds this time until" in raced.content.decode()
    assert raced.headers["HX-Trigger"]
    kept = book(colleague, doctor, keep=1)
    assert kept.status_code == 409


def test_a_time_that_cannot_be_booked_says_so_when_the_form_opens(desk, doctor):
    AppointmentFactory(facility=doctor.facilities.get(), doctor=doctor)
    assert hold(desk, doctor).status_code == 409
    closed = hold(desk, doctor, 20)
    assert closed.status_code == 422
    assert "does not work" in closed.content.decode()


def test_booking_confirms_the_hold(desk, doctor, patient):
    hold(desk, doctor)
    held = Appointment.objects.get()
    assert book(desk, doctor, patient=patient.pk, hold=held.pk).status_code == 302
    held.refresh_from_db()
    assert (held.status, held.patient) == ("booked", patient)
    assert book(desk, doctor, patient=patient.pk, hold=held.pk).status_code == 302
    assert Appointment.objects.count() == 1


def test_two_windows_of_one_person_share_the_hold(desk, doctor, patient):
    assert hold(desk, doctor).status_code == hold(desk, doctor).status_code == 200
    assert book(desk, doctor, patient=patient.pk).status_code == 302


def test_who_loses_the_held_time_is_told_who_holds_it(desk, colleague, doctor, patient):
    hold(desk, doctor)
    answer = book(colleague, doctor, patient=patient.pk)
    assert answer.status_code == 409
    assert "Sam Reed holds this time" in answer.content.decode()


def test_taking_an_alternative_gives_up_the_hold_once_that_is_booked(desk, doctor, patient):
    hold(desk, doctor)
    held = Appointment.objects.get()
    facility = doctor.facilities.get()
    outside = f"{doctor.pk}|{iso(in_days(1, 21, facility=facility))}"
    refused = book(desk, doctor, patient=patient.pk, hold=held.pk, slot=outside)
    assert f'name="hold" value="{held.pk}"' in refused.content.decode()
    held.refresh_from_db()
    assert held.status == "pending"
    other = f"{doctor.pk}|{iso(in_days(1, 11, facility=facility))}"
    assert book(desk, doctor, patient=patient.pk, hold=held.pk, slot=other).status_code == 302
    held.refresh_from_db()
    assert held.status == "cancelled"


def test_a_series_does_not_stumble_over_the_hold_of_its_first_date(desk, doctor):
    hold(desk, doctor)
    facility = doctor.facilities.get()
    desk.post(f"/facilities/{facility.pk}/series/", slot(doctor, facility, repeat=1))
    assert not Appointment.objects.holding_time().exists()


def test_a_hold_is_released_quietly_when_its_form_is_closed(desk, doctor):
    hold(desk, doctor)
    held = Appointment.objects.get()
    assert release(desk, held, quietly=1).status_code == 204
    assert release(desk, held, quietly=1).status_code == 204
    held.refresh_from_db()
    assert held.status == "cancelled"


def test_a_hold_is_released_by_its_button(desk, doctor):
    hold(desk, doctor)
    answer = release(desk, Appointment.objects.get())
    assert answer.status_code == 302
    assert "is free again" in desk.get(answer.url).content.decode()
    again = release(desk, Appointment.objects.get())
    assert again.status_code == 422
    assert "not held any more" in again.content.decode()


def test_a_booking_is_never_released(desk, doctor, patient):
    booked = AppointmentFactory(
        facility=doctor.facilities.get(), doctor=doctor, patient=patient, by=None
    )
    assert release(desk, booked, quietly=1).status_code == 204
    booked.refresh_from_db()
    assert booked.status == "booked"


def test_somebody_else_s_hold_is_not_released_but_by_an_administrator(desk, colleague, doctor):
    hold(desk, doctor)
    held = Appointment.objects.get()
    assert release(colleague, held).status_code == 422
    assert release(colleague, held, quietly=1).status_code == 422
    admin = Client()
    admin.force_login(staff_of(doctor.facilities.get(), "admin"))
    assert release(admin, held).status_code == 302


@pytest.mark.parametrize("role", ["doctor", "nurse", "patient"])
def test_other_roles_hold_and_release_nothing(desk, client, doctor, role):
    hold(desk, doctor)
    client.force_login(staff_of(doctor.facilities.get(), role))
    assert hold(client, doctor).status_code == 403
    assert release(client, Appointment.objects.get()).status_code == 403


def test_another_facility_s_times_and_holds_are_not_found(desk, client, doctor):
    hold(desk, doctor)
    client.force_login(staff_of(FacilityFactory()))
    assert hold(client, doctor).status_code == 404
    assert release(client, Appointment.objects.get()).status_code == 404


def test_holding_and_releasing_are_posted(desk, doctor):
    hold(desk, doctor)
    assert desk.get(f"/facilities/{doctor.facilities.get().pk}/hold/").status_code == 405
    assert desk.get(f"/holds/{Appointment.objects.get().pk}/release/").status_code == 405


def test_an_expired_hold_shows_no_more(desk, colleague, doctor):
    hold(desk, doctor)
    past = timezone.now() - timedelta(seconds=1)
    Appointment.objects.update(hold_expires_at=past)
    assert "Held for you" not in opened(desk, doctor).content.decode()
    assert opened(colleague, doctor).status_code == 200
    assert hold(colleague, doctor).status_code == 200
