"""What somebody else saved while a form was open: three sides of each field.

`was` is what the form was made from, `now` what is stored, `typed` what came back. A field that one
side changed is that side's. Of a field that both changed, differently, a person decides.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from patients.models import Patient
from patients.models.change import DEMOGRAPHICS, PatientChange, demographics
from patients.typed_dates import as_typed

MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True)
class Clash:
    """A field that two people changed: what each made of it, in words, and who the other was."""

    name: str
    label: str
    mine: str
    theirs: str
    by: User | None
    at: datetime


@dataclass(frozen=True)
class Reconciled:
    """What is to be in the form now: `clashing` names what a person has to decide."""

    data: dict[str, Any]
    clashing: list[str]
    taken_over: list[str]


def reconciled(form: forms.ModelForm, stored: Patient) -> Reconciled:
    """Bring together what a form was made from, what is stored now, and what was typed."""
    was, now = loaded(form.data.get("as_read")), demographics(stored)
    data: dict[str, Any] = {name: form.data.get(name) for name in form.data}
    clashing, taken_over = [], []
    for name in DEMOGRAPHICS:
        if was.get(name) == now[name]:
            continue
        field, typed = form.fields[name], form[name].data
        if not differs(field, was.get(name), typed):
            data[name] = written(now[name])
            taken_over.append(name)
        elif differs(field, now[name], typed):
            clashing.append(name)
    return Reconciled(data, clashing, taken_over)


def chosen(data: Mapping[str, Any], undecided: Collection[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the data with what was chosen of the other's, and the fields still undecided."""
    stored, result, open_still = loaded(data.get("as_read")), dict(data.items()), []
    for name in DEMOGRAPHICS:
        if name not in undecided:
            continue
        choice = data.get(f"choice_{name}")
        if choice == THEIRS and name in stored:
            result[name] = written(stored[name])
        elif choice != MINE:
            open_still.append(name)
    return result, open_still


def clashes(form: forms.ModelForm, stored: Patient, names: Collection[str]) -> dict[str, Clash]:
    """Return what the person has to decide, with who changed it last and when."""
    last = PatientChange.objects.last_of(stored) if names else {}
    result = {}
    for name in names:
        field, change = form.fields[name], last.get(name)
        result[name] = Clash(
            name=name,
            label=str(field.label),
            mine=in_words(field, form[name].data),
            theirs=in_words(field, demographics(stored)[name]),
            by=change.by if change else None,
            at=change.at if change else stored.updated_at,
        )
    return result


def as_read(patient: Patient) -> str:
    return json.dumps(demographics(patient))


def loaded(text: Any) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except (TypeError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def written(value: Any) -> str:
    """Return a stored value as a browser would send it; a cleared box sends nothing."""
    return "" if value in (None, False) else str(value)


def differs(field: forms.Field, was: Any, typed: Any) -> bool:
    is_choice = isinstance(field, forms.ModelChoiceField)
    try:
        return field.has_changed(was if is_choice else field.to_python(was), typed)
    except ValidationError:
        return True


def in_words(field: forms.Field, value: Any) -> str:
    read: Callable[[Any], Any] = field.to_python
    try:
        meant = read(value)
    except ValidationError:
        return str(value)
    if isinstance(meant, bool):
        return _("yes") if meant else _("no")
    if isinstance(meant, date):
        return as_typed(meant)
    choices = {} if isinstance(field, forms.ModelChoiceField) else getattr(field, "choices", {})
    words = dict(choices).get(meant, meant) if choices else meant
    return str(words) if words not in (None, "") else _("empty")
