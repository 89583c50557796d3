"""The languages that patients speak: kept as codes, such as es, and read as names."""

from django.conf.locale import LANG_INFO
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext


def language_name(code: str) -> str:
    """Return the name of a language in that of the page; a code that nobody knows stays one."""
    try:
        return str(capfirst(get_language_info(code)["name_translated"]))
    except KeyError:
        return code


def languages(own: str) -> list[tuple[str, str]]:
    """Return the languages to choose from by name, none and somebody's own code among them."""
    named = {code: language_name(code) for code in {*LANG_INFO, own} if code}
    return [("", gettext("Not known")), *sorted(named.items(), key=lambda item: item[1])]
