"""Documents: what is taken in, what is not, and how it is given out."""

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from records import files
from records.models import Document
from records.tests.factories import DocumentFactory, doctor_user, pdf, png
from records.tests.test_document_files import no_room

pytestmark = pytest.mark.django_db

MB = 1024**2
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """Return a PNG of few bytes that says it unfolds to many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 100_000)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("index.html", "<script>alert(1)</script>")
    return out.getvalue()


def gif() -> bytes:
    return png(kind="GIF")


HOSTILE = {
    "nothing": b"",
    "text": b"Dear colleague,",
    "eicar": EICAR,
    "svg": SVG,
    "svg that begins with the mark of a PNG": b"\x89PNG\r\n\x1a\n" + SVG,
    "html": b"<!doctype html><script>alert(1)</script>",
    "html before a PDF": pdf(before=b"<script>alert(1)</script>"),
    "html after a PDF": pdf(after=b"<script>alert(1)</script>"),
    "archive": archive(),
    "archive after a PNG": png() + archive(),
    "archive after a JPEG": png(kind="JPEG") + archive(),
    "archive after a PDF": pdf(after=archive()),
    "program": b"MZ" + b"\0" * 200,
    "script": b"#!/bin/sh\nrm -rf /\n",
    "GIF": gif(),
    "picture of another kind": png(kind="TIFF"),
    "the first bytes of a PDF alone": b"%PDF-1.7\n",
    "PDF cut off": pdf()[:-20],
    "PDF whose table of objects is elsewhere": pdf().replace(b"startxref\n", b"startxref\n9"),
    "PDF that names no table": b"%PDF-1.4\nstartxref\n0\n%%EOF",
    "PNG cut off": png(64, 64)[:60],
    "PNG with a broken checksum": png()[:20] + b"\xff" + png()[21:],
    "JPEG without a picture": b"\xff\xd8\xff\xe0" + b"\0" * 20 + b"\xff\xd9",
    "JPEG cut off in the middle": png(64, 64, "JPEG")[:200] + b"\xff\xd9",
    "bomb by pixels": bomb(),
    "bomb below Pillow's own limit": bomb(9_000, 9_000),
}


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def patient(facility: Facility) -> Patient:
    return PatientFactory(facility=facility)


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(doctor_user(facility))
    return client


def upload(client: Client, patient: Patient, data: bytes, name: str = "scan.pdf", **more: Any):
    url = reverse("records:upload", args=[patient.pk])
    file = SimpleUploadedFile(name, data, more.pop("content_type", "application/pdf"))
    return client.post(url, {"title": "Blood count", "kind": "lab-report", "file": file} | more)


def kept(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_document_leaves_no_row_and_no_file(desk, patient, media, name):
    answer = upload(desk, patient, HOSTILE[name])
    assert answer.status_code == 422
    assert "Blood count" in answer.content.decode()
    assert not Document.objects.exists()
    assert kept(media) == []


@pytest.mark.parametrize(
    ("data", "kind", "ending"),
    [
        (pdf(), "application/pdf", "pdf"),
        (png(), "image/png", "png"),
        (png(kind="JPEG"), "image/jpeg", "jpg"),
    ],
)
def test_what_it_is_its_content_says(desk, patient, media, data, kind, ending):
    answer = upload(desk, patient, data, "photo.exe", content_type="text/html")
    assert answer.status_code == 302
    document = Document.objects.get()
    assert (document.content_type, document.size) == (kind, len(data))
    given = desk.get(reverse("records:document", args=[patient.pk, document.pk]))
    assert b"".join(given.streaming_content) == data
    assert given.headers["Content-Type"] == kind
    said = given.headers["Content-Disposition"]
    assert said == f'attachment; filename="document-{document.pk}.{ending}"'
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in given.headers["Cache-Control"]
    assert [path.read_bytes() for path in kept(media)] == [data]


@pytest.mark.parametrize("name", ["../../settings.py", "/etc/passwd", "a\0b.pdf", "x" * 400])
def test_a_name_says_nothing_of_where_it_is_kept(desk, patient, media, name):
    assert upload(desk, patient, pdf(), name).status_code == 302
    (path,) = kept(media)
    assert path.parent == media / "documents"
    assert len(path.name) == 32
    assert path.stat().st_mode & 0o777 == 0o600


def test_over_the_cap_is_refused_and_at_the_cap_is_taken(desk, patient, media, settings):
    settings.DOCUMENT_MOST_BYTES = len(pdf())
    assert upload(desk, patient, pdf()).status_code == 302
    answer = upload(desk, patient, pdf() + b"\n")
    assert answer.status_code == 422
    assert "is larger than" in answer.content.decode()
    settings.DOCUMENT_MOST_BYTES = MB
    assert upload(desk, patient, b"%PDF-1.4" + b" " * 12 * MB).status_code == 422
    assert len(kept(media)) == Document.objects.count() == 1


def test_a_full_disk_says_so_and_leaves_nothing(desk, patient, media):
    with no_room():
        answer = upload(desk, patient, pdf())
    assert answer.status_code == 507
    page = answer.content.decode()
    assert "There is no room left for documents" in page
    assert "Blood count" in page
    assert not Document.objects.exists()
    assert kept(media) == []
    assert upload(desk, patient, pdf()).status_code == 302


def test_two_files_share_the_cap(desk, patient, settings):
    settings.DOCUMENT_MOST_BYTES = 1000
    other = SimpleUploadedFile("other.pdf", b"x" * 900)
    answer = upload(desk, patient, pdf(), other=other)
    assert answer.status_code in {302, 422}
    assert len(kept(Path(settings.MEDIA_ROOT))) == Document.objects.count()


@pytest.mark.parametrize("changes", [{"title": ""}, {"kind": "party"}, {"title": "x" * 200}])
def test_a_refused_form_says_why(desk, patient, media, changes):
    assert upload(desk, patient, pdf(), **changes).status_code == 422
    assert kept(media) == []


def test_without_a_file_it_asks_for_one(desk, patient):
    url = reverse("records:upload", args=[patient.pk])
    answer = desk.post(url, {"title": "Blood count", "kind": "other"})
    assert answer.status_code == 422
    assert "Blood count" in answer.content.decode()


def test_uploading_is_for_doctors_and_nurses_of_the_facility(client, facility, patient):
    for role, status in {"nurse": 302, "receptionist": 403, "admin": 403, "patient": 403}.items():
        client.force_login(staff_of(facility, role))
        assert upload(client, patient, pdf()).status_code == status
    client.force_login(doctor_user(FacilityFactory()))
    assert upload(client, patient, pdf()).status_code == 404
    assert client.get(reverse("records:upload", args=[patient.pk])).status_code == 405
    client.logout()
    assert upload(client, patient, pdf()).status_code == 302
    assert Document.objects.count() == 1


def test_a_form_of_another_site_uploads_nothing(facility, patient):
    client = Client(enforce_csrf_checks=True)
    client.force_login(doctor_user(facility))
    assert upload(client, patient, pdf()).status_code == 403
    client.get(reverse("records:chart", args=[patient.pk]))
    token = client.cookies["csrftoken"].value
    assert upload(client, patient, pdf(), csrfmiddlewaretoken=token).status_code == 302


def test_downloading_is_for_who_sees_the_patient(client, facility, patient):
    document, other = DocumentFactory(patient=patient, facility=facility), DocumentFactory()
    url = reverse("records:document", args=[patient.pk, document.pk])
    for role, status in {"nurse": 200, "receptionist": 403, "admin": 403, "patient": 403}.items():
        client.force_login(staff_of(facility, role))
        given = client.get(url)
        assert given.status_code == status
        if given.streaming:
            assert b"".join(given.streaming_content) == pdf()
    assert client.post(url).status_code == 403
    client.force_login(doctor_user(FacilityFactory()))
    assert client.get(url).status_code == 404
    client.force_login(doctor_user(facility))
    assert client.post(url).status_code == 405
    strange = reverse("records:document", args=[patient.pk, other.pk])
    assert client.get(strange).status_code == 404


def test_a_file_that_is_gone_is_not_found(desk, facility, patient, media):
    document = DocumentFactory(patient=patient, facility=facility)
    kept(media)[0].unlink()
    url = reverse("records:document", args=[patient.pk, document.pk])
    assert desk.get(url).status_code == 404


def test_a_page_of_a_scan_in_full_is_taken():
    """An A4 page at 600 dpi in black and white has 35 megapixels."""
    assert files.content_type_of(png(4961, 7016)) == "image/png"
