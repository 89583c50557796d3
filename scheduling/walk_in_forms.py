"""What is said of a walk-in besides who it is."""

from typing import Any

from crispy_forms.layout import Field
from django import forms

from scheduling.forms import USUAL_MINUTES, bare_helper
from scheduling.models import AppointmentType


class WalkInForm(forms.Form):
    type = forms.ModelChoiceField(
        AppointmentType.objects.filter(is_active=True),
        label="Type of visit",
        required=False,
        empty_label=f"Visit ({USUAL_MINUTES} min)",
    )
    reason = forms.CharField(max_length=200, required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        kinds: Any = self.fields["type"]
        kinds.label_from_instance = lambda kind: f"{kind.name} ({kind.duration_minutes} min)"
        self.helper = bare_helper("type", Field("reason", autocomplete="off"))

    @property
    def kind(self) -> AppointmentType | None:
        """Return the type that is chosen, which says how long the visit lasts."""
        if not self.is_bound or not self.is_valid():
            return None
        kind: AppointmentType | None = self.cleaned_data["type"]
        return kind
