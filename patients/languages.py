"""The languages that patients speak: kept as codes, such as es, and read as names."""

from django.conf import global_settings
from django.utils.text import capfirst
from django.utils.translation import gettext

NAMES = dict(global_settings.LANGUAGES)  # which Django has the translations of


def language_name(code: str) -> str:
    """Return the name of a language in that of the page; a code that nobody knows stays one."""
    return capfirst(gettext(NAMES[code])) if code in NAMES else code


def languages(own: str) -> list[tuple[str, str]]:
    """Return the languages to choose from by name, none and somebody's own code among them."""
    named = {code: language_name(code) for code in {*NAMES, own} if code}
    return [("", gettext("Not known")), *sorted(named.items(), key=lambda item: item[1])]
