"""The import of a directory: which files, in which order, each in a transaction of its own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from clinic.synthea import (
    allergies,
    conditions,
    encounters,
    medications,
    organizations,
    patients,
    providers,
)
from clinic.synthea.report import FileReport, Outcome
from clinic.synthea.tables import Columns, Progress, Table
from facilities.refusals import refusals


@dataclass(frozen=True)
class Options:
    """What Synthea does not know: room in a facility, and a doctor's week in local time."""

    capacity: int = 10_000
    opens: time = time(9)
    closes: time = time(17)
    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})


@dataclass
class Import:
    """One run: its options, its clock, and where each patient was seen last, by Synthea Id."""

    options: Options
    now: datetime
    last_seen: dict[str, encounters.LastSeen] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    file: str
    columns: Columns
    write: Callable[[Table, FileReport, Import], None]
    needs: frozenset[str] = frozenset()
    may_be_absent: bool = False


STEPS = (
    Step("organizations.csv", organizations.COLUMNS, organizations.write),
    Step(
        "providers.csv",
        providers.COLUMNS,
        providers.write,
        needs=frozenset({"organizations.csv"}),
    ),
    Step(
        "encounters.csv",
        encounters.COLUMNS,
        encounters.look,
        needs=frozenset({"organizations.csv"}),
        may_be_absent=True,
    ),
    Step(
        "patients.csv",
        patients.COLUMNS,
        patients.write,
        needs=frozenset({"organizations.csv", "encounters.csv"}),
    ),
    Step(
        "encounters.csv",
        encounters.COLUMNS,
        encounters.FILE.write,
        needs=frozenset({"encounters.csv", "providers.csv", "patients.csv"}),
        may_be_absent=True,
    ),
    *(
        Step(
            name,
            part.COLUMNS,
            part.FILE.write,
            needs=frozenset({"encounters.csv", "patients.csv"}),
            may_be_absent=True,
        )
        for name, part in (
            ("conditions.csv", conditions),
            ("allergies.csv", allergies),
            ("medications.csv", medications),
        )
    ),
)


def import_directory(
    directory: Path,
    *,
    now: datetime,
    options: Options | None = None,
    dry_run: bool = False,
    progress: Progress = lambda _name, _share: None,
) -> list[FileReport]:
    """Import the CSV files of a directory; return a report for each file.

    Every header is checked before anything is written: a file that is missing or lacks a column
    raises UnreadableTableError. A dry run does everything and then takes it back.
    """
    run = Import(options or Options(), now)
    tables = {
        step.file: Table(directory / step.file, step.columns, progress)
        for step in STEPS
        if not step.may_be_absent or (directory / step.file).exists()
    }
    if not dry_run:
        return _reports(tables, run)
    with transaction.atomic():
        reports = _reports(tables, run)
        transaction.set_rollback(True)
    return reports


def _reports(tables: dict[str, Table], run: Import) -> list[FileReport]:
    reports: dict[str, FileReport] = {}
    for step in STEPS:
        if step.file in tables:
            report = reports.setdefault(step.file, FileReport(step.file))
            needed = [reports[name] for name in step.needs if name in reports]
            if all(other.outcome is Outcome.IMPORTED for other in needed):
                _write(step, tables[step.file], report, run)
            elif not report.is_refused:
                report.outcome = Outcome.NOT_ATTEMPTED
    return list(reports.values())


def _write(step: Step, table: Table, report: FileReport, run: Import) -> None:
    """Write one file in one transaction, or, when a row of it is broken, nothing."""
    try:
        with refusals(), transaction.atomic():
            _allow_pauses()
            step.write(table, report, run)
            transaction.set_rollback(report.is_refused)
    except ValidationError as refusal:
        report.refuse(0, f"The database refused the file. {' '.join(refusal.messages)}")
    except DatabaseError as error:
        name = type(error).__name__
        report.refuse(0, f"The database refused the file ({name}). Look into its log, or repeat.")
    if report.is_refused:
        report.created = report.updated = report.unchanged = 0


def _allow_pauses() -> None:
    """Lift the server's limit on idle transactions: between two batches, rows are only read."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
