"""patients.csv → patients. SSN, driver's licence and passport numbers are never read."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clinic.synthea import SYSTEM, cells
from clinic.synthea.report import FileReport
from clinic.synthea.rows import Values, apply, parsed, update
from clinic.synthea.tables import BrokenRowError, Columns, Row, Table
from facilities.models import Facility
from patients.models import Patient, PatientIdentifier

if TYPE_CHECKING:
    from clinic.synthea.importing import Import

COLUMNS = Columns(
    ("Id", "BIRTHDATE", "DEATHDATE", "FIRST", "LAST", "GENDER"),
    ("MIDDLE", "MAIDEN", "ADDRESS", "CITY", "STATE", "ZIP"),
    unique="Id",
)
MERGED = "the record was merged with another one and is left as it is"
GENDERS = {"M": Patient.Gender.MALE, "F": Patient.Gender.FEMALE}


def write(table: Table, report: FileReport, run: "Import") -> None:
    places = _Places()
    written: set[int] = set()
    for batch in table.batches(report):
        rows = parsed(batch, lambda row, out: patient_values(row, out, run), Patient, report)
        if report.is_refused:
            continue
        new: dict[str, Patient] = {}
        changed: list[tuple[Patient, set[str]]] = []
        known = _known(rows)
        for identifier, (line, values) in rows.items():
            patient = known.get(identifier, Patient())
            if patient.merged_into_id or patient.pk in written:
                report.leave_out(line, MERGED)
                continue
            was_at = patient.facility_id if patient.is_active else None
            names = _apply(patient, values | places.of(identifier, run))
            places.move(was_at, patient, line, report)
            if patient.pk is None:
                new[identifier] = patient
            elif names:
                changed.append((patient, names))
            else:
                report.unchanged += 1
            written |= {patient.pk} - {None}
        if not report.is_refused:
            _save(new, changed, run)
            report.created += len(new)
            report.updated += len(changed)


def patient_values(row: Row, report: FileReport, run: "Import") -> Values:
    today = run.now.date()
    zip_code, no_zip_code = cells.zip_code(row["ZIP"])
    if no_zip_code:
        report.leave_out(row.line, no_zip_code)
    born = cells.day(row.needed("BIRTHDATE"), "BIRTHDATE")
    died = cells.day(row["DEATHDATE"], "DEATHDATE") if row["DEATHDATE"] else None
    if born > today or (died and died > today):
        raise BrokenRowError(f"{'BIRTHDATE' if born > today else 'DEATHDATE'} lies in the future.")
    if died and died < born:
        raise BrokenRowError("DEATHDATE lies before BIRTHDATE.")
    if row["GENDER"] not in GENDERS:
        raise BrokenRowError("GENDER is neither M nor F.")
    first, last = _name(row, "FIRST"), _name(row, "LAST")
    return {
        "given_name": f"{first} {cells.name_without_digits(row['MIDDLE'])}".strip(),
        "family_name": last,
        "maiden_name": cells.name_without_digits(row["MAIDEN"]),
        "date_of_birth": born,
        "deceased_on": died,
        "gender": GENDERS[row["GENDER"]].value,
        "address_line": cells.tidied(row["ADDRESS"]),
        "city": cells.tidied(row["CITY"]),
        "state": row["STATE"],
        "zip_code": zip_code,
    }


def _name(row: Row, column: str) -> str:
    name = cells.name_without_digits(row.needed(column))
    if not name:
        raise BrokenRowError(f"{column} has nothing but digits.")
    return name


def _apply(patient: Patient, values: Values) -> set[str]:
    """Write the values to the patient in memory; return the names of those that are new.

    A record that people closed stays closed; one that was closed by a death which the file no
    longer knows is opened again.
    """
    if values["deceased_on"]:
        values["is_active"] = False
    elif patient.deceased_on:
        values["is_active"] = True
    return apply(patient, values)


def _known(identifiers: Any) -> dict[str, Patient]:
    """Return patients by their Synthea Id, locked so that nobody edits them meanwhile."""
    owners = dict(
        PatientIdentifier.objects.filter(system=SYSTEM, value__in=identifiers).values_list(
            "value", "patient_id"
        )
    )
    locked = Patient.objects.filter(pk__in=owners.values()).select_for_update(no_key=True)
    patients = {patient.pk: patient for patient in locked.order_by("pk")}
    return {value: patients[pk] for value, pk in owners.items()}


def _save(new: dict[str, Patient], changed: list[tuple[Patient, set[str]]], run: "Import") -> None:
    for patient, names in changed:
        patient.version += 1
        patient.updated_at = run.now
        names |= {"version", "updated_at"}
    update(Patient, changed)
    Patient.objects.bulk_create(new.values())
    PatientIdentifier.objects.bulk_create(
        PatientIdentifier(patient=patient, system=SYSTEM, value=value)
        for value, patient in new.items()
    )


@dataclass
class _Place:
    pk: int
    room_left: int


class _Places:
    """The facilities by Synthea Id, and how many patients each can still register."""

    def __init__(self) -> None:
        rows = Facility.objects.exclude(identifier=None).values_list(
            "identifier", "pk", "capacity", "registered_count"
        )
        self.by_identifier = {
            identifier: _Place(pk, capacity - registered)
            for identifier, pk, capacity, registered in rows
        }
        self.by_pk = {place.pk: place for place in self.by_identifier.values()}

    def of(self, patient: str, run: "Import") -> Values:
        """Return the facility that saw the patient last; nothing when no encounter says it."""
        seen = run.last_seen.get(patient)
        return {"facility_id": self.by_identifier[seen.organization].pk} if seen else {}

    def move(self, was_at: int | None, patient: Patient, line: int, report: FileReport) -> None:
        """Count a patient out of one facility and into another; refuse where that one is full."""
        now_at = patient.facility_id if patient.is_active else None
        if now_at == was_at:
            return
        if was_at in self.by_pk:
            self.by_pk[was_at].room_left += 1
        if now_at in self.by_pk:
            self.by_pk[now_at].room_left -= 1
            if self.by_pk[now_at].room_left < 0:
                report.refuse(
                    line,
                    "The facility of the latest encounter is full. Raise its capacity, or import "
                    "into an empty database with a larger --capacity.",
                )
