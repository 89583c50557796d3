"""Documents by the API: uploaded as a form, downloaded as a file."""

import uuid
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from facilities.tests.api import api
from facilities.tests.factories import FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from records.models import Document
from records.tests.factories import DocumentFactory, pdf, png
from records.tests.test_document_files import no_room

pytestmark = pytest.mark.django_db

DOCUMENTS = "/api/v1/documents"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def facility():
    return FacilityFactory(name="Riverside")


@pytest.fixture
def patient(facility):
    return PatientFactory(facility=facility)


@pytest.fixture
def nurse(facility):
    return api(staff_of(facility, "nurse"))


def send(client, patient, data, key="", **said):
    form = {
        "patient_id": patient.pk,
        "title": "Blood count",
        "kind": "lab-report",
        "file": SimpleUploadedFile("../scan.exe", data, "text/html"),
    }
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(DOCUMENTS, form | said, format="multipart", headers=headers)


def kept(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("data", "kind", "ending"),
    [(pdf(), "application/pdf", "pdf"), (png(), "image/png", "png")],
    ids=["pdf", "png"],
)
def test_a_document_is_uploaded_and_downloaded_as_it_came(nurse, patient, data, kind, ending):
    made = send(nurse, patient, data)
    assert made.status_code == 201, made.json()
    shown = made.json()
    assert (shown["title"], shown["kind"], shown["content_type"], shown["size"]) == (
        *("Blood count", "lab-report", kind, len(data)),
    )
    assert nurse.get(made["Location"]).json() == shown
    answer = nurse.get(shown["content"], headers={"Accept": kind})
    assert (answer.status_code, answer.getvalue()) == (200, data)
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (
        *(kind, f'attachment; filename="document-{shown["id"]}.{ending}"'),
    )
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == (
        *("nosniff", "private, no-store"),
    )
    again = nurse.get(shown["content"], headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"<svg onload='alert(1)'/>", "unusable"),
        (pdf(after=b"<script>"), "unusable"),
        (png()[:-4], "unusable"),
        (b"MZ" + b"\0" * 64, "unusable"),
    ],
    ids=["empty", "svg", "pdf and more", "half a png", "a program"],
)
def test_what_is_no_document_leaves_nothing(nurse, patient, media, data, code):
    refused = send(nurse, patient, data)
    assert refused.status_code == 400
    assert [(e["field"], e["code"]) for e in refused.json()["errors"]] == [("file", code)]
    assert (Document.objects.count(), kept(media)) == (0, [])


def test_a_file_over_the_cap_is_refused(nurse, patient, media, settings):
    settings.DOCUMENT_MOST_BYTES = 1024**2
    refused = send(nurse, patient, pdf() + b" " * 1024**2)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "too_large"
    assert kept(media) == []


def test_a_full_disk_keeps_neither_row_nor_file(nurse, patient, media):
    with no_room():
        refused = send(nurse, patient, pdf())
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (507, "disk_full")
    assert (Document.objects.count(), kept(media)) == (0, [])


@pytest.mark.parametrize("said", [{"title": ""}, {"kind": "gossip"}, {"patient_id": 0}])
def test_what_is_not_right_is_refused_by_field(nurse, patient, media, said):
    refused = send(nurse, patient, pdf(), **said)
    assert refused.status_code == 400
    assert [each["field"] for each in refused.json()["errors"]] == [*said]
    assert kept(media) == []


def test_an_upload_may_be_sent_twice_with_the_same_file_alone(nurse, patient, media):
    key = str(uuid.uuid4())
    first, second = (send(nurse, patient, pdf(), key=key) for _ in range(2))
    assert (first.status_code, second.json()) == (201, first.json())
    assert second["Idempotent-Replayed"] == "true"
    assert send(nurse, patient, png(), key=key).status_code == 422
    assert (Document.objects.count(), len(kept(media))) == (1, 1)


def test_json_is_no_upload(nurse, patient):
    assert nurse.post(DOCUMENTS, {"patient_id": patient.pk}).status_code == 415


def test_a_document_of_another_facility_is_nowhere(nurse, media):
    other = DocumentFactory()
    assert nurse.get(f"{DOCUMENTS}/{other.pk}").status_code == 404
    assert nurse.get(f"{DOCUMENTS}/{other.pk}/content").status_code == 404
    refused = send(nurse, other.patient, pdf())
    assert refused.json()["errors"][0]["field"] == "patient_id"


@pytest.mark.parametrize("role", ["admin", "receptionist"])
def test_documents_are_closed_to_others(facility, patient, role):
    document = DocumentFactory(facility=facility, patient=patient)
    client = api(staff_of(facility, role) if role == "receptionist" else None, role=role)
    assert client.get(f"{DOCUMENTS}/{document.pk}/content").status_code == 403
    assert send(client, patient, pdf()).status_code == 403


def test_a_document_whose_file_is_gone_is_not_found(nurse, facility, patient):
    document = DocumentFactory(facility=facility, patient=patient)
    Path(document.file.path).unlink()
    assert nurse.get(f"{DOCUMENTS}/{document.pk}/content").status_code == 404
    assert nurse.get(f"{DOCUMENTS}/{document.pk}").status_code == 200


def test_a_document_stays_and_is_marked(nurse, patient, media):
    made = send(nurse, patient, pdf()).json()
    address = f"{DOCUMENTS}/{made['id']}"
    assert nurse.patch(address, {"title": "x"}, format="multipart").status_code == 405
    assert nurse.delete(address).status_code == 405
    marked = nurse.post(f"{address}/entered-in-error", {"reason": "Another patient"})
    assert (marked.status_code, len(kept(media))) == (200, 1), marked.json()
