"""Adding to the contact log."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.models import ContactEntry


class ContactForm(forms.ModelForm):
    """What was said, when and how; `strikes` names the entry that this one corrects."""

    at = forms.DateTimeField(
        label=_("When"),
        required=False,
        help_text=_("Leave it empty for now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    class Meta:
        model = ContactEntry
        fields = ["channel", "direction", "at", "note", "strikes"]
        labels = {"channel": _("Channel"), "direction": _("Direction"), "note": _("Note")}
        widgets = {"note": forms.Textarea(attrs={"rows": 2}), "strikes": forms.HiddenInput}

    def __init__(self, data: Any = None, *, entry: ContactEntry, initial: Any = None) -> None:
        super().__init__(data, instance=entry, initial=initial, auto_id="contact_%s")
        own = ContactEntry.objects.filter(patient=entry.patient)
        self.fields["strikes"].queryset = own  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        fields = Div(
            *(Field(name) for name in ("channel", "direction", "at")), css_class="form-grid"
        )
        self.helper.layout = Layout("strikes", fields, "note")

    def validate_unique(self) -> None:
        """Leave to `ContactEntry.add()` what has been corrected already: it may be this press."""

    def clean_at(self) -> Any:
        return self.cleaned_data["at"] or timezone.now()
