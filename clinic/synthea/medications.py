"""medications.csv → what patients take or took, ordered by the doctor of the encounter."""

from clinic.synthea import charts
from clinic.synthea.report import FileReport
from clinic.synthea.rows import Values
from clinic.synthea.tables import Columns, Row
from records.models import Medication
from records.models.clinical import System

COLUMNS = Columns(
    ("START", "PATIENT", "CODE", "DESCRIPTION"),
    ("Id", "STOP", "ENCOUNTER", "SYSTEM", "REASONCODE", "REASONDESCRIPTION"),
)


def values(row: Row, report: FileReport, known: charts.Known) -> Values | None:
    context = known.context(row, report)
    starts_at, stops_at = charts.instants(row, report)
    said = {
        "code": charts.code(row, "CODE"),
        "system": charts.system(row, report, System.RXNORM),
        "description": charts.what(row),
        "starts_at": starts_at,
        "stops_at": stops_at,
        "prescriber_id": known.doctor(row),
        "reason_code": charts.code(row, "REASONCODE"),
        "reason": charts.text(row, "REASONDESCRIPTION"),
    }
    return context and context | said


FILE = charts.ClinicalFile(Medication, "stops_at", values)
