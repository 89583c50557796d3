"""conditions.csv → what patients have or had."""

from clinic.synthea import charts
from clinic.synthea.report import FileReport
from clinic.synthea.rows import Values
from clinic.synthea.tables import Columns, Row
from records.models import Condition
from records.models.clinical import System

COLUMNS = Columns(
    ("START", "PATIENT", "CODE", "DESCRIPTION"), ("Id", "STOP", "ENCOUNTER", "SYSTEM")
)


def values(row: Row, report: FileReport, known: charts.Known) -> Values | None:
    context = known.context(row, report)
    onset_on, abated_on = charts.days(row, report)
    said = {
        "code": charts.code(row, "CODE"),
        "system": charts.system(row, report, System.SNOMED),
        "description": charts.what(row),
        "onset_on": onset_on,
        "abated_on": abated_on,
    }
    return context and context | said


FILE = charts.ClinicalFile(Condition, "abated_on", values)
