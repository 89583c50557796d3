"""Allergies, conditions and medications by the API."""

import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone

from facilities.tests.api import api, current
from facilities.tests.factories import FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from records.models import Allergy, Condition, Medication
from records.tests.factories import (
    AllergyFactory,
    ConditionFactory,
    EncounterFactory,
    MedicationFactory,
    doctor_user,
)

pytestmark = pytest.mark.django_db

ALLERGIES, CONDITIONS = "/api/v1/allergies", "/api/v1/conditions"
MEDICATIONS = "/api/v1/medications"


@pytest.fixture
def facility():
    return FacilityFactory(name="Riverside")


@pytest.fixture
def patient(facility):
    return PatientFactory(facility=facility)


@pytest.fixture
def doctor(facility):
    return api(doctor_user(facility))


@pytest.fixture
def nurse(facility):
    return api(staff_of(facility, "nurse"))


def test_an_allergy_is_added_and_read_with_names_beside_ids(doctor, patient):
    given = {
        "patient_id": patient.pk,
        "encounter_id": EncounterFactory(patient=patient, facility=patient.facility).pk,
        "description": "Penicillin G",
        "code": "7980",
        "system": "RxNorm",
        "type": "allergy",
        "category": "medication",
        "reactions": [{"code": "", "description": "Wheal", "severity": "severe"}],
        "onset_on": "2011-03-02",
    }
    made = doctor.post(ALLERGIES, given)
    assert made.status_code == 201, made.json()
    row = Allergy.objects.get()
    read = doctor.get(made["Location"])
    assert (read["ETag"], read.json()) == (made["ETag"], made.json())
    assert read.json() == given | {
        "id": row.pk,
        "patient_name": str(patient),
        "facility_id": patient.facility_id,
        "facility_name": "Riverside",
        "abated_on": None,
        "ended_by_name": None,
        "is_active": True,
        "recorded_by_name": str(row.recorded_by),
        "recorded_at": read.json()["recorded_at"],
        "updated_at": read.json()["updated_at"],
        "error_at": None,
        "error_by_name": None,
        "error_reason": "",
    }
    assert row.is_severe


def test_a_nurse_adds_allergies_and_no_conditions(nurse, patient):
    given = {"patient_id": patient.pk, "description": "Latex"}
    assert nurse.post(ALLERGIES, given).status_code == 201
    assert nurse.post(CONDITIONS, given).status_code == 403
    assert nurse.post(MEDICATIONS, given).status_code == 403
    assert not Condition.objects.exists()


@pytest.mark.parametrize("role", ["admin", "receptionist"])
def test_charts_are_closed_to_others(role, facility, patient):
    row = AllergyFactory(patient=patient, facility=facility)
    client = api(staff_of(facility, role) if role == "receptionist" else None, role=role)
    for address in (ALLERGIES, f"{ALLERGIES}/{row.pk}", f"/api/v1/patients/{patient.pk}/allergies"):
        assert client.get(address).status_code == 403, address


def test_another_facilitys_rows_are_nowhere(doctor, patient):
    other = AllergyFactory()
    assert doctor.get(f"{ALLERGIES}/{other.pk}").status_code == 404
    assert doctor.get(ALLERGIES).json()["results"] == []
    assert doctor.get(f"/api/v1/patients/{other.patient_id}/allergies").status_code == 404
    refused = doctor.post(ALLERGIES, {"patient_id": other.patient_id, "description": "Latex"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "patient_id")
    encounter = EncounterFactory(facility=patient.facility)
    of_other = {"patient_id": patient.pk, "description": "Latex", "encounter_id": encounter.pk}
    refused = doctor.post(ALLERGIES, of_other)
    assert (refused.status_code, refused.json()["code"]) == (400, "other_patient")
    assert Allergy.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"description": ""}, "description"),
        ({"code": "7 980"}, "code"),
        ({"category": "mood"}, "category"),
        ({"onset_on": "03/02/2011"}, "onset_on"),
        ({"reactions": [{"description": ""}]}, "reactions.0.description"),
        ({"reactions": [{"description": "Wheal", "severity": "bad"}]}, "reactions.0.severity"),
        ({"abated": "2011-03-02"}, "abated"),
    ],
)
def test_what_is_not_right_is_refused_by_field(doctor, patient, said, field):
    given = {"patient_id": patient.pk, "description": "Latex"} | said
    refused = doctor.post(ALLERGIES, given)
    assert refused.status_code == 400
    assert [each["field"] for each in refused.json()["errors"]] == [field]
    assert not Allergy.objects.exists()


def test_a_finding_ends_once_by_who_read_it(doctor, facility, patient):
    row = ConditionFactory(patient=patient, facility=facility, onset_on=date(2024, 1, 2))
    address, over = f"{CONDITIONS}/{row.pk}", {"abated_on": "2024-03-04"}
    assert doctor.patch(address, over).status_code == 428
    read = current(doctor, address)
    early = doctor.patch(address, {"abated_on": "2023-03-04"}, headers=read)
    assert (early.status_code, early.json()["code"]) == (400, "ends_before_start")
    ended = doctor.patch(address, over, headers=read)
    assert (ended.status_code, ended.json()["abated_on"]) == (200, "2024-03-04"), ended.json()
    assert ended.json()["is_active"] is False
    assert ended.json()["ended_by_name"]
    assert doctor.patch(address, over, headers=read).status_code == 412
    again = doctor.patch(address, over, headers=current(doctor, address))
    assert (again.status_code, again.json()["code"]) == (409, "ended_already")


def test_a_medication_is_stopped(doctor, facility, patient):
    row = MedicationFactory(patient=patient, facility=facility)
    address = f"{MEDICATIONS}/{row.pk}"
    stopped = doctor.patch(
        address, {"stops_at": "2026-03-04T10:00:00-05:00"}, headers=current(doctor, address)
    )
    assert stopped.json()["stops_at"] == "2026-03-04T15:00:00Z"
    naive = {"stops_at": "2026-03-04T10:00:00"}
    refused = doctor.patch(address, naive, headers=current(doctor, address))
    assert refused.json()["errors"][0]["code"] == "no_offset"
    assert not Medication.objects.active().exists()


def test_what_is_wrong_is_marked_once_by_its_author_or_a_doctor(doctor, nurse, facility, patient):
    row = AllergyFactory(patient=patient, facility=facility)
    address = f"{ALLERGIES}/{row.pk}"
    said = {"reason": "Another patient"}
    refused = nurse.post(f"{address}/entered-in-error", said)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_yours")
    assert doctor.post(f"{address}/entered-in-error", {"reason": " "}).status_code == 400
    marked = doctor.post(f"{address}/entered-in-error", said)
    assert marked.status_code == 200, marked.json()
    assert marked.json()["error_reason"] == "Another patient"
    assert marked.json()["error_at"]
    again = doctor.post(f"{address}/entered-in-error", said)
    assert (again.status_code, again.json()["code"]) == (409, "entered_in_error")
    over = doctor.patch(address, {"abated_on": "2026-03-04"}, headers=current(doctor, address))
    assert over.status_code == 409
    assert doctor.delete(address).status_code == 405
    assert doctor.put(address, {}).status_code == 405


def test_a_list_is_filtered_by_what_is_allowed(doctor, facility, patient):
    active = ConditionFactory(patient=patient, facility=facility)
    over = ConditionFactory(patient=patient, facility=facility)
    over.end(date(2026, 1, 1), by=over.recorded_by)
    wrong = ConditionFactory(facility=facility)
    wrong.mark_entered_in_error(by=wrong.recorded_by, reason="Wrong")

    def ids(asked: str) -> set:
        answer = doctor.get(f"{CONDITIONS}?{asked}")
        assert answer.status_code == 200, answer.json()
        return {row["id"] for row in answer.json()["results"]}

    assert ids("is_active=true") == {active.pk}
    assert ids("is_active=false") == {over.pk, wrong.pk}
    assert ids("in_error=true") == {wrong.pk}
    assert ids("in_error=false") == {active.pk, over.pk}
    assert ids(f"patient={patient.pk}&ordering=-id") == {active.pk, over.pk}
    for asked in ("patient=0", "is_active=perhaps", "color=red", "ordering=note"):
        assert doctor.get(f"{CONDITIONS}?{asked}").status_code == 400, asked


def test_a_copy_hears_of_what_was_marked_wrong(doctor, facility, patient):
    row = ConditionFactory(patient=patient, facility=facility)
    since = doctor.get(f"{CONDITIONS}?updated_since=2020-01-01T00:00:00Z").json()
    assert [each["id"] for each in since["results"]] == [row.pk]
    row.mark_entered_in_error(by=row.recorded_by, reason="Wrong")
    asked = {"updated_since": since["updated_since"], "in_error": "false"}
    changes = doctor.get(CONDITIONS, asked).json()["results"]
    assert changes == [{"id": row.pk, "deleted": True}]


def test_a_post_may_be_sent_twice(doctor, patient):
    given = {"patient_id": patient.pk, "description": "Latex"}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first, second = (doctor.post(ALLERGIES, given, headers=key) for _ in range(2))
    assert (first.status_code, second.json()) == (201, first.json())
    assert Allergy.objects.count() == 1
    other = doctor.post(ALLERGIES, given | {"description": "Nuts"}, headers=key)
    assert other.status_code == 422


def test_what_goes_on_until_a_day_to_come_is_not_over_yet(doctor, facility, patient):
    condition = ConditionFactory(facility=facility, patient=patient)
    medication = MedicationFactory(facility=facility, patient=patient)
    later = timezone.now() + timedelta(days=3)
    for address, over in (
        (f"{CONDITIONS}/{condition.pk}", {"abated_on": f"{later:%Y-%m-%d}"}),
        (f"/api/v1/medications/{medication.pk}", {"stops_at": later.isoformat()}),
    ):
        refused = doctor.patch(address, over, headers=current(doctor, address))
        assert (refused.status_code, refused.json()["code"]) == (400, "ahead"), refused.json()
        assert doctor.get(address).json()["is_active"]


def test_nothing_has_been_so_since_a_day_to_come(doctor, patient):
    given = {"patient_id": patient.pk, "description": "Asthma"}
    for address, name, since in (
        (ALLERGIES, "onset_on", "2090-01-01"),
        (CONDITIONS, "onset_on", "2090-01-01"),
        (MEDICATIONS, "starts_at", "2090-01-01T00:00:00Z"),
    ):
        refused = doctor.post(address, given | {name: since})
        assert refused.status_code == 400
        found = [(each["field"], each["code"]) for each in refused.json()["errors"]]
        assert found == [(name, "ahead")]
