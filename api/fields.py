"""Serializer fields that every app's endpoints share."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

LARGEST_ID = 2**63 - 1
# Beyond these, days of a time zone run out of what a datetime can hold.
YEARS = range(1900, 2200)


class Instant(serializers.DateTimeField):
    """A point in time. Without an offset nobody knows which, so that is refused."""

    default_error_messages = {
        "no_offset": _(
            "Add the offset from UTC, such as 2027-03-14T09:30:00-05:00 or 2027-03-14T14:30:00Z."
        ),
        "out_of_reach": _("This year is out of reach. Send one such as 2027."),
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.utcoffset() is None:
            self.fail("no_offset")
        if value.year not in YEARS:
            self.fail("out_of_reach")
        return value.astimezone(UTC)

    def to_representation(self, value: Any) -> Any:
        """Write UTC, whatever the time zone of the thread."""
        return super().to_representation(value.astimezone(UTC) if value else value)


class Day(serializers.DateField):
    """A day on the wall calendar, within what the days of a time zone can hold."""

    default_error_messages = {
        "out_of_reach": _("This year is out of reach. Send one such as 2027.")
    }

    def to_internal_value(self, value: Any) -> date:
        day: date = super().to_internal_value(value)
        if day.year not in YEARS:
            self.fail("out_of_reach")
        return day


@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"})
class Clock(serializers.TimeField):
    """A time of day on a wall clock, such as 08:30, which has no offset."""

    def __init__(self, **options: Any) -> None:
        formats = ["%H:%M", "%H:%M:%S"]
        super().__init__(format="%H:%M:%S", input_formats=formats, **options)


class Reference(serializers.PrimaryKeyRelatedField):
    """The id of a row that the person asking may see; any other is said not to exist.

    `rows` takes the user and returns the queryset to choose from.
    """

    default_error_messages = {
        "does_not_exist": _("There is none with the id {pk_value} that you may use here."),
        "incorrect_type": _("An id is a whole number, such as 42."),
    }

    def __init__(self, rows: Callable[[Any], Any], **options: Any) -> None:
        self.rows = rows
        id_field = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
        super().__init__(queryset=[], pk_field=id_field, **options)

    def get_queryset(self) -> Any:
        return self.rows(self.context["request"].user)


class Miles(serializers.FloatField):
    """A distance to a tenth of a mile: between the middles of ZIP codes no more is known."""

    def to_representation(self, value: Any) -> float:
        return round(float(value), 1)


@extend_schema_field(serializers.CharField)
class Named(serializers.ReadOnlyField):
    """The name of what a reference points to, shown beside its id; None without one."""

    def to_representation(self, value: Any) -> str | None:
        return None if value is None else str(value)
