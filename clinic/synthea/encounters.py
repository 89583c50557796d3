"""encounters.csv → encounters; where each patient was seen last becomes the patient's facility.

It is read twice: before the patients, who need their facility, and after them, to be written.
"""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from clinic.synthea import cells, charts
from clinic.synthea.report import FileReport
from clinic.synthea.rows import Values
from clinic.synthea.tables import BrokenRowError, Columns, Row, Table
from facilities.models import Facility
from records.models import Encounter

if TYPE_CHECKING:
    from clinic.synthea.importing import Import

# Before organizations and providers were told apart, PROVIDER named the organization.
COLUMNS = Columns(
    ("Id", "START", "PATIENT", "ORGANIZATION|PROVIDER", "ENCOUNTERCLASS"),
    ("STOP", "PROVIDER", "CODE", "DESCRIPTION", "REASONCODE", "REASONDESCRIPTION"),
    unique="Id",
)


class LastSeen(NamedTuple):
    at: datetime
    organization: str
    line: int


def look(table: Table, report: FileReport, run: "Import") -> None:
    """Write nothing; remember each patient's latest encounter in `run.last_seen`.

    Only one line a patient is kept in memory.
    """
    for row in table.rows(report):
        try:
            at, patient = cells.instant(row.needed("START"), "START"), row.needed("PATIENT")
            organization = row.needed("ORGANIZATION")
        except BrokenRowError as problem:
            report.refuse(row.line, str(problem))
            continue
        if patient not in run.last_seen or at > run.last_seen[patient].at:
            run.last_seen[patient] = LastSeen(at, organization, row.line)
    known = set(Facility.objects.exclude(identifier=None).values_list("identifier", flat=True))
    for seen in run.last_seen.values():
        if seen.organization not in known:
            report.refuse(seen.line, "ORGANIZATION names none that is in organizations.csv.")


def values(row: Row, report: FileReport, known: charts.Known) -> Values | None:
    starts_at = cells.instant(row.needed("START"), "START")
    ends_at = cells.instant(row["STOP"], "STOP") if row["STOP"] else None
    if ends_at is not None and ends_at < starts_at:
        raise BrokenRowError("STOP lies before START.")
    if row["ENCOUNTERCLASS"].casefold() not in Encounter.Class.values:
        raise BrokenRowError("ENCOUNTERCLASS is none that is known.")
    if row["ORGANIZATION"] not in known.facilities:
        raise BrokenRowError("ORGANIZATION names none that is in organizations.csv.")
    return {
        "patient_id": known.patient(row).pk,
        "facility_id": known.facilities[row["ORGANIZATION"]],
        "doctor_id": _doctor(row, report, known),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "encounter_class": row["ENCOUNTERCLASS"].casefold(),
        "code": charts.code(row, "CODE"),
        "description": charts.text(row, "DESCRIPTION"),
        "reason_code": charts.code(row, "REASONCODE"),
        "reason": charts.text(row, "REASONDESCRIPTION"),
    }


def _doctor(row: Row, report: FileReport, known: charts.Known) -> int | None:
    named = row["PROVIDER"]
    if named in known.doctors:
        return known.doctors[named]
    if named not in ("", row["ORGANIZATION"]):
        report.leave_out(row.line, "PROVIDER names none that is in providers.csv and was left out")
    return None


FILE = charts.ClinicalFile(Encounter, "ends_at", values)
