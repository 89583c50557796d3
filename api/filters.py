"""Filters of lists. A value that means nothing is refused, never passed over."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError

from api.fields import LARGEST_ID, YEARS, Instant


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": LARGEST_ID})
class Id(filters.Filter):
    """Keeps the rows that refer to this id; one that nobody has finds nothing."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, min_value=1, max_value=LARGEST_ID, **options)


@extend_schema_field(bool)
class YesNo(filters.TypedChoiceFilter):
    """`true` or `false`; the library's own filter takes any other word for neither."""

    def __init__(self, *args: Any, **options: Any) -> None:
        words = {"true": True, "false": False}
        choices = [(word, word) for word in words]
        super().__init__(*args, choices=choices, coerce=words.get, empty_value=None, **options)


class Words(filters.CharFilter):
    """Text of a bounded length, in any case of letters."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, max_length=200, **{"lookup_expr": "iexact"} | options)


class Ordering(filters.OrderingFilter):
    """Sorts by the fields allowed, and by id where those are equal, so that no row is on two pages.

    A minus before a name turns its order around; several names are parted by commas.
    """

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        if not value:
            return qs
        return qs.order_by(*(self.get_ordering_value(name) for name in value), "pk")


class InstantField(forms.Field):
    def clean(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return Instant().run_validation(value)
        except ValidationError as error:
            raise forms.ValidationError([str(each) for each in error.detail]) from error


class DayField(forms.DateField):
    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is not None and day.year not in YEARS:
            raise forms.ValidationError(_("This year is out of reach. Send one such as 2027."))
        return day


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantFilter(filters.Filter):
    """A point in time that says its offset."""

    field_class = InstantField


@extend_schema_field(OpenApiTypes.DATE)
class DayFilter(filters.Filter):
    """A day within reach; see `api.fields`."""

    field_class = DayField


class Starting(filters.FilterSet):
    """`from` and `to`, whose names Python keeps for itself: what starts in a period."""

    @classmethod
    def get_filters(cls) -> Any:
        return super().get_filters() | cls.period()

    @classmethod
    def period(cls) -> dict[str, filters.Filter]:
        """Return the two by their names."""
        return {
            "from": InstantFilter(
                field_name="starts_at", lookup_expr="gte", help_text="Starts then or later."
            ),
            "to": InstantFilter(
                field_name="starts_at", lookup_expr="lt", help_text="Starts before then."
            ),
        }


class During(Starting):
    """What lasts into a period, or through it."""

    @classmethod
    def period(cls) -> dict[str, filters.Filter]:
        after = InstantFilter(field_name="ends_at", lookup_expr="gt", help_text="Ends after then.")
        return super().period() | {"from": after}
