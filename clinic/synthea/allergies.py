"""allergies.csv → what patients must not be given, and how they react to it."""

from clinic.synthea import charts
from clinic.synthea.report import FileReport
from clinic.synthea.rows import Values
from clinic.synthea.tables import BrokenRowError, Columns, Row
from records.models import Allergy
from records.models.clinical import System

COLUMNS = Columns(
    ("START", "PATIENT", "CODE", "DESCRIPTION"),
    (
        *("Id", "STOP", "ENCOUNTER", "SYSTEM", "TYPE", "CATEGORY"),
        *("REACTION1", "DESCRIPTION1", "SEVERITY1", "REACTION2", "DESCRIPTION2", "SEVERITY2"),
    ),
)
LONGEST = 255


def values(row: Row, report: FileReport, known: charts.Known) -> Values | None:
    context = known.context(row, report)
    onset_on, abated_on = charts.days(row, report)
    said = {
        "code": charts.code(row, "CODE"),
        # Versions without the column knew SNOMED alone.
        "system": charts.system(row, report, System.SNOMED),
        "description": charts.what(row),
        "type": _type(row),
        "category": _one_of(Allergy.Category, "CATEGORY", row, report),
        "reactions": [
            reaction for number in "12" if (reaction := _reaction(row, number, report)) is not None
        ],
        "onset_on": onset_on,
        "abated_on": abated_on,
    }
    return context and context | said


def _type(row: Row) -> str:
    """Return the type, which versions without the column do not know: then it is an allergy."""
    kind = row["TYPE"].casefold() or Allergy.Type.ALLERGY.value
    if kind not in Allergy.Type.values:
        raise BrokenRowError("TYPE is neither allergy nor intolerance.")
    return kind


def _reaction(row: Row, number: str, report: FileReport) -> dict[str, str] | None:
    described = charts.text(row, f"DESCRIPTION{number}")
    if not described:
        return None
    if len(described) > LONGEST:
        raise BrokenRowError(f"DESCRIPTION{number} is longer than {LONGEST} characters.")
    return {
        "code": charts.code(row, f"REACTION{number}"),
        "description": described,
        "severity": _one_of(Allergy.Severity, f"SEVERITY{number}", row, report),
    }


def _one_of(
    choices: type[Allergy.Category | Allergy.Severity], column: str, row: Row, report: FileReport
) -> str:
    if row[column].casefold() in choices.values:
        return row[column].casefold()
    report.leave_out(row.line, f"{column} is none that is known and was left out")
    return ""


FILE = charts.ClinicalFile(Allergy, "abated_on", values)
