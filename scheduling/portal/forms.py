"""What patients choose as they look for a time, and what they say as they book or cancel."""

from datetime import date, timedelta
from typing import Any

from crispy_forms.layout import Div, Field
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from facilities.models import Doctor, Facility
from scheduling.forms import bare_helper
from scheduling.models import AppointmentType
from scheduling.reasons import CANCELLING

ASKED, ILL, LATER, _AWAY, MISTAKE = CANCELLING
Day = date


class TimesForm(forms.Form):
    """Where, with whom and on which day; whatever is left empty does not matter."""

    facility = forms.ModelChoiceField(
        Facility.objects.none(), label=_("Facility"), required=False, empty_label=_("Any facility")
    )
    doctor = forms.ModelChoiceField(
        Doctor.objects.none(), label=_("Doctor"), required=False, empty_label=_("Any doctor")
    )
    day = forms.DateField(
        label=_("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(
        self,
        data: Any,
        *,
        user: User,
        kind: AppointmentType,
        today: Day,
        facility: Facility | None = None,
    ) -> None:
        """Offer who offers this type; a visit that has its `facility` stays there."""
        super().__init__(data)
        self.today, self.last = today, today + timedelta(days=kind.bookable_days_ahead)
        doctors = Doctor.objects.visible_to(user).filter(kind.offering)
        fields: Any = self.fields
        if facility:
            del self.fields["facility"]
            doctors = doctors.filter(facilities=facility)
        else:
            places = Facility.objects.visible_to(user).filter(doctors__in=doctors.values("pk"))
            fields["facility"].queryset = places.distinct().order_by("name", "pk")
        fields["doctor"].queryset = doctors.distinct().order_by("name", "pk")
        fields["day"].widget.attrs |= {"min": today.isoformat(), "max": self.last.isoformat()}
        where = Div("facility", "doctor", css_class="form-pair")
        self.helper = bare_helper("doctor" if facility else where, "day")

    def clean_day(self) -> Day | None:
        day: Day | None = self.cleaned_data["day"]
        if day and not self.today <= day <= self.last:
            raise forms.ValidationError(
                gettext("Choose a day from today on, as far ahead as can be booked online.")
            )
        return day


class ReasonForm(forms.Form):
    """Why somebody comes, if they want to say."""

    reason = forms.CharField(
        label=_("Why do you come?"),
        max_length=200,
        required=False,
        help_text=_("A few words for the doctor. You may leave it empty."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper(Field("reason", autocomplete="off"))


class CancellationForm(forms.Form):
    """Why a patient does not come, in their words; the desk reads its own."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label=_("Why?"),
        initial=ASKED,
        widget=forms.RadioSelect,
        choices=[
            (ASKED, _("I cannot come")),
            (ILL, _("I am too ill to come")),
            (LATER, _("I will book another time")),
            (MISTAKE, _("I booked it by mistake")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper("version", "reason")
