"""Pages with the same head and foot, which say how many pages there are."""

import io
from collections.abc import Callable
from typing import Any, NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph, SimpleDocTemplate

from scheduling.paper.fonts import BOLD, PLAIN, letters, markup

MARGIN = 36
HEAD, FOOT = 44, 22
INK, QUIET, LINE = HexColor("#17212b"), HexColor("#4a5963"), HexColor("#87949c")
SHADE = HexColor("#eceff1")

Story = Callable[[], list[Any]]


class Heading(NamedTuple):
    """What stands at the head and foot of each page. The kind is the document's title as well."""

    kind: str
    place: str
    about: str
    printed: str


def style(size: float = 8.5, font: str = PLAIN, colour: Any = INK, **more: Any) -> ParagraphStyle:
    letters()
    return ParagraphStyle(
        f"{font} {size}", fontName=font, fontSize=size, leading=size * 1.3, textColor=colour, **more
    )


def words(text: str, size: float = 8.5, font: str = PLAIN, colour: Any = INK) -> Paragraph:
    """Return text as a paragraph; whatever it holds is text, never markup."""
    return Paragraph(markup(text, font), style(size, font, colour))


def pdf(story: Story, heading: Heading, size: tuple[float, float]) -> bytes:
    """Return the document; it is laid out twice, since only then its pages are counted."""
    _content, total = _laid_out(story(), heading, size, 0)
    content, _total = _laid_out(story(), heading, size, total)
    return content


def _laid_out(
    story: list[Any], heading: Heading, size: tuple[float, float], total: int
) -> tuple[bytes, int]:
    file = io.BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=size,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN + HEAD,
        bottomMargin=MARGIN + FOOT,
        title=heading.kind,
        author=heading.place,
        lang=get_language() or "en",
    )

    def frame(canvas: Any, _document: Any) -> None:
        _frame(canvas, heading, size, total)

    document.build(story, onFirstPage=frame, onLaterPages=frame)
    return file.getvalue(), document.page


def _frame(canvas: Any, heading: Heading, size: tuple[float, float], total: int) -> None:
    """Draw head and foot."""
    width, height = size
    inside = width - 2 * MARGIN
    top, bottom = height - MARGIN, MARGIN
    number = _("Page %(number)s of %(total)s") % {"number": canvas.getPageNumber(), "total": total}
    _put(canvas, words(heading.place, 13, BOLD), MARGIN, top - 16, inside * 0.7)
    _put(canvas, words(heading.about, 10), MARGIN, top - 32, inside * 0.85)
    canvas.setFont(PLAIN, 9)
    canvas.setFillColor(INK)
    canvas.drawRightString(width - MARGIN, top - 12, number)
    canvas.setStrokeColor(LINE)
    canvas.line(MARGIN, top - 37, width - MARGIN, top - 37)
    _put(canvas, words(heading.printed, 8, colour=QUIET), MARGIN, bottom, inside)


def _put(canvas: Any, paragraph: Paragraph, x: float, y: float, width: float) -> None:
    """Draw a paragraph of one line with its foot at `y`; what does not fit is shrunk to fit."""
    _width, height = paragraph.wrap(width, 1000)
    if height > paragraph.style.leading * 1.5:
        canvas.saveState()
        canvas.translate(x, y)
        factor = paragraph.style.leading / height
        canvas.scale(factor, factor)
        paragraph.wrap(width / factor, 1000)
        paragraph.drawOn(canvas, 0, 0)
        canvas.restoreState()
    else:
        paragraph.drawOn(canvas, x, y)
