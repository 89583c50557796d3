"""Notes by the API: drafted, signed, amended."""

import pytest

from facilities.tests.api import api, current
from facilities.tests.factories import FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from records.models import MedicalRecord
from records.tests.factories import (
    DraftFactory,
    SignedFactory,
    amended,
    doctor_user,
)
from scheduling.tests.factories import AppointmentFactory

pytestmark = pytest.mark.django_db

NOTES = "/api/v1/medical-records"


@pytest.fixture
def facility():
    return FacilityFactory(name="Riverside")


@pytest.fixture
def patient(facility):
    return PatientFactory(facility=facility)


@pytest.fixture
def author(facility):
    return doctor_user(facility)


@pytest.fixture
def doctor(author):
    return api(author)


@pytest.fixture
def signed(facility, patient, author):
    return SignedFactory(facility=facility, patient=patient, by=author)


def owner(patient):
    """Return a client that is signed in as the patient."""
    client = api(role="patient")
    patient.user = client.handler._force_user
    patient.save()
    return client


def test_a_note_is_drafted_saved_and_signed(doctor, author, facility, patient):
    visit = AppointmentFactory(facility=facility, doctor=author.doctor, patient=patient)
    made = doctor.post(
        NOTES, {"patient_id": patient.pk, "appointment_id": visit.pk, "notes": "Cough."}
    )
    assert made.status_code == 201, made.json()
    address = made["Location"]
    assert address.endswith(f"{NOTES}/{made.json()['id']}")
    saved = doctor.patch(address, {"diagnosis": "Bronchitis"}, headers=current(doctor, address))
    assert saved.status_code == 200, saved.json()
    done = doctor.post(f"{address}/sign", headers={"If-Match": saved["ETag"]})
    assert done.status_code == 200, done.json()
    note = done.json()
    assert (note["diagnosis"], note["notes"], note["version"]) == ("Bronchitis", "Cough.", 1)
    assert (note["doctor_name"], note["facility_name"]) == (str(author.doctor), "Riverside")
    assert (note["is_signed"], note["is_newest"], note["signed_by_name"]) == (
        *(True, True, str(author)),
    )
    assert note["appointment_id"] == visit.pk
    assert MedicalRecord.objects.get().is_signed


def test_a_signed_note_is_changed_no_more(doctor, signed):
    address = f"{NOTES}/{signed.pk}"
    refused = doctor.patch(address, {"notes": "x"}, headers=current(doctor, address))
    assert (refused.status_code, refused.json()["code"]) == (409, "signed")
    assert doctor.post(f"{address}/sign").json()["code"] == "signed"
    assert doctor.delete(address).status_code == 405
    signed.refresh_from_db()
    assert signed.notes == "Lungs clear."


def test_of_two_who_read_a_draft_one_saves_it(doctor, author, facility, patient):
    draft = DraftFactory(facility=facility, patient=patient, by=author)
    address = f"{NOTES}/{draft.pk}"
    read = current(doctor, address)
    assert doctor.patch(address, {"notes": "One"}, headers=read).status_code == 200
    assert doctor.patch(address, {"notes": "Two"}, headers=read).status_code == 412
    assert doctor.post(f"{address}/sign", headers=read).status_code == 412
    assert doctor.patch(address, {"notes": "Two"}).status_code == 428
    draft.refresh_from_db()
    assert (draft.notes, draft.is_signed) == ("One", False)


def test_an_empty_draft_is_not_signed(doctor, patient):
    made = doctor.post(NOTES, {"patient_id": patient.pk})
    refused = doctor.post(f"{made['Location']}/sign")
    assert (refused.status_code, refused.json()["code"]) == (400, "empty")


def test_a_visit_has_one_draft_which_is_never_written_over(doctor, author, facility, patient):
    visit = AppointmentFactory(facility=facility, doctor=author.doctor, patient=patient)
    given = {"patient_id": patient.pk, "appointment_id": visit.pk, "notes": "First"}
    first = doctor.post(NOTES, given).json()
    refused = doctor.post(NOTES, given | {"notes": "Second"})
    assert (refused.status_code, refused.json()["code"]) == (409, "draft_open")
    assert refused.json()["draft_id"] == first["id"]
    assert MedicalRecord.objects.get().notes == "First"


def test_an_amendment_that_is_open_is_not_written_over(doctor, author, facility, patient):
    visit = AppointmentFactory(facility=facility, doctor=author.doctor, patient=patient)
    given = {"patient_id": patient.pk, "appointment_id": visit.pk, "notes": "Cough."}
    first = doctor.post(NOTES, given)
    assert doctor.post(f"{first['Location']}/sign").status_code == 200
    amendment = doctor.post(f"{first['Location']}/amend", {"reason": "Typing error"}).json()
    refused = doctor.post(NOTES, given | {"notes": "Another"})
    assert (refused.status_code, refused.json()["code"]) == (409, "draft_open")
    assert refused.json()["draft_id"] == amendment["id"]
    assert MedicalRecord.objects.get(pk=amendment["id"]).notes == "Cough."


def test_a_note_is_amended_by_a_version_with_a_reason(doctor, signed):
    address = f"{NOTES}/{signed.pk}"
    assert doctor.post(f"{address}/amend", {}).status_code == 400
    begun = doctor.post(f"{address}/amend", {"reason": "Typing error"})
    assert begun.status_code == 201, begun.json()
    assert (begun.json()["version"], begun.json()["amends_id"]) == (2, signed.pk)
    assert begun.json()["notes"] == "Lungs clear."
    again = doctor.post(f"{address}/amend", {"reason": "Typing error"})
    assert (again.status_code, again.json()["code"]) == (409, "draft_open")
    assert again.json()["draft_id"] == begun.json()["id"]
    unsigned = doctor.post(f"{begun['Location']}/amend", {"reason": "Once more"})
    assert (unsigned.status_code, unsigned.json()["code"]) == (409, "not_amendable")
    assert doctor.get(address).json()["is_newest"] is True
    assert doctor.post(f"{begun['Location']}/sign").status_code == 200
    assert doctor.get(address).json()["is_newest"] is False
    versions = doctor.get(f"{address}/versions").json()["results"]
    assert [each["id"] for each in versions] == [begun.json()["id"], signed.pk]
    newest = doctor.get(f"{NOTES}?newest=true").json()["results"]
    assert [each["id"] for each in newest] == [begun.json()["id"]]


def test_an_amendment_of_another_blocks_nobody_until_it_is_signed(doctor, facility, signed):
    address, said = f"{NOTES}/{signed.pk}/amend", {"reason": "Typing error"}
    mine = doctor.post(address, said)
    colleague = api(doctor_user(facility))
    theirs = colleague.post(address, said)
    assert (mine.status_code, theirs.status_code) == (201, 201), theirs.json()
    assert colleague.post(f"{theirs['Location']}/sign").status_code == 200
    for refused in (doctor.post(f"{mine['Location']}/sign"), colleague.post(address, said)):
        assert (refused.status_code, refused.json()["code"]) == (409, "amended_already")
    assert doctor.post(f"{mine['Location']}/entered-in-error", said).status_code == 200


def test_a_draft_is_its_authors_alone(author, facility, patient):
    draft = DraftFactory(facility=facility, patient=patient, by=author)
    colleague = api(doctor_user(facility))
    address = f"{NOTES}/{draft.pk}"
    assert colleague.get(address).status_code == 404
    assert colleague.patch(address, {"notes": "x"}, headers={"If-Match": "*"}).status_code == 404
    assert colleague.get(NOTES).json()["results"] == []


def test_a_colleague_reads_a_signed_note_and_signs_none_of_others(facility, signed):
    colleague = api(doctor_user(facility))
    address = f"{NOTES}/{signed.pk}"
    assert colleague.get(address).status_code == 200
    refused = colleague.post(f"{address}/sign")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_yours")


def test_a_nurse_reads_notes_and_writes_none(facility, patient, signed):
    nurse = api(staff_of(facility, "nurse"))
    assert nurse.get(f"{NOTES}/{signed.pk}").status_code == 200
    assert nurse.post(NOTES, {"patient_id": patient.pk}).status_code == 403
    for step in ("sign", "amend", "entered-in-error"):
        assert nurse.post(f"{NOTES}/{signed.pk}/{step}", {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("role", ["admin", "receptionist"])
def test_notes_are_closed_to_the_desk(facility, signed, role):
    client = api(staff_of(facility, role) if role == "receptionist" else None, role=role)
    assert client.get(f"{NOTES}/{signed.pk}").status_code == 403
    assert client.get(NOTES).status_code == 403


def test_a_patient_reads_what_counts_of_their_own(author, facility, patient, signed):
    newest = amended(signed, notes="Lungs clear on both sides.")
    DraftFactory(facility=facility, patient=patient, by=author)
    SignedFactory(facility=facility)
    client = owner(patient)
    for address in (NOTES, f"/api/v1/patients/{patient.pk}/medical-records"):
        shown = client.get(address).json()["results"]
        assert [each["id"] for each in shown] == [newest.pk]
    assert client.get(f"{NOTES}/{signed.pk}").status_code == 404
    assert client.post(NOTES, {"patient_id": patient.pk}).status_code == 403
    assert client.post(f"{NOTES}/{newest.pk}/sign").status_code == 403


def test_a_patients_copy_hears_that_a_note_was_wrong(patient, signed):
    client = owner(patient)
    copy = client.get(f"{NOTES}?updated_since=2020-01-01T00:00:00Z").json()
    assert [each["id"] for each in copy["results"]] == [signed.pk]
    signed.mark_entered_in_error(by=signed.recorded_by, reason="Another patient")
    changes = client.get(NOTES, {"updated_since": copy["updated_since"]}).json()["results"]
    assert changes == [{"id": signed.pk, "deleted": True}]


def test_a_visit_of_another_patient_is_refused(doctor, author, facility, patient):
    visit = AppointmentFactory(facility=facility, doctor=author.doctor)
    refused = doctor.post(NOTES, {"patient_id": patient.pk, "appointment_id": visit.pk})
    assert (refused.status_code, refused.json()["code"]) == (400, "other_patient")
    elsewhere = AppointmentFactory()
    refused = doctor.post(NOTES, {"patient_id": patient.pk, "appointment_id": elsewhere.pk})
    assert refused.json()["errors"][0]["field"] == "appointment_id"
    assert not MedicalRecord.objects.exists()


def test_a_doctors_account_without_a_doctor_is_told_so(facility, patient):
    refused = api(staff_of(facility, "doctor")).post(NOTES, {"patient_id": patient.pk})
    assert (refused.status_code, refused.json()["code"]) == (400, "no_doctor")
