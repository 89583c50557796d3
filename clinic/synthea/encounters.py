"""encounters.csv → where each patient was seen last, which becomes the patient's facility.

The encounters themselves are clinical history and are not written. Only one line a patient is
kept in memory.
"""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from clinic.synthea import cells
from clinic.synthea.report import FileReport
from clinic.synthea.tables import BrokenRowError, Columns, Table
from facilities.models import Facility

if TYPE_CHECKING:
    from clinic.synthea.importing import Import

# Before organizations and providers were told apart, PROVIDER named the organization.
COLUMNS = Columns(("START", "PATIENT", "ORGANIZATION|PROVIDER"))


class LastSeen(NamedTuple):
    at: datetime
    organization: str
    line: int


def write(table: Table, report: FileReport, run: "Import") -> None:
    """Write nothing; remember each patient's latest encounter in `run.last_seen`."""
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
