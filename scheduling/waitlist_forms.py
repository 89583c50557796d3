"""What the desk types about who waits: the wish, why it ends, and which entries to look at."""

from typing import Any, cast

from crispy_forms.bootstrap import InlineCheckboxes
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from facilities.models import CareType, Doctor, Facility
from scheduling.forms import InstantField, bare_helper
from scheduling.models import AppointmentType, WaitlistEntry
from scheduling.openings import Slot
from scheduling.priority import Priority
from scheduling.reasons import REMOVING
from scheduling.weekdays import narrow_choices

WISH = (
    *("care_type", "specialization", "doctor", "type", "duration_minutes"),
    *("facility", "zip_code", "within_miles"),
    *("weekdays", "from_time", "to_time", "not_before", "not_after", "priority", "note"),
)


def _clock() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class WaitlistForm(forms.ModelForm):
    """What would suit a patient. An edit says which version of the entry it was read from."""

    specialization = forms.ChoiceField(label=_("Specialization"), required=False)
    duration_minutes = forms.IntegerField(
        label=_("Minutes"), required=False, help_text=_("Left empty: as long as the type, or 30.")
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days that suit"),
        choices=narrow_choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: any day."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = WaitlistEntry
        fields = WISH
        labels = {
            "care_type": _("Care type"),
            "doctor": _("Doctor"),
            "type": _("Type of visit"),
            "facility": _("Facility"),
            "within_miles": _("Miles from there"),
            "priority": _("Priority"),
            "note": _("Note"),
        }
        widgets = {
            "from_time": _clock(),
            "to_time": _clock(),
            "not_before": _day(),
            "not_after": _day(),
        }

    def __init__(self, data: Any = None, *, user: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.changed_meanwhile: WaitlistEntry | None = None
        self._offer(user)
        self.initial["version"] = self.instance.version
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = _layout()

    @property
    def wish(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in WISH}

    def read_again(self, stored: WaitlistEntry) -> None:
        """After a refusal, show what somebody else has saved; the next press saves over it."""
        if str(stored.version) != self.data.get("version"):
            self.changed_meanwhile = stored
            typed = cast("QueryDict", self.data).copy()
            typed["version"] = str(stored.version)
            self.data = typed

    def _offer(self, user: User) -> None:
        """Offer the person's own facilities and doctors, and those that the entry names."""
        own = {
            "facility": Facility.objects.visible_to(user).active(),
            "doctor": Doctor.objects.visible_to(user).active(),
            "type": AppointmentType.objects.filter(is_active=True),
        }
        for name, offered in own.items():
            kept = Q(pk__in=offered.values("pk")) | Q(pk=getattr(self.instance, f"{name}_id"))
            self.fields[name].queryset = offered.model._default_manager.filter(kept)  # type: ignore[attr-defined] # noqa: SLF001
        known = {*own["doctor"].values_list("specialization", flat=True)}
        known |= {self.instance.specialization}
        self.fields["specialization"].choices = [  # type: ignore[attr-defined]
            ("", "---------"),
            *((name, name) for name in sorted(known - {""})),
        ]


def _layout() -> Layout:
    return Layout(
        "version",
        Fieldset(
            gettext("What for"),
            Div(
                *("care_type", "specialization", "doctor", "type"),
                Field("duration_minutes", min=5, max=720, step=5),
                css_class="form-grid",
            ),
        ),
        Fieldset(
            gettext("Where: a facility, or a distance, or anywhere"),
            Div(
                "facility",
                Field("zip_code", autocomplete="off", inputmode="numeric"),
                "within_miles",
                css_class="form-grid",
            ),
        ),
        Fieldset(
            gettext("When"),
            InlineCheckboxes("weekdays"),
            Div("from_time", "to_time", "not_before", "not_after", css_class="form-grid"),
        ),
        Fieldset(
            gettext("How pressing"),
            Div("priority", Field("note", autocomplete="off"), css_class="form-grid"),
        ),
    )


class RemoveForm(forms.Form):
    """Why somebody no longer waits: one of the usual reasons, or other words."""

    usual = forms.ChoiceField(
        label=_("Reason"),
        required=False,
        initial=REMOVING[0],
        choices=[*((reason, _(reason)) for reason in REMOVING), ("", _("Other, in these words:"))],
    )
    other = forms.CharField(label=_("Other reason"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper("usual", Field("other", autocomplete="off"))

    @property
    def reason(self) -> str:
        return self.cleaned_data["other"] or self.cleaned_data["usual"]


class WaitlistFilter(forms.Form):
    """Which entries of the list to show."""

    facility = forms.ModelChoiceField(
        Facility.objects.none(),
        label=_("Facility"),
        required=False,
        empty_label=_("All my facilities"),
    )
    care_type = forms.ModelChoiceField(
        CareType.objects.all(), label=_("Care type"), required=False, empty_label=_("Any care")
    )
    priority = forms.ChoiceField(
        label=_("Priority"), choices=[("", _("Any priority")), *Priority.choices], required=False
    )

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        own = Facility.objects.visible_to(user).active()
        self.fields["facility"].queryset = own  # type: ignore[attr-defined]
        self.helper = bare_helper("facility", "care_type", "priority")


class FreedForm(forms.Form):
    """A time that has become free: where, with whom, from when to when."""

    facility = forms.ModelChoiceField(Facility.objects.none())
    doctor = forms.ModelChoiceField(Doctor.objects.active())
    starts_at = InstantField()
    ends_at = InstantField()

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        own = Facility.objects.visible_to(user).active()
        self.fields["facility"].queryset = own  # type: ignore[attr-defined]

    @property
    def slot(self) -> Slot | None:
        """Return the time, or None when it makes no sense."""
        if not self.is_valid():
            return None
        named = self.cleaned_data
        slot = Slot(named["doctor"], named["facility"], named["starts_at"], named["ends_at"])
        return slot if slot.starts_at < slot.ends_at else None
