"""A change and the log of what its answer shows are kept together, or neither is."""

import pytest

from audit import reading
from audit.models import AccessEvent
from facilities.tests.api import api, current
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from records.models import Allergy
from records.tests.factories import AllergyFactory, doctor_user
from scheduling.models import Appointment
from scheduling.tests.api import APPOINTMENTS, Place

pytestmark = pytest.mark.django_db

PATIENTS, ALLERGIES = "/api/v1/patients", "/api/v1/allergies"


@pytest.fixture
def no_log(monkeypatch):
    """Return what lets the database cancel each row of the access log."""
    cancelled = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '57014'; END $$"
    return lambda: monkeypatch.setattr(reading, "WRITE", cancelled)


@pytest.fixture
def facility():
    return FacilityFactory()


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "once"}])
def test_a_patient_whose_answer_cannot_be_logged_is_not_registered(facility, no_log, key):
    desk = api(staff_of(facility))
    who = {"given_name": "Ruben", "family_name": "Oakmere", "date_of_birth": "1990-06-01"}
    no_log()
    answer = desk.post(PATIENTS, who | {"facility_id": facility.pk}, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert not Patient.objects.exists()


def test_a_visit_whose_answer_cannot_be_logged_is_not_booked(no_log):
    place = Place()
    desk, said = place.staff(), place.wanted()
    no_log()
    assert desk.post(APPOINTMENTS, said).status_code == 503
    assert not Appointment.objects.exists()


def test_a_finding_whose_answer_cannot_be_logged_is_not_written(facility, no_log):
    patient = PatientFactory(facility=facility)
    doctor = api(doctor_user(facility))
    no_log()
    answer = doctor.post(ALLERGIES, {"patient_id": patient.pk, "description": "Latex"})
    assert answer.status_code == 503
    assert not Allergy.objects.exists()


def test_a_change_whose_answer_cannot_be_logged_is_not_made(facility, no_log):
    row = AllergyFactory(facility=facility)
    doctor = api(doctor_user(facility))
    read = current(doctor, f"{ALLERGIES}/{row.pk}")
    no_log()
    over = doctor.patch(f"{ALLERGIES}/{row.pk}", {"abated_on": "2024-01-01"}, headers=read)
    assert over.status_code == 503
    row.refresh_from_db()
    assert row.is_active


@pytest.mark.django_db(transaction=True)
def test_a_change_is_logged_once_and_a_refused_one_not_at_all(facility):
    patient = PatientFactory(facility=facility)
    desk, there = api(staff_of(facility)), f"{PATIENTS}/{patient.pk}"
    read = current(desk, there)
    seen = AccessEvent.objects.count()
    assert desk.patch(there, {"city": "Omaha"}, headers=read).status_code == 200
    assert AccessEvent.objects.count() == seen + 1
    assert desk.patch(there, {"zip_code": "x"}, headers=current(desk, there)).status_code == 400
    assert AccessEvent.objects.count() == seen + 2  # the reading before


def test_the_methods_that_an_address_allows_stay_what_they_are(facility):
    answer = api(doctor_user(facility)).put(f"{ALLERGIES}/1", {})
    assert answer.status_code == 405
    assert "PUT" not in answer["Allow"]
