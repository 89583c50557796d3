"""The days of the week as the language of the page has them: their names, and which is the first.

Weekdays are numbered as ISO 8601 does, from 1 for Monday, whichever of them a week begins with.
"""

from datetime import date, timedelta

from django.db.models import F, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Mod
from django.utils import dates
from django.utils.formats import get_format

ONE_DAY = timedelta(days=1)


def first() -> int:
    """Return the weekday with which a week begins."""
    return int(get_format("FIRST_DAY_OF_WEEK")) or 7


def in_order() -> list[int]:
    """Return the weekdays as a week has them."""
    return [(first() + n - 1) % 7 + 1 for n in range(7)]


def place(weekday: int) -> int:
    """Return how many days of the week come before this one."""
    return (weekday - first()) % 7


def order() -> Mod:
    """Return what sorts rows by their column `weekday`."""
    after: CombinedExpression = F("weekday") + Value(7 - first())
    return Mod(after, Value(7))


def first_of_week(day: date) -> date:
    return day - place(day.isoweekday()) * ONE_DAY


def short(weekday: int) -> str:
    """Return the name as it stands in narrow places, such as “Mon”."""
    return str(dates.WEEKDAYS_ABBR[weekday - 1])


def narrow_choices() -> list[tuple[int, str]]:
    """Return the choices of a field, in narrow places."""
    return [(weekday, short(weekday)) for weekday in in_order()]
