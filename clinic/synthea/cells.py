"""What Synthea's cells mean: pure functions from a cell's text to the value that we keep."""

import re
from collections import Counter
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import phonenumbers
import zipcodes

from clinic.synthea.tables import BrokenRowError

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_DIGITS_AFTER_NAME = re.compile(r"\d+")
_SMALL_WORDS = {"a", "an", "and", "at", "by", "for", "in", "of", "on", "or", "the", "to"}
_CAPITALS = {"LLC", "PLLC", "PA", "PO", "VA", "USA", "II", "III", "IV", "CRNA", "CHI", "HCE"}
_NO_CAPITALS = {"ST", "DR", "RD", "CT", "BLVD", "PLZ", "LN", "PL", "MT", "FT", "JR", "SR", "SQ"}


def tidied(text: str) -> str:
    """Return text with single spaces, and set in title case if it is ALL CAPITALS."""
    text = " ".join(text.split()).rstrip("- ")
    return _WORD.sub(_cased, text) if text.isupper() else text


def _cased(match: re.Match[str]) -> str:
    word, start = match.group(), match.start()
    follows_digit = start > 0 and match.string[start - 1].isdigit()
    if follows_digit or (start > 0 and word.lower() in _SMALL_WORDS and len(word) > 1):
        return word.lower()
    vowelless = len(word) <= 4 and not set(word) & set("AEIOUY") and word not in _NO_CAPITALS
    if word in _CAPITALS or vowelless:
        return word
    if word.startswith("MC") and len(word) > 4:
        return "Mc" + word[2:].capitalize()
    head, *tail = re.split(r"(?<=['’])", word)
    return head.capitalize() + "".join(
        part.capitalize() if len(part) > 1 else part.lower() for part in tail
    )


def name_without_digits(text: str) -> str:
    """Return a person's name without the digits that Synthea appends to each part of it."""
    return " ".join(_DIGITS_AFTER_NAME.sub("", text).split())


def zip_code(text: str) -> tuple[str, str]:
    """Return five digits, or "" and why there are none.

    Synthea writes nine digits without a hyphen, loses leading zeros, and writes 00000 for none.
    """
    digits = re.sub(r"[-\s]", "", text)
    if not digits or not digits.strip("0"):
        return "", "ZIP is 00000 and was left empty" if digits else ""
    if not re.fullmatch(r"[0-9]{3,5}|[0-9]{7,9}", digits):
        return "", "ZIP is not a ZIP code and was left out"
    return (digits.zfill(5) if len(digits) <= 5 else digits.zfill(9)[:5]), ""


def phone(text: str) -> tuple[str, str]:
    """Return a US number in E.164, or "" and why there is none."""
    if not text:
        return "", ""
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        return "", "PHONE is not a valid number and was left out"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), ""


def day(text: str, column: str) -> date:
    """Return a date; older versions of Synthea put a time behind it."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise BrokenRowError(f"{column} is not a date such as 1980-02-28.") from None


def instant(text: str, column: str) -> datetime:
    """Return an instant; one without an offset is UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BrokenRowError(f"{column} is not a time such as 2023-04-05T16:30:00Z.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@cache
def timezone(zip_code: str, state: str) -> str:
    """Return the IANA zone of a ZIP code, or else the commonest of its region or its state.

    Returns "" when none of them is known.
    """
    look_up: Any = zipcodes  # the package has no annotations
    if zip_code:
        here, around = look_up.matching(zip_code), zip_code[:3]
        zone = _commonest_zone(here) or _commonest_zone(look_up.similar_to(around))
        if zone:
            return zone
    return _commonest_zone(look_up.filter_by(state=state)) if state else ""


def _commonest_zone(places: list[dict]) -> str:
    zones = Counter(p["timezone"] for p in places if p["timezone"] in _timezones())
    return zones.most_common(1)[0][0] if zones else ""


@cache
def _timezones() -> set[str]:
    return available_timezones()
