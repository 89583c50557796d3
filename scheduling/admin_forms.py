"""Forms of the admin that take and show periods as the facility's clock shows them."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime

from facilities.models import Doctor, Facility
from scheduling.availability import NoSuchLocalTimeError, instant
from scheduling.calendars import local

ENDS = ("starts_at", "ends_at")


class AbsenceForm(forms.ModelForm):
    """A period typed in local time: of the closed facility, or of the doctor's first one.

    Django takes what is typed for UTC. Only its digits count here, read in the facility's zone.
    """

    starts_at = forms.SplitDateTimeField(label="From", widget=AdminSplitDateTime)
    ends_at = forms.SplitDateTimeField(
        label="Until", widget=AdminSplitDateTime, help_text="Both in the facility's local time."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facility = place(getattr(self.instance, self._whose)) if self.instance.pk else None
        if facility is None:
            return
        for name in ENDS:
            self.initial[name] = local(getattr(self.instance, name), facility).replace(tzinfo=None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        facility = place(cleaned.get(self._whose))
        for name in ENDS:
            typed = cleaned.get(name)
            if facility is None or not isinstance(typed, datetime):
                continue
            try:
                cleaned[name] = instant(typed.replace(tzinfo=None), facility.tz)
            except NoSuchLocalTimeError as error:
                self.add_error(name, f"{error} Choose a time before or after that.")
        return cleaned

    @property
    def _whose(self) -> str:
        return "facility" if hasattr(self._meta.model, "facility") else "doctor"


def place(whose: Facility | Doctor | None) -> Facility | None:
    """Return the facility by whose clock somebody's absence is typed."""
    if isinstance(whose, Doctor):
        return next(iter(whose.facilities.all()), None)
    return whose
