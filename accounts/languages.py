"""In which language a request is answered.

`LocaleMiddleware` begins with what the browser asks for, or the cookie of the sign-in page. The
language of an account comes before both on pages; in the API, whose clients say what they show,
`Accept-Language` comes before it.
"""

from typing import Any

from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header


def speak(request: Any, language: str) -> None:
    """Answer in this language; an empty one changes nothing."""
    if language:
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()


def asked(request: Any) -> str:
    """Return the first language of `Accept-Language` that there is, or an empty text."""
    for code, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return ""
