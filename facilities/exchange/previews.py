"""What an import would do, or has done, as people read it."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext
from import_export.results import Result, RowResult

logger = structlog.get_logger(__name__)

MOST_SHOWN = 200


class Refusal(NamedTuple):
    """Why a row is refused; `line` is its number in the spreadsheet, `column` may be empty."""

    line: int
    column: str
    why: str


class Change(NamedTuple):
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Row:
    """A row that is new or changed, with the row of the model that it became."""

    line: int
    name: str
    changes: list[Change]
    instance: models.Model


@dataclass
class Preview:
    new: list[Row] = field(default_factory=list)
    changed: list[Row] = field(default_factory=list)
    unchanged: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    refused: int = 0

    @classmethod
    def of(cls, result: Result, lines: Sequence[int], columns: Mapping[str, str]) -> "Preview":
        """Sort the rows of a result; `columns` names the column of each attribute."""
        preview = cls()
        for line, row in zip(lines, result.rows, strict=True):
            preview._add(line, row, columns)
        for failure in result.base_errors:
            logger.error("import_failed", exc_info=failure.error)
            preview.refuse(Refusal(0, "", not_taken()))
        return preview

    def _add(self, line: int, row: RowResult, columns: Mapping[str, str]) -> None:
        if row.is_skip():
            self.unchanged += 1
        elif row.is_new() or row.is_update():
            changes = [Change(name, *both) for name, both in row.diff.items()]
            said = Row(line, row.object_repr, changes, row.instance)
            (self.new if row.is_new() else self.changed).append(said)
        else:
            for failure in row.errors:
                logger.error("import_row_failed", exc_info=failure.error)
            self.refuse(*refusals_of(line, row.validation_error, columns))

    def refuse(self, *why: Refusal) -> None:
        self.refused += 1
        self.refusals += why

    @property
    def changes_something(self) -> bool:
        return bool(self.new or self.changed)

    @property
    def digest(self) -> str:
        """Return what differs when the same file would do something else."""
        said = [[row.line, row.changes] for row in (*self.new, *self.changed)]
        return hashlib.sha256(json.dumps([said, self.unchanged]).encode()).hexdigest()

    @property
    def new_shown(self) -> list[Row]:
        return self.new[:MOST_SHOWN]

    @property
    def changed_shown(self) -> list[Row]:
        return self.changed[:MOST_SHOWN]

    @property
    def refusals_shown(self) -> list[Refusal]:
        return self.refusals[:MOST_SHOWN]

    @property
    def shown_at_most(self) -> int:
        return MOST_SHOWN


def refusals_of(
    line: int, error: ValidationError | None, columns: Mapping[str, str]
) -> Iterator[Refusal]:
    if error is None:
        yield Refusal(line, "", not_taken())
        return
    by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    for name, errors in by_field.items():
        known = "" if name == NON_FIELD_ERRORS else columns.get(name, name)
        for each in errors:
            yield Refusal(line, known, _sentence(each))


def _sentence(error: ValidationError) -> str:
    """Return the model's words, or ours where Django's own do not say what to do."""
    if error.code in {"null", "blank", "required"}:
        return gettext("This cell is empty. Fill it in.")
    if error.code == "unique":
        return gettext("Another row has this already, and only one can. Correct one of the two.")
    return " ".join(error.messages)


def not_taken() -> str:
    return gettext(
        "The database does not take this. Compare it with a row that is taken, or try again later."
    )
