"""What the desk types: the wanted slot, a visit's details, why one is cancelled, where it moves."""

from datetime import UTC, date, datetime
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms

from facilities.models import Doctor, Facility
from scheduling.models import Appointment, AppointmentType

# Beyond these, instants and days of a time zone run out of what a datetime can hold.
YEARS = range(1900, 2200)
Day = date


def bare_helper(*fields: Any) -> FormHelper:
    """Return a crispy helper for fields that stand inside a form of the template."""
    helper = FormHelper()
    helper.include_media = False
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*fields)
    return helper


class InstantField(forms.CharField):
    """An aware ISO 8601 instant, such as 2026-03-08T14:30Z, which links and buttons carry."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None or at.year not in YEARS:
            raise forms.ValidationError("This is no time. Choose one on the day board.")
        return at.astimezone(UTC)


class DoctorField(forms.ModelChoiceField):
    """A doctor of the facility who still takes appointments."""

    def __init__(self, facility: Facility, **kwargs: Any) -> None:
        doctors = facility.doctors.active().order_by("name", "pk")
        super().__init__(doctors, empty_label=None, **kwargs)


class SlotForm(forms.Form):
    """A start with a doctor: two fields, or together in a button as `<doctor>|<instant>`."""

    doctor: Any
    starts_at = InstantField()

    def __init__(self, data: Any, facility: Facility) -> None:
        super().__init__(slot_data(data))
        self.fields["doctor"] = DoctorField(facility)


def slot_data(data: Any) -> dict[str, Any]:
    """Return doctor and start from a pressed slot button, or else from their own fields."""
    if "|" in data.get("slot", ""):
        doctor, _, starts_at = data["slot"].partition("|")
        return {"doctor": doctor, "starts_at": starts_at}
    return {"doctor": data.get("doctor"), "starts_at": data.get("starts_at")}


class VisitForm(forms.Form):
    """What a booking says besides who, whom and when."""

    type = forms.ModelChoiceField(
        AppointmentType.objects.filter(is_active=True), required=False, empty_label="Visit (30 min)"
    )
    reason = forms.CharField(max_length=200, required=False)
    notes = forms.CharField(
        max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].label_from_instance = (  # type: ignore[attr-defined]
            lambda kind: f"{kind.name} ({kind.duration_minutes} min)"
        )
        self.helper = bare_helper("type", Field("reason", autocomplete="off"), "notes")


class CancelForm(forms.Form):
    """Why an appointment is cancelled: one of the usual reasons, or other words."""

    REASONS = (
        "Patient asked to cancel",
        "Patient is ill",
        "Patient will book again later",
        "Doctor is unavailable",
        "Booked by mistake",
    )

    version = forms.IntegerField(widget=forms.HiddenInput)
    usual = forms.ChoiceField(
        label="Reason",
        required=False,
        initial=REASONS[0],
        choices=[*((reason, reason) for reason in REASONS), ("", "Other, in these words:")],
    )
    other = forms.CharField(label="Other reason", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper("version", "usual", Field("other", autocomplete="off"))

    @property
    def reason(self) -> str:
        return self.cleaned_data["other"] or self.cleaned_data["usual"]


class MoveForm(forms.Form):
    """The day and the doctor to look at for another time."""

    date = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    doctor: Any

    def __init__(self, data: Any, appointment: Appointment, day: Day) -> None:
        super().__init__(
            {
                "date": data.get("date") or day.isoformat(),
                "doctor": data.get("doctor") or appointment.doctor_id,
            }
        )
        self.fields["doctor"] = DoctorField(appointment.facility)
        self.helper = bare_helper(Field("date", wrapper_class="move-date"), "doctor")

    @property
    def chosen(self) -> tuple[Day, Doctor] | None:
        """Return the day and doctor, or None when they make no sense."""
        if not self.is_valid() or self.cleaned_data["date"].year not in YEARS:
            return None
        return self.cleaned_data["date"], self.cleaned_data["doctor"]
