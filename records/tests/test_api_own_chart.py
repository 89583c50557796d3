"""By the API, patients read what is in force of their own chart, and write nothing there."""

import pytest

from accounts.tests.clients import client_of
from accounts.tests.factories import UserFactory
from patients.tests.factories import PatientFactory
from records.tests.factories import (
    AllergyFactory,
    ConditionFactory,
    DocumentFactory,
    EncounterFactory,
    HealthSummaryFactory,
    MedicationFactory,
)

pytestmark = pytest.mark.django_db

KINDS = {
    "allergies": AllergyFactory,
    "conditions": ConditionFactory,
    "medications": MedicationFactory,
    "documents": DocumentFactory,
    "health-summaries": HealthSummaryFactory,
    "encounters": EncounterFactory,
}


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def patient():
    return PatientFactory(user=UserFactory(role="patient"))


@pytest.fixture
def owner(patient):
    return client_of(patient.user)


@pytest.mark.parametrize("kind", KINDS)
def test_patients_read_their_own_and_nobody_elses(owner, patient, kind):
    own, other = KINDS[kind](patient=patient), KINDS[kind]()
    for address in (f"/api/v1/{kind}", f"/api/v1/patients/{patient.pk}/{kind}"):
        assert [row["id"] for row in owner.get(address).json()["results"]] == [own.pk]
    assert owner.get(f"/api/v1/{kind}/{own.pk}").status_code == 200
    assert owner.get(f"/api/v1/{kind}/{other.pk}").status_code == 404
    assert owner.get(f"/api/v1/patients/{other.patient_id}/{kind}").status_code == 404
    assert owner.post(f"/api/v1/{kind}", {"patient_id": patient.pk}).status_code in (403, 405)


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"encounters"}))
def test_what_was_wrong_is_read_no_more_and_a_copy_hears_of_it(owner, patient, kind):
    row = KINDS[kind](patient=patient)
    address = f"/api/v1/{kind}"
    copy = owner.get(f"{address}?updated_since=2020-01-01T00:00:00Z").json()
    assert [each["id"] for each in copy["results"]] == [row.pk]
    row.mark_entered_in_error(by=row.recorded_by, reason="Another patient")
    assert owner.get(address).json()["results"] == []
    assert owner.get(f"{address}/{row.pk}").status_code == 404
    changes = owner.get(address, {"updated_since": copy["updated_since"]}).json()["results"]
    assert changes == [{"id": row.pk, "deleted": True}]


def test_a_document_of_ones_own_is_downloaded(owner, patient):
    own, other = DocumentFactory(patient=patient), DocumentFactory()
    answer = owner.get(f"/api/v1/documents/{own.pk}/content")
    assert answer.getvalue().startswith(b"%PDF")
    assert owner.get(f"/api/v1/documents/{other.pk}/content").status_code == 404
