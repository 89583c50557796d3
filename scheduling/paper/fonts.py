"""Letters for paper: fonts from a package, and what becomes of a letter that they lack.

A PDF draws a box for a letter that its font does not have. So each letter is looked up first: one
that only the second font has is set in it, a picture such as an emoji is left out, and any other
letter becomes a question mark. Scripts that run from right to left would need to be shaped and
turned round, and are question marks too.
"""

import io
import unicodedata
from functools import cache
from itertools import groupby
from xml.sax.saxutils import escape  # nosec B406 # it writes, and reads none

from pymupdf_fonts import FiraGO_Regular, NotoSans_Bold, NotoSans_Regular
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, BOLD, MORE = "Paper", "Paper-Bold", "Paper-More"
FILES = {
    PLAIN: NotoSans_Regular.fontbuffer,
    BOLD: NotoSans_Bold.fontbuffer,
    MORE: FiraGO_Regular.fontbuffer,
}
RIGHT_TO_LEFT = frozenset({"R", "AL"})
# Modifiers, other symbols, and signs that only say how others are joined.
NO_LETTER = frozenset({"Sk", "So", "Cf", "Cs", "Co", "Cn", "Me"})
UNKNOWN = "?"


@cache
def letters() -> dict[str, frozenset[int]]:
    """Register the fonts, once in a process, and return the code points that each can draw."""
    known = {}
    for name, file in FILES.items():
        font = TTFont(name, io.BytesIO(file))
        pdfmetrics.registerFont(font)
        known[name] = frozenset(font.face.charToGlyph)
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)
    return known


def markup(text: str, font: str = PLAIN) -> str:
    """Return text as a paragraph takes it, without a letter that would come out as a box."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    pieces = [_set(letter, font) for letter in text]
    runs = groupby((piece for piece in pieces if piece[1]), key=lambda piece: piece[0])
    set_in = ((name, "".join(letter for _name, letter in run)) for name, run in runs)
    return " ".join("".join(_run(name, run, font) for name, run in set_in).split())


def _set(letter: str, font: str) -> tuple[str, str]:
    """Return the font for a letter and what is printed for it, which may be nothing."""
    known, code = letters(), ord(letter)
    category = unicodedata.category(letter)
    if category == "Cc" or unicodedata.bidirectional(letter) in RIGHT_TO_LEFT:
        return font, UNKNOWN
    if category == "Cf" or 0xFE00 <= code <= 0xFE0F:
        return font, ""
    for name in (font, MORE):
        if code in known[name]:
            return name, letter
    return font, "" if category in NO_LETTER else UNKNOWN


def _run(name: str, text: str, font: str) -> str:
    return escape(text) if name == font else f'<font name="{name}">{escape(text)}</font>'
