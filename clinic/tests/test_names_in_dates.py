"""Months and weekdays as they stand within a sentence."""

import pytest
from django.conf import LazySettings
from django.utils import dates
from django.utils.translation import override

from clinic.formats import names
from clinic.setup import messages


def test_the_names_of_months_and_days_are_those_that_django_asks_for() -> None:
    ours = [*names.MONTHS, *names.WEEKDAYS, *names.SHORT_WEEKDAYS]
    with override("en"):
        each = (dates.MONTHS, dates.WEEKDAYS, dates.WEEKDAYS_ABBR)
        assert ours == [str(name) for named in each for name in named.values()]


@pytest.mark.parametrize("locale", messages.LOCALES)
def test_no_name_begins_with_a_capital_letter(settings: LazySettings, locale: str) -> None:
    found = messages.catalogue(messages.source(settings.BASE_DIR / "clinic/locale", locale))
    for name in (*names.MONTHS, *names.WEEKDAYS, *names.SHORT_WEEKDAYS):
        written = found[name].string if name in found else ""
        assert written == written.lower(), f"{name} within a sentence"
