"""Who changed what of a patient's demographics."""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.forms.models import model_to_dict

from accounts.models import User
from patients.models.patient import Patient

DEMOGRAPHICS = (
    *("given_name", "family_name", "maiden_name", "date_of_birth", "gender", "language"),
    *("phone", "email", "address_line", "city", "state", "zip_code"),
    *("facility", "assigned_doctor", "deceased_on", "is_active"),
)


def demographics(patient: Patient) -> dict[str, Any]:
    """Return the demographics as JSON writes them."""
    values: dict[str, Any] = json.loads(
        json.dumps(model_to_dict(patient, DEMOGRAPHICS), default=str)
    )
    return values


class PatientChangeQuerySet(models.QuerySet["PatientChange"]):
    def note(self, patient: Patient, before: Patient, *, by: User | None) -> None:
        """Note what a person has made of the demographics that were `before`, if anything."""
        self.note_all([(patient, demographics(before))], by=by)

    def note_all(
        self, changed: Iterable[tuple[Patient, dict[str, Any]]], *, by: User | None
    ) -> None:
        """Note what a person has made of each patient, whose `demographics` stand beside them."""
        noted = []
        for patient, was in changed:
            fields = {n: value for n, value in demographics(patient).items() if was[n] != value}
            if fields:
                each = self.model(patient=patient, version=patient.version, fields=fields, by=by)
                noted.append(each)
        self.bulk_create(noted)

    def last_of(self, patient: Patient) -> dict[str, "PatientChange"]:
        """Return the last change of each field that still says what the change made of it."""
        now = demographics(patient)
        last: dict[str, PatientChange] = {}
        for change in self.filter(patient=patient).select_related("by").order_by("pk"):
            last |= dict.fromkeys(change.fields, change)
        return {name: each for name, each in last.items() if each.fields[name] == now.get(name)}


class PatientChange(models.Model):
    """One save of a record by a person: `fields` holds what each changed field became."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="changes")
    version = models.PositiveIntegerField(help_text="The version that came of it.")
    fields = models.JSONField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    objects = PatientChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"version {self.version}"
