"""Dates that are typed, in the way in which the language of the page writes them."""

import time
from datetime import date
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.dates import MONTHS
from django.utils.formats import get_format
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from patients.search import FIRST_YEAR, Writing, parse_date


def writing() -> Writing:
    """Return how the language of the page writes dates."""
    return _writing(translation.get_language() or "en")


@cache
def _writing(language: str) -> Writing:
    with translation.override(language):
        day_first = get_format("DATE_INPUT_FORMATS")[0].startswith("%d")
        return Writing(day_first, tuple(str(MONTHS[number]) for number in range(1, 13)))


def as_typed(day: date) -> str:
    """Return a day as it is typed, such as 01/17/2010."""
    return day.strftime(get_format("DATE_INPUT_FORMATS")[0])


def pattern() -> str:
    """Return what stands in an empty field, such as MM/DD/YYYY."""
    # Translators: DD, MM and YYYY stand for the digits of day, month and year in empty date fields.
    parts = {"%d": _("DD"), "%m": _("MM"), "%Y": _("YYYY")}
    shown: str = get_format("DATE_INPUT_FORMATS")[0]
    for part, letters in parts.items():
        shown = shown.replace(part, letters)
    return shown


def not_understood() -> str:
    if writing().day_first:
        return _(
            "Enter the date as day/month/year with four digits for the year, such as 17/1/2010."
        )
    return _("Enter the date as month/day/year with four digits for the year, such as 1/17/2010.")


def in_a_file(text: str) -> date:
    """Read a date of a file, as 2010-01-17 or as the language of the page types it.

    Nothing is guessed, as one column may hold dates that could be meant either way. Raises
    ValueError with a sentence for a person.
    """
    for form in ("%Y-%m-%d", get_format("DATE_INPUT_FORMATS")[0]):
        try:
            day = date(*time.strptime(text, form)[:3])
        except ValueError:
            continue
        if day.year >= FIRST_YEAR:
            return day
    # Translators: the second form is such as MM/DD/YYYY.
    words = _("Write the date as 2010-01-17 or as %(pattern)s, with four digits for the year.")
    raise ValueError(words % {"pattern": pattern()})


class TypedDateField(forms.DateField):
    """A date that is typed, as 1/17/2010, 17 Jan 2010, 01172010 or 2010-01-17."""

    widget = forms.DateInput(
        attrs={
            "placeholder": lazy(pattern, str)(),
            "inputmode": "numeric",
            "autocomplete": "off",
        }
    )

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return value or None
        text = str(value)
        day = parse_date(text, writing()) if any(part.isdigit() for part in text) else None
        if day is None or str(day.year) not in text:
            raise ValidationError(not_understood(), code="invalid")
        return day
