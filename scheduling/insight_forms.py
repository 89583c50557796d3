"""Which facility and which days the figures are of."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from facilities.models import Facility
from scheduling.insight.scope import LONGEST, ONE_DAY


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


class InsightForm(forms.Form):
    """Everything may be left out: all facilities, the last thirteen weeks."""

    facility = forms.ModelChoiceField(
        Facility.objects.none(),
        required=False,
        empty_label="All your facilities",
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    first = _day("From")
    last = _day("To")

    def __init__(self, *args: Any, facilities: QuerySet[Facility], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facility"].queryset = facilities  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            raise ValidationError({"last": "The last day must not lie before the first."})
        if first and last and last - first + ONE_DAY > LONGEST:
            raise ValidationError({"first": "Choose a period of a year at most."})
        if bool(first) != bool(last) and not self.errors:
            missing = "last" if first else "first"
            raise ValidationError({missing: "Choose this day too, or leave both empty."})
        return given
