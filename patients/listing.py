"""The list of patients: filters, order, and pages that begin after a row instead of at a number.

Facility, doctor, state, order and the row to begin after are ids and words, and stand in the
address. A name and a date of birth travel by POST alone.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from facilities.models import Doctor, Facility
from patients.models import Patient
from patients.typed_dates import TypedDateField

if TYPE_CHECKING:
    from django.http import QueryDict

    from accounts.models import User
    from patients.querysets import PatientQuerySet

PER_PAGE = 25
ORDERS = {
    "newest": ("-pk",),
    "name": ("family_name", "given_name", "pk"),
    "born": ("date_of_birth", "pk"),
    "mrn": ("mrn",),
}


class ListFilter(forms.Form):
    """Which patients, and in which order; `born` comes by POST alone."""

    facility: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label=_("Facility"), required=False, empty_label=_("All facilities")
    )
    doctor: forms.ModelChoiceField = forms.ModelChoiceField(
        None, label=_("Doctor"), required=False, empty_label=_("Any doctor")
    )
    state = forms.ChoiceField(
        label=pgettext_lazy("record", "State"),
        required=False,
        choices=[
            ("", pgettext_lazy("record", "Open and closed")),
            ("open", pgettext_lazy("record", "Open")),
            ("closed", pgettext_lazy("record", "Closed")),
        ],
    )
    sort = forms.ChoiceField(
        label=pgettext_lazy("of a list", "Order"),
        required=False,
        choices=[
            ("", _("Registered last")),
            ("name", _("Name")),
            ("born", _("Date of birth")),
            ("mrn", _("MRN")),
        ],
    )
    born = TypedDateField(label=_("Date of birth"), required=False)

    IN_ADDRESS = ("facility", "doctor", "state", "sort")

    def __init__(self, data: "QueryDict", *, user: "User") -> None:
        super().__init__(data)
        self.fields["facility"].queryset = Facility.objects.visible_to(user)  # type: ignore[attr-defined]
        self.fields["doctor"].queryset = Doctor.objects.visible_to(user)  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("born", *self.IN_ADDRESS)

    @property
    def address(self) -> str:
        """Return what of the filter may stand in an address."""
        return urlencode({n: self.data[n] for n in self.IN_ADDRESS if self.data.get(n)})

    def narrowed(self, patients: "PatientQuerySet") -> "PatientQuerySet":
        """Keep who is asked for; merged records only where closed ones are."""
        typed: dict[str, Any] = self.cleaned_data
        if typed["facility"]:
            patients = patients.filter(facility=typed["facility"])
        if typed["doctor"]:
            patients = patients.filter(assigned_doctor=typed["doctor"])
        if typed["born"]:
            patients = patients.filter(date_of_birth=typed["born"])
        if typed["state"] == "closed":
            return patients.filter(is_active=False)
        patients = patients.filter(merged_into__isnull=True)
        return patients.active() if typed["state"] == "open" else patients


@dataclass(frozen=True)
class Page:
    """Some rows; `after` and `before` name the ends, where there is more beyond them."""

    rows: list[Patient]
    after: int | None
    before: int | None


def page_of(patients: "PatientQuerySet", sort: str, begin: "QueryDict") -> Page:
    """Return the rows after or before the one that is named, or the first ones."""
    order = ORDERS.get(sort, ORDERS["newest"])
    back = "before" in begin
    pivot = _row(patients, begin.get("before" if back else "after", ""))
    if pivot:
        patients = patients.filter(_beyond(pivot, _turned(order) if back else order))
    elif back:
        back = False
    rows = patients.select_related("facility", "assigned_doctor")
    found = list(rows.order_by(*(_turned(order) if back else order))[: PER_PAGE + 1])
    more, shown = len(found) > PER_PAGE, found[:PER_PAGE]
    if back:
        shown.reverse()
    is_first, is_last = (not more, pivot is None) if back else (pivot is None, not more)
    return Page(
        rows=shown,
        after=shown[-1].pk if shown and not is_last else None,
        before=shown[0].pk if shown and not is_first else None,
    )


def _row(patients: "PatientQuerySet", text: str) -> Patient | None:
    known = text.isdecimal() and len(text) < 19
    return patients.filter(pk=int(text)).first() if known else None


def _turned(order: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name[1:] if name.startswith("-") else f"-{name}" for name in order)


def _beyond(pivot: Patient, order: tuple[str, ...]) -> Q:
    """Ask for what comes after a row: a later first value, or the same and a later second one."""
    beyond, same = Q(), Q()
    for name in order:
        field, word = name.removeprefix("-"), "lt" if name.startswith("-") else "gt"
        beyond |= same & Q(**{f"{field}__{word}": getattr(pivot, field)})
        same &= Q(**{field: getattr(pivot, field)})
    return beyond
