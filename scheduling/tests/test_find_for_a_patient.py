"""Find a time for a patient who is carried along: near their home, when they are free."""

import pytest
from django.test import Client

from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor
from scheduling.tests.test_find_view import LINCOLN, OMAHA, tomorrow

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory(zip_code=OMAHA)


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility)


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


@pytest.fixture
def patient(facility: Facility) -> Patient:
    return PatientFactory(family_name="Quint", zip_code=LINCOLN, facility=facility)


def test_the_patient_s_zip_code_is_the_start_and_part_of_no_address(desk, patient, doctor):
    page = desk.get("/find/", {"for": patient.pk}).content.decode()
    assert f'value="{LINCOLN}"' in page
    assert "miles</span>" in page
    assert f'method="post" action="/find/?for={patient.pk}"' in page
    assert f"&amp;for={patient.pk}" in page
    addresses = [part.partition('"')[0] for part in page.split('href="')]
    assert not any(LINCOLN in address for address in addresses)


def test_the_search_is_posted(desk, patient, facility, doctor):
    posted = {"first": tomorrow(facility), "zip_code": OMAHA}
    page = desk.post(f"/find/?for={patient.pk}", posted).content.decode()
    assert "under 1 mile" in page
    assert f'value="{LINCOLN}"' not in page


def test_when_the_patient_is_busy_is_not_offered(desk, patient, facility, doctor):
    at = in_days(1, 8, facility=facility)
    AppointmentFactory(facility=facility, patient=patient, starts_at=at)
    page = desk.post(f"/find/?for={patient.pk}", {"first": tomorrow(facility)})
    assert "<strong>8:00 AM" not in page.content.decode()


def test_a_patient_out_of_sight_is_nobody(desk, doctor):
    stranger = PatientFactory(family_name="Unseen", facility=FacilityFactory())
    page = desk.get("/find/", {"for": stranger.pk}).content.decode()
    assert "Unseen" not in page
    assert 'method="get"' in page
