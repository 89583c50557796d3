"""What is asked on the phone: a few criteria for the first openings, and when a visit is again."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from crispy_forms.layout import Div, Field
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from scheduling.finding import FindForm
from scheduling.forms import YEARS, bare_helper

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class QuickFindForm(FindForm):
    """The criteria that fit beside the board; the page that finds a time has all of them."""

    def __init__(self, data: Any, today: date) -> None:
        super().__init__(data, today)
        self.helper = bare_helper(
            Div("type", "part", css_class="form-pair"),
            Div("care_type", "doctor", css_class="form-pair"),
            Div(
                "facility",
                Field("zip_code", inputmode="numeric", autocomplete="off"),
                css_class="form-pair",
            ),
            Div("first", "miles", css_class="form-pair"),
        )


def weeks_later(count: int) -> Callable[[date], date]:
    return lambda day: day + timedelta(weeks=count)


def months_later(count: int) -> Callable[[date], date]:
    """Return the same day of a later month, or that month's last day where it has no such day."""

    def later(day: date) -> date:
        years, month = divmod(day.month - 1 + count, 12)
        first = date(day.year + years, month + 1, 1)
        following = (first + timedelta(days=31)).replace(day=1)
        return min(first.replace(day=1) + timedelta(days=day.day - 1), following - timedelta(1))

    return later


# After how long a visit is repeated, by the word that its address carries.
INTERVALS: dict[str, tuple["StrPromise", Callable[[date], date]]] = {
    "1w": (_("1 week"), weeks_later(1)),
    "2w": (_("2 weeks"), weeks_later(2)),
    "4w": (_("4 weeks"), weeks_later(4)),
    "3m": (_("3 months"), months_later(3)),
    "6m": (_("6 months"), months_later(6)),
    "12m": (_("12 months"), months_later(12)),
}
INTERVAL_NAMES = [(word, name) for word, (name, _) in INTERVALS.items()]


Day = date


class AgainForm(forms.Form):
    """The day around which a visit is wanted again."""

    date = forms.DateField(
        label=_("Around another day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, data: Any, today: Day) -> None:
        super().__init__(data)
        self.today = today
        self.helper = bare_helper("date")

    def clean_date(self) -> Day:
        day: Day = self.cleaned_data["date"]
        if day.year not in YEARS or day > self.today + timedelta(days=730):
            raise forms.ValidationError(gettext("Choose a day within the next two years."))
        if day < self.today:
            raise forms.ValidationError(
                gettext("That day has passed. Choose today or a later day.")
            )
        return day
