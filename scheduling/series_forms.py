"""What the desk types to repeat an appointment."""

from datetime import date, datetime
from typing import Any

from crispy_forms.bootstrap import InlineCheckboxes
from crispy_forms.layout import Div, Field
from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from scheduling.forms import bare_helper
from scheduling.recurrence import LONGEST_INTERVAL, MOST, Weekly
from scheduling.weekdays import narrow_choices, place, short

BY_COUNT, BY_DAY = "count", "until"
USUAL_COUNT = 8


class RepeatForm(forms.Form):
    """Every how many weeks, on which weekdays, and how many times or until which day."""

    every = forms.IntegerField(
        label=_("Every how many weeks"),
        widget=forms.NumberInput(attrs={"min": 1, "max": LONGEST_INTERVAL}),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=pgettext_lazy("weekdays", "On"),
        coerce=int,
        choices=narrow_choices,
        widget=forms.CheckboxSelectMultiple,
    )
    ends = forms.ChoiceField(
        label=_("Ends"),
        choices=[(BY_COUNT, _("After a number of appointments")), (BY_DAY, _("On a day"))],
        widget=forms.RadioSelect,
    )
    count = forms.IntegerField(
        label=_("Appointments"),
        required=False,
        widget=forms.NumberInput(attrs={"min": 2, "max": MOST}),
    )
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, data: Any, first: datetime) -> None:
        """Read what was posted, or begin with every week on the weekday of `first`."""
        usual = {"every": 1, "weekdays": [first.isoweekday()], "ends": BY_COUNT}
        posted = data if "every" in data else None
        super().__init__(posted, initial=usual | {"count": USUAL_COUNT})
        self.helper = bare_helper(
            Div(
                Field("every", wrapper_class="repeat-number"),
                InlineCheckboxes("weekdays"),
                "ends",
                Div("count", "until", css_class="form-pair"),
                css_class="repeat",
            )
        )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        needed = typed.get("ends")
        if needed and not typed.get(needed) and needed not in self.errors:
            self.add_error(
                needed,
                gettext("Choose the last day.")
                if needed == BY_DAY
                else gettext("Say how many appointments there are to be."),
            )
        return typed

    @property
    def rule(self) -> str:
        """Return the rule that a valid form says."""
        typed = self.cleaned_data
        until: date | None = typed["until"] if typed["ends"] == BY_DAY else None
        count = typed["count"] if typed["ends"] == BY_COUNT else None
        return str(Weekly(typed["every"], tuple(sorted(typed["weekdays"])), count, until))

    @property
    def words(self) -> str:
        """Return what a valid form says, such as "every 2 weeks on Mon, Wed, 8 times"."""
        typed = self.cleaned_data
        days = [short(day) for day in sorted(typed["weekdays"], key=place)]
        weeks = ngettext(
            "every week on %(days)s", "every %(count)s weeks on %(days)s", typed["every"]
        )
        if typed["ends"] == BY_DAY:
            end = gettext("until %(day)s") % {"day": date_format(typed["until"], "DATE_FORMAT")}
        else:
            times = ngettext("%(count)s time", "%(count)s times", typed["count"])
            end = times % {"count": typed["count"]}
        return ", ".join([weeks % {"count": typed["every"], "days": ", ".join(days)}, end])
