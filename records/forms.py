"""What is typed into a chart."""

from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from records.models import Allergy, Condition, Document, HealthSummary, MedicalRecord, Medication
from records.models.clinical import refuse_ahead
from scheduling.availability import day_bounds


class DayField(forms.DateField):
    """A day, chosen or typed; whether it may lie ahead is for the model to say."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)


class _ChartForm(forms.ModelForm):
    """A form for a new row of a chart; `kind` names it, and sets its fields' ids apart."""

    kind: str
    layout: tuple[Any, ...]

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        super().__init__(data, files, auto_id=f"{self.kind}_%s", **kwargs)
        self.helper = plain(*self.layout)

    def refuse(self, error: ValidationError) -> None:
        """Show a refusal of the model or the database, beside its field where there is one."""
        named = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error}
        for name, errors in named.items():
            self.add_error(name if name in self.fields else None, errors)


_CODED = ("code", "system")


class AllergyForm(_ChartForm):
    kind = "allergy"
    layout = (
        "description",
        Div("type", "category", "reaction", "severity", "onset_on", *_CODED, css_class="form-grid"),
    )

    reaction = forms.CharField(label=_("Reaction"), max_length=255, required=False)
    severity = forms.ChoiceField(
        label=_("Severity"), choices=Allergy.Severity.choices, required=False
    )
    onset_on = DayField(label=_("Since"))

    class Meta:
        model = Allergy
        fields = ["description", "type", "category", "onset_on", "code", "system"]
        labels = {"description": _("Allergic to")}

    def clean(self) -> dict[str, Any] | None:
        typed = super().clean() or self.cleaned_data
        if typed.get("severity") and not typed.get("reaction"):
            self.add_error("reaction", gettext("Say which reaction is this severe."))
        elif typed.get("reaction"):
            keys = {"code": "", "severity": typed.get("severity", "")}
            self.instance.reactions = [keys | {"description": typed["reaction"]}]
        return typed


class ConditionForm(_ChartForm):
    kind = "condition"
    layout = ("description", Div("onset_on", *_CODED, css_class="form-grid"), "note")

    onset_on = DayField(label=_("Since"))

    class Meta:
        model = Condition
        fields = ["description", "onset_on", "code", "system", "note"]
        labels = {"description": _("Condition")}


class MedicationForm(_ChartForm):
    kind = "medication"
    layout = (
        "description",
        "dosage",
        Div("starts_on", "reason", *_CODED, css_class="form-grid"),
    )

    starts_on = DayField(label=_("Since"))

    class Meta:
        model = Medication
        fields = ["description", "dosage", "reason", "code", "system"]
        labels = {"description": _("Medication")}

    def clean_starts_on(self) -> date | None:
        """Take the beginning of the day, on the clock by which the chart is shown."""
        day: date | None = self.cleaned_data["starts_on"]
        refuse_ahead(day, self.instance.patient)
        if day:
            self.instance.starts_at = day_bounds(day, self.instance.patient.tz).starts_at
        return day


FINDINGS: dict[str, type[_ChartForm]] = {
    "allergy": AllergyForm,
    "condition": ConditionForm,
    "medication": MedicationForm,
}


class SummaryForm(_ChartForm):
    kind = "summary"
    layout = ("since", "blood_type", "history")

    since = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    class Meta:
        model = HealthSummary
        fields = ["blood_type", "history"]
        widgets = {"history": forms.Textarea(attrs={"rows": 5})}


class DocumentForm(_ChartForm):
    kind = "document"
    layout = (Div("title", "kind", "file", css_class="form-grid"),)

    file = forms.FileField(label=_("File"), allow_empty_file=True)

    class Meta:
        model = Document
        fields = ["title", "kind"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["file"]
        field.widget.attrs["accept"] = "application/pdf,image/png,image/jpeg"
        most = settings.DOCUMENT_MOST_BYTES // 1024**2
        field.help_text = gettext("PDF, PNG or JPEG, at most %(most)s MB.") % {"most": most}


class NoteForm(forms.ModelForm):
    """A draft; `revision` is what it was read as."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    class Meta:
        model = MedicalRecord
        fields = ["diagnosis", "prescription", "notes"]
        widgets = {
            "diagnosis": forms.Textarea(attrs={"rows": 3}),
            "prescription": forms.Textarea(attrs={"rows": 3}),
            "notes": forms.Textarea(attrs={"rows": 12}),
        }

    def __init__(self, data: Any = None, *, draft: MedicalRecord) -> None:
        super().__init__(data, instance=draft, initial={"revision": draft.revision})
        self.helper = plain("revision", "diagnosis", "prescription", "notes")

    def _post_clean(self) -> None:
        """Leave the draft as it is read: its own operations write it."""

    @property
    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in MedicalRecord.TEXTS}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        error_messages={"required": _("Say why, in a few words.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.helper = plain("reason")


def plain(*layout: Any) -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*layout)
    return helper
