"""Two records side by side: what differs, what would be taken over, and what would go over."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from patients import merging
from patients.languages import language_name
from patients.models import Patient

LABELS = {
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "maiden_name": _("Maiden name"),
    "date_of_birth": _("Date of birth"),
    "gender": _("Gender"),
    "phone": _("Phone"),
    "email": _("Email"),
    "address_line": _("Address"),
    "language": _("Language"),
    "facility_id": _("Facility"),
    "assigned_doctor_id": _("Doctor"),
}
GROUPS = {group[0]: group for group in (*merging.CHOSEN, *merging.TAKEN_OVER)}
EARLIER = gettext_noop("records merged into it earlier")
# What `merging.counts` calls what can refer to a patient.
KINDS = (
    gettext_noop("appointments"),
    gettext_noop("appointment series"),
    gettext_noop("contact entries"),
    gettext_noop("patient identifiers"),
    gettext_noop("registrations"),
    gettext_noop("waitlist entries"),
)


@dataclass(frozen=True)
class Row:
    """A fact as both records have it; `chosen` is the id of the record whose value is to stay."""

    name: str
    label: str
    stays: str
    closes: str
    chosen: int

    @property
    def differs(self) -> bool:
        return self.stays != self.closes


class MergeSheet:
    """What a person sees and chooses before `closes` is merged into `stays`."""

    def __init__(self, stays: Patient, closes: Patient, posted: Mapping[str, Any]) -> None:
        self.stays, self.closes, self.posted = stays, closes, posted

    @cached_property
    def rows(self) -> list[Row]:
        return [
            Row(
                name=name,
                label=str(label),
                stays=_words(self.stays, name),
                closes=_words(self.closes, name),
                chosen=self._chosen(name),
            )
            for name, label in LABELS.items()
        ]

    @property
    def take(self) -> list[str]:
        """Return the groups that the record that stays takes over from the other."""
        return [row.name for row in self.rows if row.differs and row.chosen == self.closes.pk]

    @cached_property
    def moving(self) -> dict[str, int]:
        """Return how many rows of each kind go over, by its name."""
        counted = merging.counts(
            {
                merging.label(key): merging.owned(key, self.closes)
                for key in merging.keys_to(Patient)
            }
        )
        earlier = counted.pop("patients", 0)
        return {gettext(name): n for name, n in (counted | {EARLIER: earlier}).items() if n}

    def version_of(self, patient: Patient) -> int | None:
        """Return the version that the person saw of a record."""
        text = str(self.posted.get(f"version_{patient.pk}", ""))
        return int(text) if text.isdecimal() and len(text) < 10 else None

    def _chosen(self, name: str) -> int:
        """Return what was chosen, or else the record that has the fact, or the one changed last."""
        posted = str(self.posted.get(f"use_{name}", ""))
        for patient in (self.stays, self.closes):
            if posted == str(patient.pk):
                return patient.pk
        if _is_empty(self.closes, name) or _is_empty(self.stays, name):
            return self.stays.pk if _is_empty(self.closes, name) else self.closes.pk
        return max((self.stays, self.closes), key=lambda each: each.updated_at).pk


def _is_empty(patient: Patient, name: str) -> bool:
    return all(merging.is_empty(patient, column) for column in GROUPS[name])


def _words(patient: Patient, name: str) -> str:
    if name == "gender":
        return patient.get_gender_display()
    if name == "date_of_birth":
        return date_format(patient.date_of_birth, "SHORT_DATE_FORMAT")
    if name == "language":
        return language_name(patient.language) if patient.language else ""
    if name == "phone":
        return patient.phone.as_national if patient.phone else ""
    if name == "address_line":
        place = f"{patient.state} {patient.zip_code}".strip()
        return ", ".join(filter(None, (patient.address_line, patient.city, place)))
    return str(getattr(patient, name.removesuffix("_id")) or "")
