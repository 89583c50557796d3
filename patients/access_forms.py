"""Which part of the access log is looked at.

An MRN and a username are typed and sent by POST; the address carries ids and days.
"""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import AccessEvent, AccessEventQuerySet
from patients.models import Patient

# Each has an index, which a page is read from where the last one ended.
SORTS = {
    "when": ("pk",),
    "who": ("user_name", "user_id", "pk"),
    "patient": ("patient_id", "pk"),
    "what": ("what", "pk"),
}
NEWEST = "-when"


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


def _text(label: Any) -> forms.CharField:
    attrs = {"class": "form-control", "autocomplete": "off", "spellcheck": "false"}
    return forms.CharField(
        label=label, required=False, max_length=254, widget=forms.TextInput(attrs=attrs)
    )


class PeriodForm(forms.Form):
    """From which day until which, both included; each may be left out."""

    first = _day(_("From"))
    last = _day(_("To"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            raise ValidationError({"last": gettext("The last day must not lie before the first.")})
        return given

    def within(self, rows: AccessEventQuerySet, zone: ZoneInfo) -> AccessEventQuerySet:
        """Keep the days asked for, on the clock of this zone."""
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        after = last + timedelta(days=1) if last and last < date.max else None
        return rows.within(_begin(first, zone), _begin(after, zone))


class LogForm(PeriodForm):
    """Whose record, by MRN, and who looked, by username or email address."""

    mrn = _text(_("Patient’s MRN"))
    username = _text(_("Account’s username or email"))

    field_order = ["mrn", "username", "first", "last"]

    def clean_mrn(self) -> Patient | None:
        typed = self.cleaned_data["mrn"].strip()
        if not typed:
            return None
        patient = Patient.objects.filter(mrn=typed).first()
        if patient is None:
            raise ValidationError(gettext("No patient has this MRN. Check the number."))
        return patient

    def clean_username(self) -> User | None:
        typed = self.cleaned_data["username"].strip()
        if not typed:
            return None
        user = User.objects.called(typed)
        if user is None:
            raise ValidationError(gettext("No account has this name. Check how it is written."))
        return user

    @property
    def address(self) -> str:
        """Return what was typed as it stands in an address: ids and days."""
        typed = self.cleaned_data
        named = {"patient": typed["mrn"], "user": typed["username"]}
        query = {name: str(row.pk) for name, row in named.items() if row}
        query |= {name: str(typed[name]) for name in ("first", "last") if typed[name]}
        return urlencode(query)


def order_of(sort: str) -> tuple[list[str], str]:
    """Return the columns of the order that is named, such as `-when`, and its name."""
    known = sort if sort.removeprefix("-") in SORTS else NEWEST
    names = SORTS[known.removeprefix("-")]
    return [f"-{name}" if known.startswith("-") else name for name in names], known


def of_record(patient: Patient) -> AccessEventQuerySet:
    """Return who saw this record, or one that was merged into it."""
    merged = Patient.objects.filter(merged_into=patient).values_list("pk", flat=True)
    return AccessEvent.objects.filter(patient_id__in=[patient.pk, *merged])


def _begin(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, datetime.min.time(), zone) if day else None
