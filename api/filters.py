"""Filters of lists. A value that means nothing is refused, never passed over."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from api.fields import LARGEST_ID


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
