"""What a list may be narrowed by: named parameters, each with a checked value, and no others."""

from typing import Any

from django import forms
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError

from api.fields import LARGEST_ID, YEARS, Instant

# What the pages of a list read themselves.
OF_PAGES = frozenset({"page", "page_size", "cursor", "updated_since", "format"})


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
            raise forms.ValidationError("This year is out of reach. Send one such as 2027.")
        return day


class IdField(forms.IntegerField):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "min_value": 1, "max_value": LARGEST_ID})


@extend_schema_field(OpenApiTypes.INT64)
class IdFilter(filters.Filter):
    """Rows that refer to the row with this id; where there is none, no rows."""

    field_class = IdField


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantFilter(filters.Filter):
    field_class = InstantField


@extend_schema_field(OpenApiTypes.DATE)
class DayFilter(filters.Filter):
    field_class = DayField


class FilterSet(filters.FilterSet):
    """Refuses a parameter that it does not know: a misspelt one would list everything."""

    @property
    def qs(self) -> Any:
        known = self.filters.keys() | OF_PAGES
        unknown = sorted(self.data.keys() - known)
        if unknown:
            message = "There is no parameter of this name. Check its spelling."
            raise ValidationError({name: [message] for name in unknown}, code="unknown_parameter")
        return super().qs
