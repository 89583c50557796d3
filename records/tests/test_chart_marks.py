"""Ending what is over in a chart and marking what is wrong, as the browser sends it."""

from typing import Any

import pytest
from django.urls import reverse

from facilities.tests.factories import staff_of
from records.tests.charting import chart, doctor, facility, patient, text
from records.tests.factories import (
    AllergyFactory,
    ConditionFactory,
    DocumentFactory,
    HealthSummaryFactory,
    MedicationFactory,
    SignedFactory,
    doctor_user,
)
from scheduling.tests.factories import early_facility

__all__ = ["doctor", "facility", "patient"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


ENDED = {"allergy": AllergyFactory, "condition": ConditionFactory, "medication": MedicationFactory}


@pytest.mark.parametrize("kind", ENDED)
class TestEnding:
    def test_puts_it_below_what_is_active(self, client, doctor, facility, patient, kind):
        row = ENDED[kind](patient=patient, facility=facility)
        answer = client.post(f"{chart(patient)}{kind}/{row.pk}/end/")
        assert (answer.status_code, answer.url) == (302, f"{chart(patient)}#{kind}")
        row.refresh_from_db()
        assert not row.is_active
        assert row.ended_by == doctor

    def test_twice_is_a_conflict(self, client, doctor, facility, patient, kind):
        row = ENDED[kind](patient=patient, facility=facility)
        client.post(f"{chart(patient)}{kind}/{row.pk}/end/")
        answer = client.post(f"{chart(patient)}{kind}/{row.pk}/end/")
        assert answer.status_code == 409
        assert "ended this already" in text(answer)

    def test_is_for_doctors_who_see_the_patient(self, client, facility, patient, kind):
        row = ENDED[kind](patient=patient, facility=facility)
        other = ENDED[kind]()
        url = f"{chart(patient)}{kind}/{row.pk}/end/"
        for role in ("receptionist", "nurse", "admin", "patient"):
            client.force_login(staff_of(facility, role))
            assert client.post(url).status_code == 403
        client.force_login(doctor_user(early_facility()))
        assert client.post(url).status_code == 404
        client.force_login(doctor_user(facility))
        assert client.get(url).status_code == 405
        assert client.post(f"{chart(patient)}{kind}/{other.pk}/end/").status_code == 404


IN_ERROR = ENDED | {
    "document": DocumentFactory,
    "healthsummary": HealthSummaryFactory,
    "medicalrecord": SignedFactory,
}


@pytest.mark.parametrize("kind", IN_ERROR)
class TestMarkingAsWrong:
    def url(self, row: Any, kind: str) -> str:
        return reverse("records:error", args=[row.patient_id, kind, row.pk])

    def test_keeps_it_to_be_read_with_the_reason(self, client, doctor, facility, patient, kind):
        row = IN_ERROR[kind](patient=patient, facility=facility)
        assert client.get(self.url(row, kind)).status_code == 200
        answer = client.post(self.url(row, kind), {"reason": "Other patient's file"})
        assert answer.status_code == 302
        page = text(client.get(chart(patient)))
        assert "Other patient&#x27;s file" in page

    def test_wants_a_reason(self, client, doctor, facility, patient, kind):
        row = IN_ERROR[kind](patient=patient, facility=facility)
        answer = client.post(self.url(row, kind), {"reason": " "})
        assert answer.status_code == 422
        assert "Say why" in text(answer)

    def test_twice_is_a_conflict(self, client, doctor, facility, patient, kind):
        row = IN_ERROR[kind](patient=patient, facility=facility)
        row.mark_entered_in_error(by=row.recorded_by, reason="Wrong")
        assert client.post(self.url(row, kind), {"reason": "Twice"}).status_code == 409

    def test_is_for_doctors_and_authors_who_see_the_patient(self, client, facility, patient, kind):
        row = IN_ERROR[kind](patient=patient, facility=facility)
        url, said = self.url(row, kind), {"reason": "Wrong"}
        for role in ("receptionist", "admin", "patient"):
            client.force_login(staff_of(facility, role))
            assert client.post(url, said).status_code == 403
        client.force_login(staff_of(facility, "nurse"))
        adds = kind in {"allergy", "document"}
        assert client.post(url, said).status_code == (409 if adds else 403)
        client.force_login(doctor_user(early_facility()))
        assert client.post(url, said).status_code == 404
        client.force_login(doctor_user(facility))
        assert client.delete(url).status_code == 405
        row.refresh_from_db()
        assert not row.is_in_error


def test_a_nurse_marks_what_they_wrote_themselves(client, facility, patient):
    nurse = staff_of(facility, "nurse")
    row = AllergyFactory(patient=patient, facility=facility, recorded_by=nurse)
    client.force_login(nurse)
    url = reverse("records:error", args=[patient.pk, "allergy", row.pk])
    assert client.post(url, {"reason": "Wrong"}).status_code == 302
