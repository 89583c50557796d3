"""Where the ink of a plot goes. Lengths are strings such as "62.5%", as SVG takes them.

Nothing is scaled: text keeps its size on a phone, only the bars get shorter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

MOST_ROWS = 40
ROW, HEAD_OF_ROW = 40, 16
TALL, ABOVE, BELOW = 140, 20, 22
LONGEST_LABEL = 28
MOST_READ_OUT = 14


class Bar(NamedTuple):
    """One value, and how it is written. `mark` is a second value, drawn as a line across."""

    label: str
    value: float | None
    words: str
    mark: float | None = None


class Shape(NamedTuple):
    """A bar with its place in the picture."""

    label: str
    words: str
    at: str
    size: str
    middle: str
    y: int
    height: int
    mark: str
    is_odd: bool


@dataclass(frozen=True)
class Plot:
    """Bars below each other, or as columns beside each other; `summary` is read out instead."""

    slug: str
    title: str
    summary: str
    bars: Sequence[Bar]
    top: float
    is_columns: bool = False
    full: float | None = None
    note: str = ""

    @property
    def left_out(self) -> int:
        return 0 if self.is_columns else max(0, len(self.bars) - MOST_ROWS)

    @property
    def height(self) -> int:
        rows = len(self.bars) - self.left_out
        return TALL + ABOVE + BELOW if self.is_columns else ROW * rows

    @property
    def full_at(self) -> str:
        """Return where the line of the whole, such as 100%, stands."""
        if self.full is None:
            return ""
        share = self.full / (self.top or 1)
        return f"{ABOVE + TALL * (1 - share):.1f}" if self.is_columns else _percent(share)

    @property
    def shapes(self) -> list[Shape]:
        make = self._column if self.is_columns else self._row
        shown = self.bars[: len(self.bars) - self.left_out]
        return [make(number, bar) for number, bar in enumerate(shown)]

    def _row(self, number: int, bar: Bar) -> Shape:
        y = number * ROW
        share, mark = (min(1, (value or 0) / (self.top or 1)) for value in (bar.value, bar.mark))
        label = bar.label
        if len(label) > LONGEST_LABEL:
            label = f"{label[: LONGEST_LABEL - 1]}…"
        return Shape(
            label,
            bar.words,
            "0",
            _percent(share),
            "0",
            y + HEAD_OF_ROW,
            y + HEAD_OF_ROW + 6,
            "" if bar.mark is None else _percent(mark),
            bool(number % 2),
        )

    def _column(self, number: int, bar: Bar) -> Shape:
        count = len(self.bars)
        height = round(TALL * min(1, (bar.value or 0) / (self.top or 1)))
        return Shape(
            bar.label,
            bar.words,
            _percent((number + 0.14) / count),
            _percent(0.72 / count),
            _percent((number + 0.5) / count),
            ABOVE + TALL - height,
            height,
            "",
            count > 7 and bool(number % 2),
        )


def _percent(share: float) -> str:
    return f"{100 * share:.2f}%"


def fitted(
    slug: str,
    title: str,
    bars: list[Bar],
    *,
    full: float | None = None,
    is_columns: bool = False,
    most_columns: int = 7,
    note: str = "",
) -> Plot:
    """Return a plot whose longest bar fills it; too many columns become rows."""
    values = [value for bar in bars for value in (bar.value, bar.mark) if value is not None]
    top = max([*values, full or 0], default=0) or 1
    named = [f"{bar.label}: {bar.words}" for bar in bars[:MOST_READ_OUT]]
    more = _("The table has all of them.") if len(bars) > MOST_READ_OUT else ""
    summary = f"{'; '.join(named)}. {more}".rstrip()
    columns = is_columns and len(bars) <= most_columns
    return Plot(slug, title, summary, bars, top, columns, full, note)
