"""A catalogue in which each text is “translated” into itself, bracketed and accented: ⟦Ḃōōķ⟧.

It holds our own texts as they are collected from the sources, and those that Django and other
packages bring along. Placeholders and markup stay as they are.
"""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.conf import LazySettings
from django.utils.translation import trans_real

from clinic.setup import messages
from patients import typed_dates
from scheduling import board

OPENS, CLOSES = "⟦⟧"
PLAIN = "AaBbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQqRrSsTtUuVvWwXxYyZz"
ACCENTED = "ĀāḂḃĈĉÐďĒēḞḟĜĝĤĥĪīĴĵĶķĹĺṀṁÑñŌōṖṗꝖꝗŘřŠšŢţŪūṼṽŴŵẊẋŶŷŽž"
ACCENTS = str.maketrans(PLAIN, ACCENTED)
KEPT = re.compile(r"(%(?:\(\w+\))?[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]|\{[^}]*\}|<[^>]+>|&#?\w+;)")
Text = str | tuple[str, str]


def pseudo(text: str) -> str:
    """Return a text bracketed and accented; white space around it stays around it."""
    parts = KEPT.split(text.strip())
    accented = "".join(part if n % 2 else part.translate(ACCENTS) for n, part in enumerate(parts))
    begins, _, ends = text.partition(text.strip())
    return f"{begins}{OPENS}{accented}{CLOSES}{ends}"


def speak_pseudo(settings: LazySettings, directory: Path) -> None:
    """Let pages for whoever asks for English be in the pseudo-language, until the test is over."""
    settings.LOCALE_PATHS = []
    theirs = list(_of_packages())
    sources = directory / "sources"
    if shutil.which("xgettext"):
        messages.collect(sources)
    else:
        sources = settings.BASE_DIR / "clinic/locale"
    found = messages.catalogue(messages.source(sources, "es"))
    ours = [(message.id, message.context) for message in messages.texts(found)]
    _write([*theirs, *ours], directory / "en/LC_MESSAGES/django.mo")
    settings.LOCALE_PATHS = [directory]


def forget_what_was_said() -> None:
    """Empty what a process keeps of texts that it has said in a language."""
    for kept in (board._clock_in, typed_dates._writing):
        kept.cache_clear()


def _of_packages() -> Iterable[tuple[Text, str | None]]:
    """Yield the texts of Django and of installed packages, which their Spanish catalogues know."""
    known = trans_real.DjangoTranslation("es")._catalog._catalogs
    for key in {key for catalogue in known for key in catalogue}:
        named, form = key if isinstance(key, tuple) else (key, None)
        context, _, text = named.rpartition("\x04")
        if text:
            yield (text if form is None else (text, text)), context or None


def _write(texts: Iterable[tuple[Text, str | None]], path: Path) -> None:
    catalogue = Catalog(locale="en")
    for text, context in texts:
        shown = pseudo(text) if isinstance(text, str) else tuple(pseudo(form) for form in text)
        catalogue.add(text, shown, context=context)
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)
