"""What somebody looks for on the page that finds a time, as a form and as `Wanted`."""

from datetime import date, time, timedelta
from typing import Any

from crispy_forms.layout import Div, Field
from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from facilities.models import CareType, Doctor, Facility
from facilities.zip_codes import centroid, is_zip_code
from patients.models import Patient
from scheduling.forms import USUAL_MINUTES, YEARS, bare_helper, type_label
from scheduling.models import AppointmentType
from scheduling.wanted import AFTERNOON, MORNING, Wanted
from scheduling.weekdays import narrow_choices

PARTS = {"mornings": MORNING, "afternoons": AFTERNOON}


class FindForm(forms.Form):
    """Who, what, where and when; whatever is left empty does not matter."""

    type = forms.ModelChoiceField(
        AppointmentType.objects.filter(is_active=True),
        label=_("Type of visit"),
        required=False,
        empty_label=_("Any visit"),
    )
    minutes = forms.IntegerField(
        label=_("Minutes"), min_value=5, max_value=720, step_size=5, required=False
    )
    care_type = forms.ModelChoiceField(
        CareType.objects.all(), label=_("Care"), required=False, empty_label=_("Any care")
    )
    specialization = forms.ChoiceField(label=_("Specialization"), required=False)
    doctor = forms.ModelChoiceField(
        Doctor.objects.active(), label=_("Doctor"), required=False, empty_label=_("Any doctor")
    )
    facility = forms.ModelChoiceField(
        Facility.objects.active(),
        label=_("Facility"),
        required=False,
        empty_label=_("Any facility"),
    )
    zip_code = forms.CharField(label=_("Near ZIP code"), max_length=10, required=False)
    miles = forms.TypedChoiceField(
        label=_("Within"),
        coerce=float,
        empty_value=None,
        required=False,
        choices=[
            ("", _("Any distance")),
            *((str(n), format_lazy(_("{count} miles"), count=n)) for n in (10, 25, 50)),
        ],
    )
    first = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    part = forms.ChoiceField(
        label=_("Part of day"),
        required=False,
        choices=[
            ("", _("Any time")),
            ("mornings", _("Mornings")),
            ("afternoons", _("Afternoons")),
            ("hours", _("Between…")),
        ],
    )
    from_time = forms.TimeField(
        label=_("After"), required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )
    to_time = forms.TimeField(
        label=_("Before"), required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"),
        coerce=int,
        required=False,
        choices=narrow_choices,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any, today: date) -> None:
        super().__init__(data)
        self.today = today
        existing = Doctor.objects.active().exclude(specialization="").order_by("specialization")
        names = existing.values_list("specialization", flat=True).distinct()
        fields: Any = self.fields
        fields["specialization"].choices = [
            ("", gettext("Any specialization")),
            *((name, name) for name in names),
        ]
        fields["minutes"].widget.attrs["placeholder"] = USUAL_MINUTES
        fields["type"].label_from_instance = type_label
        self.helper = bare_helper(
            Div("type", "minutes", css_class="find-pair find-type"),
            "care_type",
            "specialization",
            "doctor",
            "facility",
            Div(
                Field("zip_code", inputmode="numeric", autocomplete="off"),
                "miles",
                css_class="find-pair",
            ),
            Div("first", "part", css_class="find-pair"),
            Div("from_time", "to_time", css_class="find-pair find-hours"),
            Field("weekdays", template="scheduling/_weekdays.html"),
        )

    def clean_zip_code(self) -> str:
        """Take the first five digits, as ZIP codes of nine digits begin with them."""
        zip_code = self.cleaned_data["zip_code"].strip().partition("-")[0]
        if zip_code and not is_zip_code(zip_code):
            raise forms.ValidationError(gettext("Enter a ZIP code of five digits, such as 02134."))
        if zip_code and centroid(zip_code) is None:
            raise forms.ValidationError(
                gettext("This ZIP code is not known. Check it, or take one nearby.")
            )
        return zip_code

    def clean_first(self) -> date:
        first = self.cleaned_data["first"] or self.today
        if first.year not in YEARS or first > self.today + timedelta(days=730):
            raise forms.ValidationError(gettext("Choose a day within the next two years."))
        if first < self.today:
            raise forms.ValidationError(
                gettext("That day has passed. Choose today or a later day.")
            )
        return first

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("miles") and not said.get("zip_code") and "zip_code" not in self.errors:
            self.add_error("zip_code", gettext("Enter the ZIP code from which the miles count."))
        since, until = said.get("from_time"), said.get("to_time")
        if said.get("part") == "hours" and since and until and since >= until:
            self.add_error("to_time", gettext("Choose a time after the one beside it."))
        return said

    @property
    def part_of_day(self) -> tuple[time | None, time | None]:
        said = self.cleaned_data
        if said["part"] == "hours":
            return said["from_time"], said["to_time"]
        return PARTS.get(said["part"], (None, None))

    def wanted(self, patient: Patient | None) -> Wanted:
        """Return what a valid form looks for."""
        said = self.cleaned_data
        kind = said["type"]
        from_time, to_time = self.part_of_day
        minutes = timedelta(minutes=said["minutes"] or USUAL_MINUTES)
        return Wanted(
            first=said["first"],
            duration=kind.duration if kind else minutes,
            buffer=kind.buffer if kind else timedelta(),
            type=kind,
            care_type=said["care_type"],
            specialization=said["specialization"],
            doctors=[said["doctor"]] if said["doctor"] else None,
            facilities=[said["facility"]] if said["facility"] else None,
            zip_code=said["zip_code"],
            miles=said["miles"],
            from_time=from_time,
            to_time=to_time,
            weekdays=frozenset(said["weekdays"]),
            patient=patient,
        )
