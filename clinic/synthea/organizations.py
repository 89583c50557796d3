"""organizations.csv → facilities."""

from typing import TYPE_CHECKING

from clinic.synthea import cells
from clinic.synthea.report import FileReport
from clinic.synthea.rows import Values, apply, by_identifier, parsed, update
from clinic.synthea.tables import BrokenRowError, Columns, Row, Table
from facilities.models import Facility

if TYPE_CHECKING:
    from clinic.synthea.importing import Import

COLUMNS = Columns(("Id", "NAME", "ZIP"), ("ADDRESS", "CITY", "STATE", "PHONE"), unique="Id")


def write(table: Table, report: FileReport, run: "Import") -> None:
    """Write facilities; what Synthea does not know, their capacity, is set when they are new."""
    for batch in table.batches(report):
        rows = parsed(batch, facility_values, Facility, report)
        if report.is_refused:
            continue
        known = by_identifier(Facility, rows)
        new = [
            Facility(identifier=identifier, capacity=run.options.capacity, **values)
            for identifier, (_line, values) in rows.items()
            if identifier not in known
        ]
        compared = [(facility, apply(facility, rows[key][1])) for key, facility in known.items()]
        changed = [(facility, names) for facility, names in compared if names]
        Facility.objects.bulk_create(new)
        update(Facility, changed)
        report.created += len(new)
        report.updated += len(changed)
        report.unchanged += len(known) - len(changed)


def facility_values(row: Row, report: FileReport) -> Values:
    zip_code, no_zip_code = cells.zip_code(row["ZIP"])
    phone, no_phone = cells.phone(row["PHONE"])
    for reason in filter(None, (no_zip_code, no_phone)):
        report.leave_out(row.line, reason)
    timezone = cells.timezone(zip_code, row["STATE"])
    if not timezone:
        raise BrokenRowError("Neither ZIP nor STATE tells the time zone. Correct the ZIP code.")
    return {
        "name": cells.tidied(row.needed("NAME")),
        "address_line": cells.tidied(row["ADDRESS"]),
        "city": cells.tidied(row["CITY"]),
        "state": row["STATE"],
        "zip_code": zip_code,
        "phone": phone,
        "timezone": timezone,
    }
