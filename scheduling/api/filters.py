"""Filters by time: an instant that says its offset, or a day."""

from typing import Any

from django import forms
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError

from api.fields import YEARS, Instant


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


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantFilter(filters.Filter):
    field_class = InstantField


@extend_schema_field(OpenApiTypes.DATE)
class DayFilter(filters.Filter):
    field_class = DayField
