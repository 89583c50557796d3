"""The time chosen for a walk-in: it stays chosen for as long as it can be had."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from facilities.models import Doctor, Facility
from facilities.tests.factories import staff_of
from patients.tests.factories import PatientFactory
from scheduling.availability import on_grid
from scheduling.models import Appointment, TimeOff
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    early_facility,
    in_days,
    working_doctor,
)
from scheduling.views import overriding

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility() -> Facility:
    return early_facility()


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility)


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


def named(doctor: Doctor, at: datetime) -> str:
    return f"{doctor.pk}|{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def press(desk: Client, facility: Facility, **sent: Any) -> Any:
    url = f"/facilities/{facility.pk}/walk-in/"
    return desk.post(url, sent, headers={"HX-Request": "true"})


def just_begun(facility: Facility, minutes: int) -> datetime:
    """Return a start on the grid that passed at most so many minutes ago."""
    next_step = on_grid(timezone.now(), timedelta(minutes=5), facility.tz)
    return next_step - timedelta(minutes=minutes)


def at_any_hour(doctor: Doctor) -> Doctor:
    doctor.working_hours.update(starts_at="00:00", ends_at="23:59:59")
    return doctor


def test_a_time_that_has_just_passed_is_booked(desk, facility, doctor):
    begun = just_begun(facility, 5)
    patient = PatientFactory(facility=facility)
    page = press(desk, facility, pick=patient.pk, time=named(at_any_hour(doctor), begun))
    visit = Appointment.objects.get()
    assert page.status_code == 200
    assert (visit.starts_at, visit.status) == (begun, "arrived")


def test_a_time_that_passed_long_ago_is_refused(desk, facility, doctor):
    begun = just_begun(facility, 30)
    patient = PatientFactory(facility=facility)
    page = press(desk, facility, pick=patient.pk, time=named(at_any_hour(doctor), begun))
    assert page.status_code == 422
    assert "That time has passed" in page.content.decode()
    assert not Appointment.objects.exists()


def test_a_time_of_another_day_is_refused_and_not_booked(desk, facility, doctor):
    tomorrow = in_days(1, 9, facility=facility)
    patient = PatientFactory(facility=facility)
    page = press(desk, facility, pick=patient.pk, time=named(doctor, tomorrow))
    assert page.status_code == 422
    assert not Appointment.objects.exists()


def test_a_chosen_time_is_booked_although_an_earlier_one_is_free_now(desk, facility, doctor):
    chosen = in_days(0, 10, 30, facility=facility)
    patient = PatientFactory(facility=facility)
    assert press(desk, facility, pick=patient.pk, time=named(doctor, chosen)).status_code == 200
    assert Appointment.objects.get().starts_at == chosen


def test_while_somebody_is_looked_for_the_chosen_time_stays_chosen(desk, facility, doctor):
    chosen = named(doctor, in_days(0, 10, 30, facility=facility))
    page = press(desk, facility, q="nobody", find=1, time=chosen).content.decode()
    assert "has just been taken" not in page
    assert f'value="{chosen}" checked' in page
    assert page.count('name="time"') == 2


def test_a_chosen_time_is_given_up_where_another_type_does_not_fit(desk, facility, doctor):
    chosen = in_days(0, 10, 30, facility=facility)
    AppointmentFactory(facility=facility, doctor=doctor, starts_at=chosen + timedelta(minutes=30))
    long = AppointmentTypeFactory(duration_minutes=60)
    page = press(desk, facility, times=1, time=named(doctor, chosen), type=long.pk)
    assert named(doctor, chosen) not in page.content.decode()
    kept = press(desk, facility, times=1, time=named(doctor, chosen))
    assert f'value="{named(doctor, chosen)}" checked' in kept.content.decode()


def test_on_a_full_day_who_may_overbook_is_led_to_the_booking_form(
    client, facility, doctor, monkeypatch
):
    patient, off = PatientFactory(facility=facility), working_doctor(facility)
    off.working_hours.all().delete()
    TimeOff.objects.create(
        doctor=doctor,
        starts_at=in_days(0, 0, facility=facility),
        ends_at=in_days(1, 0, facility=facility),
    )
    address = f"/facilities/{facility.pk}/walk-in/?for={patient.pk}"
    link = re.compile(rf'href="(/facilities/{facility.pk}/book/[^"]*)"')
    client.force_login(staff_of(facility))
    page = client.get(address).content.decode()
    (there,) = (unescape(found) for found in link.findall(page))
    assert f"doctor={doctor.pk}" in there
    assert f"for={patient.pk}" in there
    assert client.get(there).status_code == 200
    monkeypatch.setattr(overriding, "PERMISSION", "scheduling.nobody_has_this")
    assert not link.search(client.get(address).content.decode())
