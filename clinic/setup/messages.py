"""Collect the texts of pages for their translators, and check that all are translated.

`python -m clinic.setup.messages collect` brings the catalogues in `clinic/locale` up to date;
`check` changes nothing and fails unless they are complete.
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management import call_command

LOCALES = ["es", "pt_BR"]
# What holds no text of a page, or is not ours.
IGNORED = [".*", "node_modules", "docs", "bench", "*/tests/*", "conftest.py", "clinic/locale"]
NO_GETTEXT = "gettext is missing: install it, on Debian or Ubuntu with `apt-get install gettext`."
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdf]|\{\w*\}|</?\w+")
Key = tuple[str | None, str]


def main(command: str) -> None:
    if shutil.which("xgettext") is None:
        sys.exit(NO_GETTEXT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    django.setup()
    kept = Path(settings.LOCALE_PATHS[0])
    if command == "collect":
        collect(kept)
        return
    faults = list(incomplete(kept))
    print("\n".join(faults) or "All texts are translated.")
    sys.exit(bool(faults))


def collect(directory: Path) -> None:
    """Bring the catalogues in a directory up to date, or begin them."""
    directory.mkdir(parents=True, exist_ok=True)
    settings.LOCALE_PATHS = [str(directory)]
    call_command(
        "makemessages",
        locale=LOCALES,
        ignore_patterns=IGNORED,
        no_wrap=True,
        no_obsolete=True,
        add_location="file",
        verbosity=0,
    )
    for path in (source(directory, locale) for locale in LOCALES):
        # When it was done is nobody's business, and would be a change each time.
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        told = "".join(line for line in lines if not line.startswith('"POT-Creation-Date'))
        path.write_text(told, encoding="utf-8")


def source(directory: Path, locale: str) -> Path:
    return directory / locale / "LC_MESSAGES" / "django.po"


def incomplete(kept: Path) -> Iterator[str]:
    """Yield a line for each fault of the catalogues."""
    with tempfile.TemporaryDirectory() as name:
        anew = Path(name) / "locale"
        if kept.is_dir():
            shutil.copytree(kept, anew)
        collect(anew)
        for locale in LOCALES:
            path = source(kept, locale)
            if not path.is_file():
                yield f"{path} is missing: run `make messages`."
                continue
            found = catalogue(path)
            fresh = keys(catalogue(source(anew, locale)))
            for text in sorted(text for _, text in fresh - keys(found)):
                yield f"{locale}: not collected, run `make messages`: {text!r}"
            for text in sorted(text for _, text in keys(found) - fresh):
                yield f"{locale}: not used any more, run `make messages`: {text!r}"
            for message in texts(found):
                for fault in faults_of(message, found):
                    yield f"{locale}: {fault}: {message.id!r}"


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def texts(found: Catalog) -> list[Message]:
    """Return all messages but the header."""
    return [message for message in found if message.id]


def keys(found: Catalog) -> set[Key]:
    return {(message.context, "\n".join(_forms(message.id))) for message in texts(found)}


def _forms(texts: object) -> list[str]:
    return [texts] if isinstance(texts, str) else [str(each) for each in texts]  # type: ignore[attr-defined]


def faults_of(message: Message, found: Catalog) -> Iterator[str]:
    """Yield what is wrong with one translation."""
    if message.fuzzy:
        yield "fuzzy"
    sources, written = _forms(message.id), _forms(message.string or "")
    if not all(written) or (len(sources) > 1 and len(written) != found.num_plurals):
        yield "not translated"
        return
    wanted = [sorted(PLACEHOLDER.findall(each)) for each in sources]
    if any(sorted(PLACEHOLDER.findall(each)) not in wanted for each in written):
        yield "other placeholders or markup"
    if any(_ends(each) != _ends(sources[0]) for each in written):
        yield "begins or ends with other white space"


def _ends(text: str) -> tuple[bool, bool]:
    return text != text.lstrip(), text != text.rstrip()


if __name__ == "__main__":
    main(sys.argv[1])
