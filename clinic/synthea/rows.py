"""From parsed rows to database rows: what is new, what differs, and in how many statements."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.db import models

from clinic.synthea.report import FileReport
from clinic.synthea.tables import Batch, BrokenRowError, Row
from facilities.models import Doctor, Facility

Values = dict[str, Any]
M = TypeVar("M", Facility, Doctor)
N = TypeVar("N", bound=models.Model)

WRITTEN_AT_ONCE = 200


def parsed(
    batch: Batch,
    parse: Callable[[Row, FileReport], Values],
    model: type[models.Model],
    report: FileReport,
) -> dict[str, tuple[int, Values]]:
    """Return line and values by Id; the report receives the broken rows."""
    result = {}
    for row in batch:
        try:
            values = parse(row, report)
            refuse_overlong(model, values)
        except BrokenRowError as problem:
            report.refuse(row.line, str(problem))
        else:
            result[row["Id"]] = row.line, values
    return result


def refuse_overlong(model: type[models.Model], values: Values) -> None:
    """Raise BrokenRowError for text that is longer than its column."""
    for name, value in values.items():
        longest = getattr(model._meta.get_field(name), "max_length", None)  # noqa: SLF001
        if longest and isinstance(value, str) and len(value) > longest:
            field = name.replace("_", " ")
            raise BrokenRowError(f"The {field} is longer than {longest} characters.")


def apply(instance: models.Model, values: Mapping[str, Any]) -> set[str]:
    """Write the values to the instance in memory; return the names of those that are new."""
    changed = set()
    for name, value in values.items():
        before = getattr(instance, name)
        if value != (str(before or "") if isinstance(value, str) else before):
            setattr(instance, name, value)
            changed.add(name)
    return changed


def update(model: type[N], changed: list[tuple[N, set[str]]]) -> None:
    """Write only the fields that changed: each costs a CASE over all the rows."""
    fields = sorted(set().union(*(names for _row, names in changed)))
    if fields:
        rows = [row for row, _names in changed]
        model._default_manager.bulk_update(rows, fields, WRITTEN_AT_ONCE)  # noqa: SLF001 - documented by Django


def by_identifier(model: type[M], identifiers: Iterable[str]) -> dict[str, M]:
    """Return rows by their Synthea Id, locked so that nobody edits them meanwhile."""
    found = model.objects.filter(identifier__in=identifiers).order_by("pk")
    return {str(row.identifier): row for row in found.select_for_update(no_key=True)}
