"""Blocking time of a doctor from the board."""

from datetime import date, datetime, timedelta
from typing import Any

from crispy_forms.layout import Field
from django import forms
from django.utils.translation import gettext_lazy as _

from scheduling.absence_forms import ENDS, TimeOffForm
from scheduling.availability import day_bounds
from scheduling.calendars import local
from scheduling.forms import bare_helper

INSTANT = timedelta(microseconds=1)


class BlockForm(TimeOffForm):
    """Time off as it is typed beside the board: with the times, or for the whole of the days."""

    all_day = forms.BooleanField(
        label=_("All day"), required=False, help_text=_("From midnight to midnight, on each day.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = bare_helper(
            # One below the other: side by side the panel cuts off AM and PM.
            *ENDS,
            "all_day",
            Field("reason", autocomplete="off"),
        )
        self.fields["reason"].widget.attrs["placeholder"] = _("Meeting, lunch, ill")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        starts_at, ends_at = (cleaned.get(name) for name in ENDS)
        if cleaned.get("all_day") and starts_at and ends_at:
            cleaned["starts_at"] = self._bounds(self._day(starts_at)).starts_at
            # Midnight at the end of a day is not the next day.
            last = ends_at - INSTANT if ends_at > starts_at else ends_at
            cleaned["ends_at"] = self._bounds(self._day(last)).ends_at
        return cleaned

    def _day(self, at: datetime) -> date:
        return local(at, self.facility).date()

    def _bounds(self, day: date) -> Any:
        return day_bounds(day, self.facility.tz)
