"""What the desk types: the wanted slot, a visit's details, why one is cancelled, where it moves."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from facilities.models import Doctor, Facility, Room
from patients.models import Patient
from scheduling.availability import DEFAULT_DURATION
from scheduling.models import Appointment, AppointmentType
from scheduling.openings import Slot
from scheduling.querysets import Visit
from scheduling.reasons import CANCELLING

# Beyond these, instants and days of a time zone run out of what a datetime can hold.
YEARS = range(1900, 2200)
USUAL_MINUTES = DEFAULT_DURATION // timedelta(minutes=1)
Day = date


def bare_helper(*fields: Any) -> FormHelper:
    """Return a crispy helper for fields that stand inside a form of the template."""
    helper = FormHelper()
    helper.include_media = False
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*fields)
    return helper


def type_and_minutes(name: str, minutes: int) -> str:
    # Translators: a type of visit and how long it lasts, such as “Check-up (30 min)”.
    return gettext("%(type)s (%(minutes)s min)") % {"type": name, "minutes": minutes}


def type_label(kind: AppointmentType) -> str:
    return type_and_minutes(kind.name, kind.duration_minutes)


class InstantField(forms.CharField):
    """An aware ISO 8601 instant, such as 2026-03-08T14:30Z, which links and buttons carry."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None or at.year not in YEARS:
            raise forms.ValidationError(gettext("This is no time. Choose one on the day board."))
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
    pressed = data.get("anyway") or data.get("slot", "")
    if "|" in pressed:
        doctor, _, starts_at = pressed.partition("|")
        return {"doctor": doctor, "starts_at": starts_at}
    return {"doctor": data.get("doctor"), "starts_at": data.get("starts_at")}


class VisitForm(forms.Form):
    """What a booking says besides who, whom and when.

    `minutes` is how long a visit without a type lasts, where somebody has looked for that.
    """

    type = forms.ModelChoiceField(AppointmentType.objects.none(), label=_("Type"), required=False)
    room = forms.ModelChoiceField(
        Room.objects.none(), label=_("Room"), required=False, empty_label=_("No room")
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    notes = forms.CharField(
        label=_("Notes"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    minutes = forms.IntegerField(
        min_value=5, max_value=720, step_size=5, required=False, widget=forms.HiddenInput
    )

    def __init__(self, data: Any, slot: Slot, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.slot = slot
        kinds: Any = self.fields["type"]
        kinds.queryset = AppointmentType.objects.offered_by(slot.doctor)
        kinds.empty_label = type_and_minutes(gettext("Visit"), self.usual_minutes)
        kinds.label_from_instance = type_label
        rooms: Any = self.fields["room"]
        rooms.queryset = slot.facility.rooms.filter(is_active=True)
        has_rooms = rooms.queryset.exists()
        if not has_rooms:
            rooms.widget = forms.HiddenInput()
        self.helper = bare_helper(
            Div("type", "room", css_class="form-pair") if has_rooms else "type",
            Field("reason", autocomplete="off"),
            "notes",
            "minutes",
        )

    @property
    def usual_minutes(self) -> int:
        """Return how long a visit without a type lasts."""
        try:
            return self.fields["minutes"].clean(self["minutes"].value()) or USUAL_MINUTES
        except forms.ValidationError:
            return USUAL_MINUTES

    def time(self, by: User) -> Visit:
        """Return the time that the form is for, for holding it: nothing of what is said yet."""
        kind = self.cleaned_data.get("type") if self.is_valid() else None
        ends_at = None if kind else self.slot.starts_at + timedelta(minutes=self.usual_minutes)
        doctor, facility, starts_at = self.slot[:3]
        return Visit(
            doctor=doctor, facility=facility, starts_at=starts_at, ends_at=ends_at, type=kind, by=by
        )

    def visit(self, patient: Patient, by: User) -> Visit:
        """Return all that a valid form says, for booking it."""
        said = self.cleaned_data
        room, why, notes = said["room"], said["reason"], said["notes"]
        return Visit(patient=patient, room=room, reason=why, notes=notes, **self.time(by))


class CancelForm(forms.Form):
    """Why an appointment is cancelled: one of the usual reasons, or other words."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    usual = forms.ChoiceField(
        label=_("Reason"),
        required=False,
        initial=CANCELLING[0],
        choices=[
            *((reason, _(reason)) for reason in CANCELLING),
            ("", _("Other, in these words:")),
        ],
    )
    other = forms.CharField(label=_("Other reason"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper("version", "usual", Field("other", autocomplete="off"))

    def meant_for(self, version: int) -> "CancelForm":
        """Return the same words for the appointment as it is now, to be pressed once more."""
        typed: Any = self.data
        data = typed.copy()
        data["version"] = str(version)
        return CancelForm(data)

    @property
    def reason(self) -> str:
        return self.cleaned_data["other"] or self.cleaned_data["usual"]


class OverrideForm(forms.Form):
    """Why a time is booked although a rule speaks against it."""

    override = forms.CharField(
        label=_("Why this exception"),
        max_length=200,
        error_messages={"required": _("Say why this time is booked all the same.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper(Field("override", autocomplete="off"))


class MoveForm(forms.Form):
    """The day, the doctor and the room to look at for another time.

    The room is one in use or the visit's own, which it keeps unless another is chosen.
    """

    date = forms.DateField(
        label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    doctor: Any

    def __init__(self, data: Any, appointment: Appointment, day: Day) -> None:
        super().__init__(
            {
                "date": data.get("date") or day.isoformat(),
                "doctor": data.get("doctor") or appointment.doctor_id,
                "room": data.get("room") or appointment.room_id,
            }
        )
        self.fields["doctor"] = DoctorField(appointment.facility, label=gettext("Doctor"))
        rooms = appointment.facility.rooms.filter(Q(is_active=True) | Q(pk=appointment.room_id))
        self.fields["room"] = forms.ModelChoiceField(
            rooms,
            label=gettext("Room"),
            required=False,
            empty_label=None if appointment.room_id else gettext("No room"),
        )
        shown = ["doctor", "room"] if rooms.exists() else ["doctor"]
        self.helper = bare_helper(Field("date", wrapper_class="move-date"), *shown)

    @property
    def chosen(self) -> tuple[Day, Doctor] | None:
        """Return the day and doctor, or None when they make no sense."""
        if not self.is_valid() or self.cleaned_data["date"].year not in YEARS:
            return None
        return self.cleaned_data["date"], self.cleaned_data["doctor"]

    @property
    def room(self) -> Room | None:
        """Return the room that the visit is to have; None is for one without a room."""
        room: Room | None = self.cleaned_data.get("room") if self.is_valid() else None
        return room
