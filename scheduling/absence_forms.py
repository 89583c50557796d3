"""Typing when somebody is away or somewhere is closed, and the hours that somebody works."""

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from crispy_forms.layout import Div, Field
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from facilities.models import Doctor, Facility
from facilities.refusals import refusals
from scheduling import weekdays
from scheduling.availability import NoSuchLocalTimeError, instant
from scheduling.calendars import local
from scheduling.forms import YEARS, bare_helper
from scheduling.models import Closure, TimeOff, WorkingHours

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

ENDS = ("starts_at", "ends_at")
_ID = re.compile(r"[0-9]{1,18}")
OUT_OF_REACH = _("This year is out of reach. Enter one such as 2026.")
ABSENCE = (*ENDS, "reason")
HOURS = ("facility", "weekday", "weeks", "starts_at", "ends_at", "valid_from", "valid_until")


class LocalPeriodForm(forms.ModelForm):
    """A period typed and shown as the clock of `clock()` shows it.

    Django takes what is typed for UTC. Only its digits count here, read in the facility's zone.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facility = self.clock() if self.instance.pk else None
        if facility is None:
            return
        for name in ENDS:
            self.initial[name] = local(getattr(self.instance, name), facility).replace(tzinfo=None)

    def clock(self) -> Facility | None:
        """Return the facility whose clock is meant: of whoever is typed, or else is stored."""
        whose = getattr(self, "cleaned_data", {}).get(self._whose)
        return place(whose or getattr(self.instance, self._whose, None))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        facility = self.clock()
        for name in ENDS:
            typed = cleaned.get(name)
            if facility is None or not isinstance(typed, datetime):
                continue
            try:
                cleaned[name] = _instant_of(typed.replace(tzinfo=None), facility)
            except ValidationError as error:
                self.add_error(name, error)
        return cleaned

    @property
    def _whose(self) -> str:
        return "facility" if hasattr(self._meta.model, "facility") else "doctor"


def _instant_of(typed: datetime, facility: Facility) -> datetime:
    if typed.year not in YEARS:
        raise ValidationError(OUT_OF_REACH)
    try:
        return instant(typed, facility.tz)
    except NoSuchLocalTimeError as error:
        raise ValidationError(
            gettext("The clocks skip %(time)s on %(day)s. Choose a time before or after that.")
            % {"time": f"{typed:%H:%M}", "day": f"{typed:%Y-%m-%d}"}
        ) from error


def place(whose: Facility | Doctor | None) -> Facility | None:
    """Return the facility by whose clock somebody's absence is typed: a doctor's first one."""
    if isinstance(whose, Doctor):
        return next(iter(whose.facilities.all()), None)
    return whose


def _local_time(label: "StrPromise") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget)


class DeskAbsenceForm(LocalPeriodForm):
    """An absence of a doctor or facility that the instance names already.

    `seen` names the visits that clash and that the person was shown before pressing again; `was`
    is the fingerprint of the absence that they opened to change.
    """

    starts_at = _local_time(_("From"))
    ends_at = _local_time(_("Until"))
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, facility: Facility, **kwargs: Any) -> None:
        self.facility = facility
        super().__init__(*args, **kwargs)
        self.was = self.data.get("was", "") if self.is_bound else self._fingerprint()
        self.helper = bare_helper(
            Div(*ENDS, css_class="form-pair"), Field("reason", autocomplete="off")
        )

    def _fingerprint(self) -> str:
        return self.instance.fingerprint if self.instance.pk else ""

    def clock(self) -> Facility:
        return self.facility

    def clean_seen(self) -> frozenset[int]:
        named = self.cleaned_data["seen"].split()
        return frozenset(int(each) for each in named if _ID.fullmatch(each))

    def clashing(self, now: datetime) -> frozenset[int]:
        """Return the ids of the visits that stand in the time that was typed."""
        return frozenset(self.instance.affected(now).values_list("pk", flat=True))

    def save_what_was_read(self) -> None:
        """Save; raise ValidationError `stale` where the absence is no longer what was opened."""
        if self.instance.pk:
            self.instance.save_over(self.was)
        else:
            self.save()


def as_seen(clashing: frozenset[int]) -> str:
    """Return these visits as `seen` carries them."""
    return " ".join(map(str, sorted(clashing)))


class TimeOffForm(DeskAbsenceForm):
    class Meta:
        model = TimeOff
        fields = ABSENCE
        labels = {"reason": _("Reason")}


class ClosureForm(DeskAbsenceForm):
    class Meta:
        model = Closure
        fields = ABSENCE
        labels = {"reason": _("Reason")}


class _HoursForm(forms.ModelForm):
    """What the database refuses of hours stands among the form's errors."""

    def save_or_explain(self) -> bool:
        """Save, or return False with the reason among the form's errors."""
        if not self.is_valid():
            return False
        try:
            with refusals(), transaction.atomic():
                self.save()
        except ValidationError as error:
            self.add_error(None, ValidationError(error.messages[0], code=error.code))
            return False
        return True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("valid_from", "valid_until"):
            day = cleaned.get(name)
            if isinstance(day, date) and day.year not in YEARS:
                self.add_error(name, OUT_OF_REACH)
        return cleaned


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _time_input() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class HoursForm(_HoursForm):
    """Hours on one weekday of the doctor whom the instance names."""

    class Meta:
        model = WorkingHours
        fields = HOURS
        labels = {
            "facility": _("Facility"),
            "weekday": _("Weekday"),
            "weeks": _("Weeks"),
            "valid_from": _("Valid from"),
            "valid_until": _("Valid until"),
        }
        widgets = {
            "starts_at": _time_input(),
            "ends_at": _time_input(),
            "valid_from": _date_input(),
            "valid_until": _date_input(),
        }

    def __init__(self, *args: Any, facilities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facility"].queryset = facilities  # type: ignore[attr-defined]
        self.fields["facility"].empty_label = None  # type: ignore[attr-defined]
        self.fields["weekday"].choices = [  # type: ignore[attr-defined]
            (day, WorkingHours.Weekday(day).label) for day in weekdays.in_order()
        ]
        # Left out, they are the hours of every week.
        self.fields["weeks"].required = False
        self.helper = bare_helper(Div(*self.fields, css_class="form-grid"))


class EndHoursForm(_HoursForm):
    """The last day on which hours apply."""

    class Meta:
        model = WorkingHours
        fields = ("valid_until",)
        widgets = {"valid_until": _date_input()}
        labels = {"valid_until": _("Last day")}
        help_texts = {"valid_until": _("These hours apply on this day for the last time.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_until"].required = True
        self.helper = bare_helper("valid_until")
