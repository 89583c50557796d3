"""What somebody at the desk means by one line of text.

"hayes 1/17/2010", "LANGOSH, C", "(402) 555-0142" and "wate 2010" all go into one box. `parse` takes
such a line apart into name words, dates of birth, numbers and an email address; it knows no
database, and days stand before months where the active language has it so. `fold` writes a name as
the index does: the SQL function `patients_name_tokens` applies the same steps, and a test holds the
two together.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils.formats import get_format

LONGEST_TEXT = 200
MOST_WORDS = 6
LONGEST_TOKEN = 40
FIRST_YEAR = 1850

_MARKS = re.compile("[\u0300-\u036f]")
_APOSTROPHES = re.compile("['`´‘’ʻʼ′]")
_SEPARATORS = re.compile(r"[\x00-/:-@\[-`{-\xa0¡¿«»·‐‑–—“”„]+")
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t", "ς": "σ"}
    | {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
)
_EMAIL = re.compile(r"[^\s,;<>\"']+@[^\s,;<>\"']*")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)")
_MONTH_FIRST = re.compile(
    r"\b([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b", re.IGNORECASE
)
_DAY_FIRST = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th)?\.?\s+([a-z]{3,9})\.?,?\s+(\d{4})\b", re.IGNORECASE
)
_DIGITS = re.compile(r"(?<!\w)\+?\(?\d[\d\s().-]*(?!\w)")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)


class Number(NamedTuple):
    """Digits that may be a record number, a year of birth, a date of birth or part of a phone."""

    digits: str
    international: bool = False

    @property
    def mrn(self) -> str | None:
        return self.digits.zfill(8) if len(self.digits) <= 8 else None

    @property
    def year(self) -> int | None:
        plausible = len(self.digits) == 4 and FIRST_YEAR <= int(self.digits) <= 2100
        return int(self.digits) if plausible else None

    @property
    def dates(self) -> set[date]:
        return _solid_dates(self.digits)

    @property
    def phone_end(self) -> str | None:
        """Return the last digits of a phone number in E.164, where these can be that."""
        return self.digits if 4 <= len(self.digits) <= 15 else None

    @property
    def phone_start(self) -> str | None:
        """Return the first characters of a phone number in E.164, where these can be that."""
        if self.international:
            return f"+{self.digits}"
        return f"+1{self.digits}" if 6 <= len(self.digits) <= 10 else None


@dataclass(frozen=True)
class Query:
    """A person's line, taken apart; `words` are folded and stand as they were typed."""

    words: tuple[str, ...] = ()
    dates: frozenset[date] = frozenset()
    numbers: tuple[Number, ...] = ()
    email: str = ""

    def __bool__(self) -> bool:
        return bool(self.words or self.dates or self.numbers or self.email)

    @property
    def years(self) -> frozenset[int]:
        return frozenset(number.year for number in self.numbers if number.year)


def parse(text: str) -> Query:
    """Take a line apart. A line without a name, date, number or address is an empty `Query`."""
    if len(text) > LONGEST_TEXT:
        return Query()
    text = text.encode(errors="ignore").decode().replace("\x00", " ")
    email = next(iter(_EMAIL.findall(text)), "").lower()
    text, dates = _take_dates(_EMAIL.sub(" ", text))
    numbers = tuple(_numbers(text))
    words = list(dict.fromkeys(name_tokens(_DIGITS.sub(" ", text))))
    return Query(tuple(words[:MOST_WORDS]), frozenset(dates), numbers[:3], email)


def fold(text: str) -> str:
    """Write text in lower case without accents and apostrophes, letters such as ø spelled out."""
    text = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text)).lower()
    return _MARKS.sub("", text).translate(_LETTERS)


def name_tokens(text: str) -> list[str]:
    """Return the words of a name: "O'Brien-Núñez" holds "obrien" and "nunez"."""
    return [word[:LONGEST_TOKEN] for word in _SEPARATORS.split(fold(text)) if word]


def parse_date(text: str) -> date | None:
    """Return the one date that the whole text writes, in any form that `parse` knows."""
    text = text.strip()
    rest, dates = _take_dates(text)
    if not dates and text.isdigit():
        rest, dates = "", _solid_dates(text)
    return dates.pop() if len(dates) == 1 and not rest.strip() else None


def _take_dates(text: str) -> tuple[str, set[date]]:
    """Return the text without its dates, and the dates."""
    dates: set[date] = set()

    def take(match: re.Match[str]) -> str:
        days = set(_readings(match))
        dates.update(days)
        return " " if days else match[0]

    for pattern in (_YEAR_FIRST, _YEAR_LAST, _MONTH_FIRST, _DAY_FIRST):
        text = pattern.sub(take, text)
    return text, dates


def _readings(match: re.Match[str]) -> Iterator[date]:
    first, second, third = match.groups()
    if match.re is _YEAR_FIRST:
        yield from _day(first, second, third)
    elif match.re is _YEAR_LAST:
        month, day = _month_and_day(first, second)
        yield from _day(third, month, day) or _day(third, day, month)
    elif match.re is _MONTH_FIRST:
        yield from _day(third, _month(first), second)
    else:
        yield from _day(third, _month(second), first)


def _solid_dates(digits: str) -> set[date]:
    """Return the dates that eight digits in a row can be: 01172010 or 20100117."""
    if len(digits) != 8:
        return set()
    return {
        *_day(digits[4:], *_month_and_day(digits[:2], digits[2:4])),
        *_day(digits[:4], digits[4:6], digits[6:]),
    }


def _month_and_day(first: str, second: str) -> tuple[str, str]:
    day_first = get_format("SHORT_DATE_FORMAT").startswith("d")
    return (second, first) if day_first else (first, second)


def _day(year: str, month: str, day: str) -> list[date]:
    """Return the date of birth, or nothing when there is no such day; '54 is 1954."""
    number = int(year)
    if len(year) == 2:
        number += 2000 if number <= date.today().year % 100 else 1900  # noqa: DTZ011 - a guess
    try:
        found = date(number, int(month), int(day))
    except ValueError:
        return []
    return [found] if FIRST_YEAR <= found.year <= 2100 else []


def _month(name: str) -> str:
    name = name.lower().replace("sept", "sep") if len(name) == 4 else name.lower()
    fitting = [n for n, month in enumerate(_MONTHS, 1) if month.startswith(name)]
    return str(fitting[0] if fitting else 0)


def _numbers(text: str) -> Iterator[Number]:
    for run in _DIGITS.findall(text):
        digits = re.sub(r"\D", "", run)
        if digits.isascii():
            yield Number(digits, international=run.startswith("+"))
