"""POSTs of charts that are sent twice: what is kept for the second says nothing of the chart."""

import pytest
from django.db import connection

from api.models import IdempotencyKey
from facilities.tests.api import api
from facilities.tests.factories import FacilityFactory
from patients.models import Patient
from patients.tests.factories import PatientFactory
from records.models import MedicalRecord
from records.tests.factories import SignedFactory, doctor_user

pytestmark = pytest.mark.django_db

NOTES, ALLERGIES = "/api/v1/medical-records", "/api/v1/allergies"
ONCE = {"Idempotency-Key": "once"}


@pytest.fixture
def author():
    return doctor_user(FacilityFactory())


@pytest.fixture
def doctor(author):
    return api(author)


@pytest.fixture
def patient(author):
    return PatientFactory(facility=author.facilities.get())


def kept() -> str:
    """Return all that is kept with keys, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(k::text, '') FROM api_idempotencykey k")
        return str(cursor.fetchone()[0])


def test_what_a_note_says_is_kept_in_no_second_place(doctor, patient):
    given = {"patient_id": patient.pk, "notes": "Coughs at night."}
    first, second = (doctor.post(NOTES, given, headers=ONCE) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201), first.json()
    assert second.json() == first.json()
    assert second["Idempotent-Replayed"] == "true"
    assert (second["ETag"], second["Location"]) == (first["ETag"], first["Location"])
    assert "Coughs" not in kept()
    assert patient.family_name not in kept()


def test_the_second_answer_is_the_row_as_it_is_by_then(doctor, author, patient):
    given = {"patient_id": patient.pk, "notes": "Coughs at night."}
    made = doctor.post(NOTES, given, headers=ONCE)
    note = MedicalRecord.objects.get()
    note.save_draft(by=author, revision=note.revision, notes="Sleeps well.")
    again = doctor.post(NOTES, given, headers=ONCE)
    assert (again.status_code, again.json()["notes"]) == (201, "Sleeps well.")
    assert again["ETag"] == doctor.get(made["Location"])["ETag"]
    assert MedicalRecord.objects.count() == 1


def test_an_amendment_is_begun_once_and_answered_twice(doctor, author, patient):
    note = SignedFactory(patient=patient, facility=patient.facility, by=author)
    said = {"reason": "Typing error"}
    first, second = (doctor.post(f"{NOTES}/{note.pk}/amend", said, headers=ONCE) for _ in range(2))
    assert (first.status_code, second.json()) == (201, first.json())
    assert second.json()["version"] == 2
    assert "Typing error" not in kept()


def test_a_chart_that_was_closed_meanwhile_is_not_repeated(doctor, patient):
    given = {"patient_id": patient.pk, "description": "Latex"}
    assert doctor.post(ALLERGIES, given, headers=ONCE).status_code == 201
    Patient.objects.filter(pk=patient.pk).update(facility=FacilityFactory())
    assert doctor.post(ALLERGIES, given, headers=ONCE).status_code == 404
    assert IdempotencyKey.objects.count() == 1
