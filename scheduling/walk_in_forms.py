"""What is said of a walk-in besides who it is."""

from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from scheduling.forms import USUAL_MINUTES, bare_helper, type_and_minutes, type_label
from scheduling.models import AppointmentType


class WalkInForm(forms.Form):
    type = forms.ModelChoiceField(
        AppointmentType.objects.filter(is_active=True),
        label=_("Type of visit"),
        required=False,
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        kinds: Any = self.fields["type"]
        kinds.empty_label = type_and_minutes(gettext("Visit"), USUAL_MINUTES)
        kinds.label_from_instance = type_label
        self.helper = bare_helper("type", Field("reason", autocomplete="off"))

    @property
    def kind(self) -> AppointmentType | None:
        """Return the type that is chosen, which says how long the visit lasts."""
        if not self.is_bound or not self.is_valid():
            return None
        kind: AppointmentType | None = self.cleaned_data["type"]
        return kind
