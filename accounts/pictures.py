"""Profile pictures: whatever is uploaded is decoded and drawn anew, so only pixels are kept.

A file may be a picture and a web page at once, carry the place it was taken, or unfold to
gigabytes. Nothing of the file is stored: neither its name, nor its bytes, nor its metadata.
"""

import errno
import io
import struct
import uuid

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 24_000_000
SIDE = 512
FORMATS = ("JPEG", "PNG", "WEBP")
CONTENT_TYPE = "image/webp"
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def random_name(user: object, filename: str) -> str:
    """Return where a picture is kept; what the file was called is for nobody to know."""
    return f"pictures/{uuid.uuid4().hex}.webp"


def redrawn(data: bytes) -> bytes:
    """Return the picture as WebP of at most 512 by 512 pixels, upright, without any metadata.

    Raises ValidationError for what is no JPEG, PNG or WebP, or too large.
    """
    if len(data) > MOST_BYTES:
        raise too_large()
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _too_many_pixels()
            return _pixels(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        message = _("This file cannot be used. Choose a picture that is a JPEG, PNG or WebP.")
        raise _refused("picture_unreadable", message) from error


def kept(storage: Storage, data: bytes) -> str:
    """Write a new file and return its name.

    Raises ValidationError `disk_full` where there is no room; whatever fails leaves no file.
    """
    name = random_name(None, "")
    try:
        return storage.save(name, ContentFile(data))
    except OSError as error:
        storage.delete(name)
        if error.errno not in NO_ROOM:
            raise
        message = _(
            "There is no room left for pictures, so this one is not saved. "
            "Tell an administrator, then choose it again."
        )
        raise _refused("disk_full", message) from error


def too_large() -> ValidationError:
    message = _("This file cannot be used. Choose a picture that is at most %(most)s MB.")
    return _refused("picture_too_large", message % {"most": MOST_BYTES // 1024**2})


def _too_many_pixels() -> ValidationError:
    message = _("This file cannot be used. Choose a picture that is at most %(most)s megapixels.")
    return _refused("picture_too_large", message % {"most": MOST_PIXELS // 10**6})


def _pixels(image: Image.Image) -> bytes:
    image.draft("RGB", (SIDE, SIDE))
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((SIDE, SIDE))
    mode = "RGBA" if upright.has_transparency_data else "RGB"
    fresh = Image.new(mode, upright.size)
    fresh.paste(upright.convert(mode))
    out = io.BytesIO()
    fresh.save(out, "WEBP", quality=85)
    return out.getvalue()


def _refused(code: str, message: str) -> ValidationError:
    return ValidationError({"picture": ValidationError(message, code=code)})
