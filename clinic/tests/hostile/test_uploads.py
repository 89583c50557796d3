"""Every door for files refuses what is hostile in words, or gives it out inert."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import UserFactory
from clinic.tests.hostile.files import FILES, NAMES
from facilities.tests.factories import FacilityFactory
from patients.models import Patient
from patients.tests.factories import PatientFactory
from records.models import Document
from records.tests.factories import doctor_user, pdf, png
from records.tests.test_document_files import no_room

pytestmark = pytest.mark.django_db

# Files that are what they should be, with something in them that no reader here ever runs.
AS_THEY_CAME = {
    "html inside a PNG",
    "bomb by frames of a PNG",
    "PDF with a script",
    "PDF that starts a program",
    "PDF that carries a file",
}


class Here(NamedTuple):
    """The people who upload, whom about, and where what they upload is kept."""

    doctor: User
    admin: User
    patient: Patient
    media: Path


@pytest.fixture(scope="module")
def here(django_db_setup, django_db_blocker, tmp_path_factory):
    media = tmp_path_factory.mktemp("media")
    with (
        override_settings(MEDIA_ROOT=str(media)),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        # On a busy machine a file may take longer than the server leaves a transaction idle.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        facility = FacilityFactory()
        patient = PatientFactory(facility=facility)
        yield Here(doctor_user(facility), UserFactory(role="admin"), patient, media)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return {what: made() for what, made in FILES.items()}


Door = Callable[[Here, SimpleUploadedFile], Any]


def page(here: Here, file: SimpleUploadedFile) -> Any:
    client = Client()
    client.force_login(here.doctor)
    said = {"title": "Scan", "kind": "letter", "file": file}
    return client.post(reverse("records:upload", args=[here.patient.pk]), said)


def api(here: Here, file: SimpleUploadedFile) -> Any:
    client = APIClient()
    client.force_authenticate(here.doctor)
    said = {"patient_id": here.patient.pk, "title": "Scan", "file": file}
    return client.post("/api/v1/documents", said, format="multipart")


def picture(here: Here, file: SimpleUploadedFile) -> Any:
    client = APIClient()
    client.force_authenticate(User.objects.get(pk=here.doctor.pk))
    return client.put("/api/v1/auth/me/picture", {"picture": file}, format="multipart")


def picture_of_somebody(here: Here, file: SimpleUploadedFile) -> Any:
    """Send it as the body itself, as the administrator."""
    client = APIClient()
    client.force_authenticate(here.admin)
    there = reverse("api-v1:user-picture", args=[here.doctor.pk])
    return client.generic("PUT", there, file.read(), content_type="image/png")


def sheet(model: str) -> Door:
    def send(here: Here, file: SimpleUploadedFile) -> Any:
        client = Client()
        client.force_login(here.admin)
        return client.post(reverse(f"admin:{model}_import"), {"file": file})

    return send


DOORS: dict[str, Door] = {
    "page of documents": page,
    "api of documents": api,
    "own picture": picture,
    "picture of somebody": picture_of_somebody,
    "import of patients": sheet("patients_patient"),
    "import of facilities": sheet("facilities_facility"),
}


def kept(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def emptied(media: Path) -> None:
    """Take away what an earlier answer left, whose row was rolled back."""
    for path in kept(media):
        path.unlink()


def rows() -> int:
    return Document.objects.count() + User.objects.exclude(picture="").count()


def is_refused(answer: Any) -> bool:
    """Say whether an answer refuses in words; an import shows its page again."""
    text = answer.content.decode()
    if answer.status_code == 200:
        return "errorlist" in text and 'name="preview"' not in text
    return answer.status_code in (400, 413, 422) and len(text) > 40


def given_out(here: Here, door: str) -> Any:
    """Return what is sent to whoever asks for what was taken in."""
    client = APIClient()
    client.force_authenticate(User.objects.get(pk=here.doctor.pk))
    if "picture" in door:
        return client.get("/api/v1/auth/me/picture")
    return client.get(reverse("api-v1:documents-content", args=[Document.objects.get().pk]))


def is_inert(answer: Any) -> None:
    """Hold that a browser saves or shows it, and never runs it."""
    assert answer.status_code == 200
    assert answer["Content-Type"] in {"application/pdf", "image/png", "image/jpeg", "image/webp"}
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    disposition = answer["Content-Disposition"]
    name = disposition.partition('filename="')[2].rstrip('"')
    assert disposition.startswith("attachment") or name == "picture.webp"
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")


def stays(here: Here, door: str, answer: Any, name: str) -> None:
    """Hold that what was taken in has a row and a file of a random name, and does no harm."""
    assert answer.status_code in (200, 201, 302), answer.content[:300]
    (path,) = kept(here.media)
    assert rows() == 1, name
    assert path.parent.parent == here.media
    assert set(path.stem) <= set("0123456789abcdef")
    assert len(path.stem) == 32
    given = given_out(here, door)
    is_inert(given)
    assert given.getvalue() == path.read_bytes()


def sent(here: Here, door: str, data: bytes, name: str, kind: str) -> Any:
    return DOORS[door](here, SimpleUploadedFile(name, data, kind))


def held(here: Here, door: str, data: bytes, name: str, kind: str, what: str) -> bool:
    """Send a file, hold that it is refused or inert, and say whether it was taken in."""
    emptied(here.media)
    with transaction.atomic():
        answer = sent(here, door, data, name, kind)
        is_taken = bool(kept(here.media))
        if is_taken:
            stays(here, door, answer, what)
        else:
            assert is_refused(answer), f"{what}: {answer.status_code}"
            assert rows() == 0, what
        transaction.set_rollback(True)
    return is_taken


@pytest.mark.parametrize("door", DOORS)
def test_hostile_files_are_refused_or_inert(here, files, door):
    taken = {
        what
        for what, data in files.items()
        if held(here, door, data, "scan.pdf", "application/pdf", what)
    }
    if "documents" in door:
        assert taken == AS_THEY_CAME
    elif "import" in door:
        assert taken == set()
    else:
        # Only the pixels are kept of these.
        assert taken
        assert all({"PNG", "JPEG", "WebP"} & set(what.split()) for what in taken), taken


@pytest.mark.parametrize("door", [door for door in DOORS if "import" not in door])
def test_a_name_and_a_type_that_lie_change_nothing(here, door):
    data = png(8, 8) if "picture" in door else pdf()
    for what, (name, kind) in NAMES.items():
        assert held(here, door, data, name, kind, what), what


@pytest.mark.parametrize("door", [door for door in DOORS if "import" not in door])
def test_a_full_disk_is_told_and_leaves_neither_a_row_nor_a_file(here, door):
    data = png(8, 8) if "picture" in door else pdf()
    emptied(here.media)
    with transaction.atomic():
        with no_room():
            answer = sent(here, door, data, "scan.pdf", "application/pdf")
        assert answer.status_code == 507, answer.content[:300]
        assert "no room left" in answer.content.decode()
        assert (rows(), kept(here.media)) == (0, [])
        transaction.set_rollback(True)


def test_a_full_disk_stops_no_import_that_needs_none(here):
    """What is sent is read in memory: more than may be is refused as that, and nothing breaks."""
    with transaction.atomic(), no_room():
        answer = sent(here, "import of patients", b"mrn\n" * 1_000_000, "rows.csv", "text/csv")
        assert is_refused(answer), answer.status_code
        transaction.set_rollback(True)


def test_there_are_enough_of_them():
    assert len(FILES) >= 40
