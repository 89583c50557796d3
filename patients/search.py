"""What somebody at the desk means by one line of text.

"hayes 1/17/2010", "LANGOSH, C", "(402) 555-0142" and "wate 2010" all go into one box. `parse` takes
such a line apart into name words, dates of birth, numbers and an email address; it knows neither
database nor framework. How dates are written, `Writing` says. `fold` writes a name as the
index does: the SQL function `patients_name_tokens` applies the same steps, and a test holds the two
together.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

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
    r"\b([^\W\d_]{3,10})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b", re.IGNORECASE
)
_DAY_FIRST = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th|º)?\.?\s+(?:de\s+)?([^\W\d_]{3,10})\.?,?\s+(?:de\s+)?(\d{4})\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(?<!\w)\+?\(?\d[\d\s().-]*(?!\w)")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)


class Writing(NamedTuple):
    """How a language writes dates; `months` are its names of them beside the English ones.

    A date that cannot be meant so, such as 1/17/2010 where days come first, is read the other way.
    """

    day_first: bool = False
    months: tuple[str, ...] = ()


AMERICAN = Writing()


class Number(NamedTuple):
    """Digits that may be a record number, a year of birth, a date of birth or part of a phone."""

    digits: str
    international: bool = False
    writing: Writing = AMERICAN

    @property
    def mrn(self) -> str | None:
        return self.digits.zfill(8) if len(self.digits) <= 8 else None

    @property
    def year(self) -> int | None:
        plausible = len(self.digits) == 4 and FIRST_YEAR <= int(self.digits) <= 2100
        return int(self.digits) if plausible else None

    @property
    def dates(self) -> set[date]:
        return _solid_dates(self.digits, self.writing)

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


def parse(text: str, writing: Writing = AMERICAN) -> Query:
    """Take a line apart. A line without a name, date, number or address is an empty `Query`."""
    if len(text) > LONGEST_TEXT:
        return Query()
    text = text.encode(errors="ignore").decode().replace("\x00", " ")
    email = next(iter(_EMAIL.findall(text)), "").lower()
    text, dates = _take_dates(_EMAIL.sub(" ", text), writing)
    numbers = tuple(_numbers(text, writing))
    words = list(dict.fromkeys(name_tokens(_DIGITS.sub(" ", text))))
    return Query(tuple(words[:MOST_WORDS]), frozenset(dates), numbers[:3], email)


def fold(text: str) -> str:
    """Write text in lower case without accents and apostrophes, letters such as ø spelled out."""
    text = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text)).lower()
    return _MARKS.sub("", text).translate(_LETTERS)


def name_tokens(text: str) -> list[str]:
    """Return the words of a name: "O'Brien-Núñez" holds "obrien" and "nunez"."""
    return [word[:LONGEST_TOKEN] for word in _SEPARATORS.split(fold(text)) if word]


def parse_date(text: str, writing: Writing = AMERICAN) -> date | None:
    """Return the one date that the whole text writes, in any form that `parse` knows."""
    text = text.strip()
    rest, dates = _take_dates(text, writing)
    if not dates and text.isdigit():
        rest, dates = "", _solid_dates(text, writing)
    return dates.pop() if len(dates) == 1 and not rest.strip() else None


def _take_dates(text: str, writing: Writing) -> tuple[str, set[date]]:
    """Return the text without its dates, and the dates."""
    dates: set[date] = set()

    def take(match: re.Match[str]) -> str:
        days = set(_readings(match, writing))
        dates.update(days)
        return " " if days else match[0]

    for pattern in (_YEAR_FIRST, _YEAR_LAST, _MONTH_FIRST, _DAY_FIRST):
        text = pattern.sub(take, text)
    return text, dates


def _readings(match: re.Match[str], writing: Writing) -> Iterator[date]:
    first, second, third = match.groups()
    if match.re is _YEAR_FIRST:
        yield from _day(first, second, third)
    elif match.re is _YEAR_LAST:
        month_first, day_first = _day(third, first, second), _day(third, second, first)
        yield from (day_first or month_first) if writing.day_first else (month_first or day_first)
    elif match.re is _MONTH_FIRST:
        yield from _day(third, _month(first, writing), second)
    else:
        yield from _day(third, _month(second, writing), first)


def _solid_dates(digits: str, writing: Writing) -> set[date]:
    """Return the dates that eight digits in a row can be: 01172010 or 17012010, or 20100117."""
    if len(digits) != 8:
        return set()
    day_first = slice(2, 4), slice(0, 2)
    month, day = day_first if writing.day_first else day_first[::-1]
    return {
        *_day(digits[4:], digits[month], digits[day]),
        *_day(digits[:4], digits[4:6], digits[6:]),
    }


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


def _month(name: str, writing: Writing) -> str:
    name = fold(name)
    name = "sep" if name == "sept" else name
    for months in (_MONTHS, writing.months):
        fitting = [n for n, month in enumerate(months, 1) if fold(month).startswith(name)]
        if fitting:
            return str(fitting[0])
    return "0"


def _numbers(text: str, writing: Writing) -> Iterator[Number]:
    for run in _DIGITS.findall(text):
        digits = re.sub(r"\D", "", run)
        if digits.isascii():
            yield Number(digits, run.startswith("+"), writing)
