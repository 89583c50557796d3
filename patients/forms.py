"""Registering a patient, quickly during a call or in full, and editing one."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from facilities.models import Doctor, Facility
from patients.facility_choice import FULL, FacilityField, who_has_room
from patients.languages import languages
from patients.meanwhile import Clash, as_read, chosen, clashes, reconciled
from patients.models import Patient
from patients.models.change import DEMOGRAPHICS
from patients.typed_dates import TypedDateField

LABELS = {
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "maiden_name": _("Maiden name"),
    "gender": _("Gender"),
    "language": _("Language"),
    "phone": _("Phone"),
    "email": _("Email"),
    "address_line": _("Address"),
    "city": _("City"),
    "state": _("State"),
    "facility": _("Facility"),
    "assigned_doctor": _("Assigned doctor"),
    "is_active": _("Is active"),
}


class _RefusableForm(forms.ModelForm):
    """A form that shows what the database refuses, such as a full facility, among its errors."""

    def save_or_explain(self) -> Patient | None:
        """Save and return the patient, or None with the reason among the form's errors."""
        if not self.is_valid():
            return None
        try:
            with transaction.atomic():
                return self._write()
        except ValidationError as error:
            self.add_error(None, ValidationError(error.messages[0], code=error.code))
            return None

    def _write(self) -> Patient:
        patient: Patient = self.save()
        return patient


class NewPatientForm(_RefusableForm):
    """The least that a new patient is registered with while they are on the phone."""

    date_of_birth = TypedDateField(label=_("Date of birth"))

    class Meta:
        model = Patient
        fields = ["given_name", "family_name", "date_of_birth", "phone"]
        labels = LABELS

    def __init__(self, data: Any = None, *, facility: Facility, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.instance.facility = facility
        self.helper = _helper(
            _row(_name("given_name"), _name("family_name")),
            _row("date_of_birth", _phone()),
        )


class PatientForm(_RefusableForm):
    """All demographics. An edit says which version it was read from and what stood there.

    When somebody else has saved since, a field that one side alone changed is that side's, and the
    form is saved. `clashes` holds the fields that both changed: the person chooses of each.
    """

    date_of_birth = TypedDateField(label=_("Date of birth"))
    deceased_on = TypedDateField(label=_("Deceased on"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    as_read = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Patient
        fields = DEMOGRAPHICS
        labels = LABELS
        field_classes = {"facility": FacilityField}

    def __init__(self, data: Any = None, *, user: User, **kwargs: Any) -> None:
        undecided = data.getlist("undecided") if hasattr(data, "getlist") else []
        data, still = chosen(data, undecided) if undecided else (data, [])
        super().__init__(data, **kwargs)
        self.user = user
        self.clashes: dict[str, Clash] = {}
        self.is_conflict = False
        self.taken_over: list[str] = []
        self._offer(user)
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"), choices=languages(self.instance.language), required=False
        )
        if self.instance.pk:
            self.initial["version"] = self.instance.version
            self.initial["as_read"] = as_read(self.instance)
        self._ask(still)
        self.helper = _helper(*_LAYOUT)
        self.helper.field_template = "patients/_field.html"

    @property
    def clash_labels(self) -> list[str]:
        return [clash.label for clash in self.clashes.values()]

    def add_error(self, field: str | None, error: Any) -> None:
        """Show beside the facility that it is full, with the nearest ones that have room."""
        super().add_error(field, error)
        if not self.has_error(NON_FIELD_ERRORS, FULL):
            return
        for refusal in self.errors.pop(NON_FIELD_ERRORS).as_data():
            if refusal.code == FULL:
                choosable = self.fields["facility"].queryset  # type: ignore[attr-defined]
                offers = who_has_room(self.cleaned_data.get("zip_code") or "", choosable)
                words = " ".join([*refusal.messages, offers]).strip()
                super().add_error("facility", ValidationError(words, code=FULL))
            else:
                super().add_error(None, refusal)

    def clean(self) -> dict[str, Any] | None:
        for name in self.clashes:
            self.add_error(name, gettext("Choose one of the two values below, then save again."))
        return super().clean()

    def save_or_explain(self) -> Patient | None:
        """Save, with what somebody else changed meanwhile; of what both changed, ask."""
        patient = super().save_or_explain()
        if patient is None and self.has_error(NON_FIELD_ERRORS, "stale"):
            self._meet(Patient.objects.get(pk=self.instance.pk))
            return None if self.clashes else self.save_or_explain()
        return patient

    def _offer(self, user: User) -> None:
        """Offer the person's own facilities and doctors, and those that the patient has.

        Who may not close a record is shown whether it is open, and changes nothing about it.
        """
        for name, model in (("facility", Facility), ("assigned_doctor", Doctor)):
            own = Q(pk__in=model.objects.visible_to(user).active())
            kept = Q(pk=getattr(self.instance, f"{name}_id"))
            self.fields[name].queryset = model.objects.filter(own | kept)  # type: ignore[attr-defined]
        if not user.has_perm(Patient.CLOSING):
            refusal = gettext("Only the desk closes a record or opens it again.")
            self.fields["is_active"].disabled = True
            self.fields["is_active"].help_text = refusal
            self.initial["is_active"] = self.instance.is_active

    def _write(self) -> Patient:
        if self.instance.pk is None:
            return super()._write()
        since = self.cleaned_data["version"] or 0
        self.instance.save_unless_changed(since=since, by=self.user)
        return self.instance

    def _meet(self, stored: Patient) -> None:
        """Begin again from what is stored now, and keep what was typed."""
        self.instance = stored
        self._offer(self.user)
        met = reconciled(self, stored)
        self.data = met.data | {"version": str(stored.version), "as_read": as_read(stored)}
        self.taken_over += [str(self.fields[name].label) for name in met.taken_over]
        self._errors = None
        self.is_conflict = bool(met.clashing)
        self._ask(met.clashing)
        if self.is_conflict:
            self.full_clean()

    def _ask(self, names: list[str]) -> None:
        if not names:
            return
        self.clashes = clashes(self, Patient.objects.get(pk=self.instance.pk), names)
        for name, clash in self.clashes.items():
            self.fields[name].clash = clash  # type: ignore[attr-defined]


class _Decided(Field):
    """A field that asks below itself what to do when somebody else changed it too."""

    template = "patients/_field.html"


_LAYOUT = (
    "version",
    "as_read",
    Fieldset(
        _("Who"),
        Div(
            *(
                _Decided(name, autocomplete="off", spellcheck="false")
                for name in ("given_name", "family_name", "maiden_name")
            ),
            *("date_of_birth", "gender", "language"),
            css_class="form-grid",
        ),
    ),
    Fieldset(
        _("How to reach them"),
        Div(
            *(
                _Decided(name, autocomplete="off")
                for name in ("phone", "email", "address_line", "city", "state")
            ),
            _Decided("zip_code", autocomplete="off", inputmode="numeric"),
            css_class="form-grid",
        ),
    ),
    Fieldset(
        _("Where they are cared for"),
        Div("facility", "assigned_doctor", "deceased_on", "is_active", css_class="form-grid"),
    ),
)


def _helper(*fields: Any) -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*fields)
    return helper


def _row(*fields: Any) -> Div:
    return Div(*fields, css_class="form-pair")


def _name(field: str) -> Field:
    return Field(field, autocomplete="off", autocapitalize="words", spellcheck="false")


def _phone() -> Field:
    return Field("phone", autocomplete="off", inputmode="tel", placeholder="(402) 555-0142")
