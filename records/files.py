"""The files of documents: what is taken in, and where it is kept.

The content decides, never a name or what a browser calls it: PDF, PNG and JPEG, each of them whole
and with nothing after its end, images opened by Pillow with a bound on their pixels. What is kept
is the file as it came, under a random name outside every public folder.

The row is written first, then the file and its folder's entry are put on the disk, then the row is
committed: there is never a row without its file. What fails before the commit takes its file away.
A failure at the commit itself, or later in a transaction of the caller's, leaves it, as the row may
be there all the same: a file that no row names is one that nobody can reach, and `strays` finds it.
"""

import contextlib
import hashlib
import io
import os
import re
import struct
import threading
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from PIL import Image

from accounts.pictures import NO_ROOM
from facilities.refusals import refusals

if TYPE_CHECKING:
    from records.models import Document

# A browser is to save it: never to run it, whatever it holds.
AS_A_FILE = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
FOLDER = "documents"
# Longer than any request: what is older is not still being uploaded.
UNDER_WAY = timedelta(hours=1)
MOST_PIXELS = 40_000_000
# One image at a time is unfolded: 40 megapixels take 160 MB, and a process has many threads.
DECODING = threading.Lock()

_END_OF_PNG = b"\0\0\0\0IEND\xaeB`\x82"
_END_OF_JPEG = b"\xff\xd9"
_START_OF_PDF = re.compile(rb"%PDF-[12]\.\d")
_END_OF_PDF = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF$")
_CROSS_REFERENCES = re.compile(rb"\s*(xref\b|\d+\s+\d+\s+obj\b)")


class ContentType(models.TextChoices):
    PDF = "application/pdf", "PDF"
    PNG = "image/png", "PNG"
    JPEG = "image/jpeg", "JPEG"


EXTENSIONS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


def random_name(document: object, filename: str) -> str:
    """Return where a document is kept; what the file was called is for nobody to know."""
    return f"{FOLDER}/{uuid.uuid4().hex}"


def content_type_of(data: bytes) -> str:
    """Return what the content is; raise ValidationError for what is no document or too large."""
    if not data:
        raise _refused("empty", _("This file is empty. Choose another file."))
    if len(data) > settings.DOCUMENT_MOST_BYTES:
        raise too_large()
    if _START_OF_PDF.match(data):
        _check_pdf(data)
        return ContentType.PDF
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data.endswith(_END_OF_PNG):
        _check_image(data, "PNG")
        return ContentType.PNG
    if data.startswith(b"\xff\xd8\xff") and data.rstrip(b"\0").endswith(_END_OF_JPEG):
        _check_image(data, "JPEG")
        return ContentType.JPEG
    raise _unusable()


def keep(document: "Document", data: bytes) -> None:
    """Save a new document and its file; see `Document.keep`."""
    document.content_type = content_type_of(data)
    document.size, document.sha256 = len(data), hashlib.sha256(data).hexdigest()
    document.full_clean(exclude=["patient", "facility", "file"])
    name = random_name(document, "")
    document.file = name
    path = Path(document.file.storage.path(name))
    with refusals(), transaction.atomic():
        document.save(force_insert=True)
        try:
            _write(path, data)
        except BaseException:
            # What could not be made cannot be removed either.
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            raise


def strays(now: datetime) -> Iterator[Path]:
    """Yield the files that no row names, and that nobody is still about to commit."""
    model = apps.get_model("records", "Document")
    storage = model._meta.get_field("file").storage  # noqa: SLF001 - documented by Django
    folder = Path(storage.path(FOLDER))
    for path in folder.iterdir() if folder.is_dir() else ():
        age = now.timestamp() - path.stat().st_mtime
        if age > UNDER_WAY.total_seconds() and not _is_named(model, path):
            yield path


def _is_named(model: Any, path: Path) -> bool:
    return bool(model.objects.filter(file=f"{FOLDER}/{path.name}").exists())


def too_large() -> ValidationError:
    most = settings.DOCUMENT_MOST_BYTES // 1024**2
    message = _("This file is larger than %(most)s MB. Choose a smaller one, or scan it coarser.")
    return _refused("too_large", message % {"most": most})


def _write(path: Path, data: bytes) -> None:
    """Write a new file that only this account reads, and see it safely on the disk."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # The entries of a new file and of a new folder lie in the folder around them.
        for folder in (path.parent, path.parent.parent):
            _to_disk(folder)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        message = _(
            "There is no room left for documents, so this one is not saved. "
            "Tell an administrator, then upload it again."
        )
        raise _refused("disk_full", message) from error


def _to_disk(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _check_pdf(data: bytes) -> None:
    """Follow a PDF from its last line to its table of objects, as a reader opens it."""
    end = _END_OF_PDF.search(data.rstrip(b"\0\t\n\f\r "))
    if end is None or b"/Root" not in data:
        raise _unusable()
    at = int(end[1])
    if at == 0 or not _CROSS_REFERENCES.match(data, at):
        raise _unusable()


def _check_image(data: bytes, kind: str) -> None:
    try:
        with DECODING, Image.open(io.BytesIO(data), formats=[kind]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _too_many_pixels()
            # A JPEG is read to its end all the same, into an eighth of the memory.
            image.draft(image.mode, (image.width // 8 or 1, image.height // 8 or 1))
            image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise _unusable() from error


def _too_many_pixels() -> ValidationError:
    message = _("This image has more than %(most)s megapixels. Scan it coarser.")
    return _refused("too_large", message % {"most": MOST_PIXELS // 10**6})


def _unusable() -> ValidationError:
    return _refused(
        "unusable",
        _(
            "This file is no PDF, PNG or JPEG, is damaged, or has other data after its end. "
            "Scan or print it anew, as PDF, then upload that."
        ),
    )


def _refused(code: str, message: str) -> ValidationError:
    return ValidationError({"file": ValidationError(message, code=code)})
