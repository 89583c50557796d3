"""No document without its file, no file without its document, whatever fails on the way."""

import contextlib
import os
import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError, connection, transaction

from facilities.models import Facility
from facilities.tests.factories import FacilityFactory
from patients.models import Patient
from patients.tests.factories import PatientFactory
from records import files
from records.models import Document
from records.tests.factories import DocumentFactory, doctor_user, pdf, png
from records.tests.refused import refused_by

pytestmark = pytest.mark.django_db


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


def kept(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def an_hour_ago(path: Path) -> None:
    at = path.stat().st_mtime - files.UNDER_WAY.total_seconds() - 1
    os.utime(path, (at, at))


@contextlib.contextmanager
def no_room(most: int = 16) -> Iterator[None]:
    """Let the operating system refuse to make files larger than this."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_says_so_and_leaves_nothing(patient, facility, media):
    with no_room(), pytest.raises(ValidationError) as refusal:
        DocumentFactory(patient=patient, facility=facility)
    assert [each.code for each in refusal.value.error_dict["file"]] == ["disk_full"]
    assert not Document.objects.exists()
    assert kept(media) == []


def test_a_row_that_is_refused_leaves_no_file(facility, media):
    closed = PatientFactory(is_active=False, merged_into=PatientFactory())
    with pytest.raises(ValidationError):
        DocumentFactory(patient=closed, facility=facility)
    with pytest.raises((ValidationError, IntegrityError)):
        DocumentFactory(facility=facility, recorded_by=None)
    assert kept(media) == []


def test_a_folder_that_cannot_be_made_is_no_full_disk(patient, facility, media):
    media.parent.mkdir(exist_ok=True)
    media.write_text("a file where the folder should be")
    with pytest.raises(OSError, match=r"Not a directory|File exists"):
        DocumentFactory(patient=patient, facility=facility)
    assert not Document.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_error_at_the_commit_takes_no_file_from_a_row(patient, facility, monkeypatch):
    document = Document(
        patient=patient, facility=facility, recorded_by=doctor_user(facility), title="Blood count"
    )
    commit = connection._commit

    def and_lose_the_answer() -> None:
        commit()
        raise OperationalError("the connection is lost")

    with monkeypatch.context() as broken:
        broken.setattr(connection, "_commit", and_lose_the_answer)
        with pytest.raises(OperationalError):
            document.keep(pdf())
    assert Path(Document.objects.get().file.path).read_bytes() == pdf()


def test_what_fails_later_leaves_a_file_that_is_swept_after_an_hour(patient, facility, media):
    stays = DocumentFactory(patient=patient, facility=facility)
    with transaction.atomic():
        DocumentFactory(patient=patient, facility=facility)
        transaction.set_rollback(True)
    (stray,) = [path for path in kept(media) if path != Path(stays.file.path)]
    call_command("sweep_documents")
    assert stray.exists()
    for path in kept(media):
        an_hour_ago(path)
    call_command("sweep_documents", "--dry-run")
    assert stray.exists()
    call_command("sweep_documents")
    assert kept(media) == [Path(stays.file.path)]


def test_sweeping_names_the_documents_without_a_file(patient, facility, media, capsys):
    call_command("sweep_documents")
    assert capsys.readouterr().out == "Files that no document names: 0 deleted.\n"
    lost, whole = (DocumentFactory(patient=patient, facility=facility) for _ in range(2))
    Path(lost.file.path).unlink()
    with pytest.raises(CommandError, match=rf"without one: {lost.pk}$"):
        call_command("sweep_documents")
    assert kept(media) == [Path(whole.file.path)]


def test_images_are_unfolded_one_at_a_time():
    with ThreadPoolExecutor(1) as pool:
        with files.DECODING:
            waits = pool.submit(files.content_type_of, png())
            with pytest.raises(TimeoutError):
                waits.result(timeout=0.3)
        assert waits.result(timeout=10) == "image/png"


def test_a_row_has_a_file_of_its_own():
    document = DocumentFactory()
    copy = Document.objects.get()
    copy.pk = None
    assert refused_by(copy.save) == "document_file_unique"
    for wrong in ({"file": ""}, {"sha256": "x"}, {"size": 0}):
        copy = Document.objects.get(pk=document.pk)
        copy.pk, copy.file = None, "documents/other"
        for name, value in wrong.items():
            setattr(copy, name, value)
        assert refused_by(copy.save) == "document_has_file"
    copy = Document.objects.get(pk=document.pk)
    copy.pk, copy.file, copy.content_type = None, "documents/other", "image/svg+xml"
    assert refused_by(copy.save) == "document_content_type_known"
