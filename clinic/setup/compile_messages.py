"""Compile catalogues of texts: `python clinic/setup/compile_messages.py some/django.po …`.

Babel does it, so that no gettext has to be installed to run the clinic in its languages.
"""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compiled(source: Path) -> Path:
    """Write the compiled catalogue beside its source, at once and whole; return its path."""
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parts[-3])
    target, new = source.with_suffix(".mo"), source.with_suffix(".mo.new")
    with new.open("wb") as file:
        write_mo(file, catalogue)
    return new.replace(target)


if __name__ == "__main__":
    for path in sys.argv[1:]:
        compiled(Path(path))
