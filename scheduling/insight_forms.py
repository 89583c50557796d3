"""Which facility and which days the figures are of."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from facilities.models import Facility
from scheduling.insight.scope import LONGEST, ONE_DAY

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


def _day(label: "StrPromise") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


class InsightForm(forms.Form):
    """Everything may be left out: all facilities, the last thirteen weeks."""

    facility = forms.ModelChoiceField(
        Facility.objects.none(),
        label=_("Facility"),
        required=False,
        empty_label=_("All your facilities"),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    first = _day(_("From"))
    last = _day(_("To"))

    def __init__(self, *args: Any, facilities: QuerySet[Facility], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facility"].queryset = facilities  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            raise ValidationError({"last": gettext("The last day must not lie before the first.")})
        if first and last and last - first + ONE_DAY > LONGEST:
            raise ValidationError({"first": gettext("Choose a period of a year at most.")})
        if bool(first) != bool(last) and not self.errors:
            missing = "last" if first else "first"
            raise ValidationError({missing: gettext("Choose this day too, or leave both empty.")})
        return given
