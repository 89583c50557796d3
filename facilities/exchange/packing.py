"""The file of a preview, carried by the preview's own page until it is confirmed.

It is signed for the account and the kind of row that it was shown to, and for an hour.
"""

import base64
import zlib
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, TimestampSigner
from django.utils.translation import gettext

GOOD_FOR = timedelta(hours=1)


def pack(data: bytes, digest: str, *, purpose: str) -> str:
    """Return text that `unpack` makes the file and the digest of its preview of again."""
    packed = base64.urlsafe_b64encode(zlib.compress(digest.encode() + b"\n" + data))
    return _signer(purpose).sign(packed.decode())


def unpack(text: str, *, purpose: str) -> tuple[bytes, str]:
    """Return the file and the digest; raise ValidationError for what is too old or was changed."""
    try:
        packed = _signer(purpose).unsign(text, max_age=GOOD_FOR)
    except BadSignature as error:
        raise ValidationError(
            gettext("This preview is too old or not yours. Choose the file again."), code="old"
        ) from error
    digest, _, data = zlib.decompress(base64.urlsafe_b64decode(packed)).partition(b"\n")
    return data, digest.decode()


def _signer(purpose: str) -> TimestampSigner:
    return TimestampSigner(salt=f"facilities.exchange {purpose}")
