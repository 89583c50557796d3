"""PostgreSQL ranges, half-open `[start, end)`, for the constraints of this app."""

from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, IntegerRangeField
from django.db.models import F, Func, Value


class Period(Func):
    """The period between two timestamp columns."""

    function = "tstzrange"
    output_field = DateTimeRangeField()

    def __init__(self, starts_at: str, ends_at: str) -> None:
        super().__init__(F(starts_at), F(ends_at), Value("[)"))


class Days(Func):
    """The days from one date to another, both included; no last date means for ever."""

    function = "daterange"
    output_field = DateRangeField()

    def __init__(self, first: str, last: str) -> None:
        super().__init__(F(first), F(last), Value("[]"))


class TimesOfDay(Func):
    """The part of a day between two time columns, laid on an arbitrary date to make a range.

    An end of 00:00 is the midnight at the end of the day.
    """

    template = "tsrange(DATE '2000-01-01' + %(expressions)s - INTERVAL '1 microsecond'), '[]')"
    # A microsecond before 00:00 is the end of the same day: `time` wraps.
    arg_joiner = ", DATE '2000-01-01' + ("

    def __init__(self, starts_at: str, ends_at: str) -> None:
        super().__init__(F(starts_at), F(ends_at))


class WeeksOfTwo(Func):
    """Which of two alternating weeks a column means: 0 both, 1 the first, 2 the second."""

    template = "int4range((%(expressions)s = 1)::int)"
    arg_joiner = " = 2)::int, 2 - ("
    output_field = IntegerRangeField()

    def __init__(self, weeks: str) -> None:
        super().__init__(F(weeks), F(weeks))
