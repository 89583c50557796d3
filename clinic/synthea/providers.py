"""providers.csv → doctors, their facility and their working hours."""

from typing import TYPE_CHECKING

from clinic.synthea import cells, specialities
from clinic.synthea.report import FileReport
from clinic.synthea.rows import Values, apply, by_identifier, parsed, update
from clinic.synthea.tables import Batch, BrokenRowError, Columns, Row, Table
from facilities.models import Doctor, Facility
from scheduling.calendars import local
from scheduling.models import WorkingHours

if TYPE_CHECKING:
    from clinic.synthea.importing import Import

COLUMNS = Columns(("Id", "ORGANIZATION", "NAME", "SPECIALITY|SPECIALTY"), unique="Id")

DoctorAtFacility = Doctor.facilities.through


def write(table: Table, report: FileReport, run: "Import") -> None:
    """Write doctors; what Synthea does not know, their hours, is set when they are new."""
    for batch in table.batches(report):
        rows = parsed(batch, doctor_values, Doctor, report)
        places = _places(batch, report)
        if report.is_refused:
            continue
        known = by_identifier(Doctor, rows)
        new = [
            Doctor(identifier=identifier, **values)
            for identifier, (_line, values) in rows.items()
            if identifier not in known
        ]
        compared = {key: apply(doctor, rows[key][1]) for key, doctor in known.items()}
        changed = {key for key, names in compared.items() if names}
        Doctor.objects.bulk_create(new)
        update(Doctor, [(known[key], compared[key]) for key in changed])
        doctors = [*known.values(), *new]
        linked = (_link(doctors, places) | specialities.link(doctors, places)) & known.keys()
        _write_hours(new, places, run)
        report.created += len(new)
        report.updated += len(changed | linked)
        report.unchanged += len(known) - len(changed | linked)


def doctor_values(row: Row, report: FileReport) -> Values:
    name = cells.name_without_digits(row.needed("NAME"))
    if not name:
        raise BrokenRowError("NAME has nothing but digits.")
    return {"name": name, "specialization": cells.tidied(row.needed("SPECIALITY"))}


def _places(batch: Batch, report: FileReport) -> dict[str, Facility]:
    """Return each doctor's facility by the doctor's Id."""
    found = Facility.objects.filter(identifier__in={row["ORGANIZATION"] for row in batch})
    facilities = {facility.identifier: facility for facility in found}
    places = {}
    for row in batch:
        if row["ORGANIZATION"] in facilities:
            places[row["Id"]] = facilities[row["ORGANIZATION"]]
        else:
            report.refuse(row.line, "ORGANIZATION names none that is in organizations.csv.")
    return places


def _link(doctors: list[Doctor], places: dict[str, Facility]) -> set[str]:
    """Link doctors to their facility where they are not; return the Ids of those.

    A facility that people added, or that an earlier file named, stays.
    """
    there = set(
        DoctorAtFacility.objects.filter(doctor__in=doctors).values_list("doctor_id", "facility_id")
    )
    missing = [
        doctor for doctor in doctors if (doctor.pk, places[str(doctor.identifier)].pk) not in there
    ]
    DoctorAtFacility.objects.bulk_create(
        DoctorAtFacility(doctor=doctor, facility=places[str(doctor.identifier)])
        for doctor in missing
    )
    return {str(doctor.identifier) for doctor in missing}


def _write_hours(doctors: list[Doctor], places: dict[str, Facility], run: "Import") -> None:
    options = run.options
    hours = []
    for doctor in doctors:
        facility = places[str(doctor.identifier)]
        hours += [
            WorkingHours(
                doctor=doctor,
                facility=facility,
                weekday=weekday,
                starts_at=options.opens,
                ends_at=options.closes,
                valid_from=local(run.now, facility).date(),
            )
            for weekday in sorted(options.weekdays)
        ]
    WorkingHours.objects.bulk_create(hours, batch_size=1000)
