"""Everything that the clinic keeps of one patient, for somebody with a right to have it.

That is the record, each row of any model that refers to it, and who has seen it. What is worked out
from these is left out, and so is that somebody else looked like the same person: it tells of both.
Of the chart there is what the reader may read, and the answer says whether that was asked.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Q
from django.utils.text import capfirst

from accounts.models import User
from audit.models import AccessEvent
from patients.models import DifferentPeople, Patient, PatientName
from records.models.clinical import Clinical
from records.scope import MAY_READ
from scheduling.models import AppointmentEvent

LEFT_OUT = (PatientName, DifferentPeople)
FORMAT = "clinic-patient-1"


class Fact(NamedTuple):
    """A field of a row; a row that it refers to is its number and its name."""

    name: str
    label: str
    value: Any


@dataclass(frozen=True)
class Part:
    name: str
    title: str
    rows: list[list[Fact]]


@dataclass(frozen=True)
class Disclosure:
    patient: Patient
    made_at: datetime
    has_chart: bool
    parts: list[Part]

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "made_at": self.made_at,
            "has_chart": self.has_chart,
            "parts": {
                part.name: [{fact.name: fact.value for fact in row} for row in part.rows]
                for part in self.parts
            },
        }


def disclose(patient: Patient, *, to: User, now: datetime) -> Disclosure:
    """Gather everything of a patient that this person may read."""
    parts = [_part(model, rows) for model, rows in _rows(patient, to)]
    return Disclosure(patient, now, to.has_perm(MAY_READ), [part for part in parts if part.rows])


def _rows(patient: Patient, reader: User) -> Iterator[tuple[type[models.Model], Any]]:
    for model, refers in referring().items():
        condition = Q(*((name, patient.pk) for name in refers), _connector=Q.OR)
        rows: Any = model._default_manager.filter(condition)  # noqa: SLF001 - documented by Django
        if not issubclass(model, Clinical):
            yield model, rows
        elif reader.has_perm(f"records.view_{rows.model.__name__.lower()}"):
            yield model, rows.visible_to(reader)


def referring() -> dict[type[models.Model], list[str]]:
    """Return the models whose rows are of a patient, and by which of their fields."""
    found: dict[type[models.Model], list[str]] = defaultdict(list, {Patient: ["pk"]})
    for relation in Patient._meta.get_fields(include_hidden=True):  # noqa: SLF001 - documented by Django
        model, field = relation.related_model, getattr(relation, "field", None)
        if relation.auto_created and not relation.concrete and isinstance(model, type) and field:
            found[model].append(field.name)
    found[AppointmentEvent] = ["appointment__patient"]
    found[AccessEvent] = ["patient_id"]
    return {model: names for model, names in found.items() if model not in LEFT_OUT}


def _part(model: type[models.Model], rows: "models.QuerySet[Any]") -> Part:
    meta = model._meta  # noqa: SLF001 - documented by Django
    fields = [each for each in meta.concrete_fields if not isinstance(each, models.FileField)]
    related = [each.name for each in fields if each.is_relation]
    title = capfirst(str(meta.verbose_name_plural))
    ordered = rows.select_related(*related).order_by("pk")
    return Part(meta.label_lower, title, [[_fact(row, each) for each in fields] for row in ordered])


def _fact(row: models.Model, field: Any) -> Fact:
    label = capfirst(str(field.verbose_name))
    if field.is_relation:
        other = getattr(row, field.name)
        value: Any = None if other is None else {"id": other.pk, "name": str(other)}
        return Fact(field.name, label, value)
    value = getattr(row, field.attname)
    is_plain = value is None or isinstance(value, bool | int | float | str | dict | list | datetime)
    return Fact(field.name, label, value if is_plain else str(value))
