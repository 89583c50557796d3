"""From a patient's page to a free time: the board carries the patient along."""

import pytest
from django.test import Client

from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def patient(facility: Facility) -> Patient:
    return PatientFactory(given_name="Zélie", family_name="Quint", facility=facility)


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


def board(desk: Client, facility: Facility, patient: Patient) -> str:
    working_doctor(facility)
    tomorrow = in_days(1, 9, facility=facility).astimezone(facility.tz).date()
    answer = desk.get(f"/desk/{facility.pk}/?date={tomorrow}&for={patient.pk}")
    return answer.content.decode()


def test_the_patient_s_page_leads_to_a_board_for_the_patient(desk, facility, patient):
    assert f"/?for={patient.pk}" in desk.get(patient.get_absolute_url()).content.decode()
    answer = desk.get(f"/?for={patient.pk}")
    assert answer.headers["Location"] == f"/desk/{facility.pk}/?for={patient.pk}"


def test_every_free_time_and_every_other_day_keeps_the_patient(desk, facility, patient):
    page = board(desk, facility, patient)
    assert "Booking for <strong>Zélie Quint</strong>" in page
    assert page.count(f"&amp;for={patient.pk}") >= page.count("starts_at=") + 3


def test_the_booking_form_opens_with_the_patient_chosen(desk, facility, patient):
    doctor = working_doctor(facility)
    starts_at = f"{in_days(1, 9, facility=facility):%Y-%m-%dT%H:%MZ}"
    address = f"/facilities/{facility.pk}/book/"
    page = desk.get(address, {"doctor": doctor.pk, "starts_at": starts_at, "for": patient.pk})
    assert f'name="patient" value="{patient.pk}"' in page.content.decode()


def test_once_booked_the_board_is_for_nobody_any_more(desk, facility, patient):
    doctor = working_doctor(facility)
    starts_at = f"{in_days(1, 9, facility=facility):%Y-%m-%dT%H:%MZ}"
    address = f"/facilities/{facility.pk}/book/?for={patient.pk}"
    typed = {"doctor": doctor.pk, "starts_at": starts_at, "patient": patient.pk, "book": 1}
    answer = desk.post(address, typed, headers={"HX-Request": "true"})
    assert "Booked:" in answer.content.decode()
    assert "Booking for" not in answer.content.decode()


def test_a_patient_out_of_sight_is_nobody(desk, facility):
    stranger = PatientFactory(given_name="Odd", facility=FacilityFactory())
    assert "Booking for" not in board(desk, facility, stranger)


@pytest.mark.parametrize("nonsense", ["x", "-1", "9" * 30, "'; --"])
def test_nonsense_is_nobody(desk, facility, nonsense):
    answer = desk.get(f"/desk/{facility.pk}/", {"for": nonsense})
    assert answer.status_code == 200
    assert "Booking for" not in answer.content.decode()


def test_a_cancelled_visit_is_not_upcoming(desk, facility, patient):
    visit = AppointmentFactory(facility=facility, patient=patient)
    visit.cancel("Patient is ill", by=None)
    page = desk.get(patient.get_absolute_url()).content.decode()
    assert page.index("Past and cancelled") < page.index(visit.get_absolute_url())
