"""What the clinical files have in common: whose chart a row belongs to, and what becomes of it.

What a chart says stays as it was written, so of a row that is known again only its end is brought
up to date. A row without an Id is known by what it says except its end; of rows that say the same,
by which of them it is.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError

from clinic.synthea import SYSTEM, cells
from clinic.synthea.report import FileReport
from clinic.synthea.rows import Values, refuse_overlong, update
from clinic.synthea.tables import Batch, BrokenRowError, Row, Table
from facilities.models import Doctor, Facility
from patients.models import Patient, PatientIdentifier
from records.models import Encounter
from records.models.clinical import Clinical, System, code_validator

if TYPE_CHECKING:
    from clinic.synthea.importing import Import

SAYS_THE_SAME = ("PATIENT", "ENCOUNTER", "CODE", "START")
KEPT = "the entry says something else in the chart, and is kept as it is there"
IN_ERROR = "the entry was marked as entered in error, and is left as it is"
NOWHERE = (
    "not loaded, as neither an encounter nor the patient's record tells the facility that the "
    "entry belongs to"
)
SYSTEMS = {
    "snomed-ct": System.SNOMED,
    "http://snomed.info/sct": System.SNOMED,
    "rxnorm": System.RXNORM,
    "http://www.nlm.nih.gov/research/umls/rxnorm": System.RXNORM,
    "icd-10-cm": System.ICD10,
    "http://hl7.org/fhir/sid/icd-10-cm": System.ICD10,
}


@dataclass(frozen=True)
class Known:
    """What the rows of a batch refer to, by Synthea Id."""

    patients: Mapping[str, Patient]
    encounters: Mapping[str, Encounter]
    doctors: Mapping[str | None, int]
    facilities: Mapping[str | None, int]

    @classmethod
    def to(cls, batch: Batch) -> Self:
        named = {name: {row[name] for row in batch} for name in ("ENCOUNTER", "PROVIDER")}
        places = Facility.objects.filter(identifier__in={row["ORGANIZATION"] for row in batch})
        return cls(
            patients=_patients(row["PATIENT"] for row in batch),
            encounters=_by_source_id(Encounter, named["ENCOUNTER"]),
            doctors=dict(
                Doctor.objects.filter(identifier__in=named["PROVIDER"]).values_list(
                    "identifier", "pk"
                )
            ),
            facilities=dict(places.values_list("identifier", "pk")),
        )

    def patient(self, row: Row) -> Patient:
        patient = self.patients.get(row.needed("PATIENT"))
        if patient is None:
            raise BrokenRowError("PATIENT names none that is in patients.csv.")
        return patient

    def context(self, row: Row, report: FileReport) -> Values | None:
        """Return whose the row is, and where and when it was written; None for a row of nowhere."""
        patient, encounter = self.patient(row), self.encounters.get(row["ENCOUNTER"])
        if encounter is None and row["ENCOUNTER"]:
            report.leave_out(row.line, "ENCOUNTER names none that was imported and was left out")
        if encounter is not None and encounter.patient_id != patient.pk:
            raise BrokenRowError("ENCOUNTER names one of another patient.")
        facility = encounter.facility_id if encounter else patient.facility_id
        if facility is None:
            report.leave_out(row.line, NOWHERE)
            return None
        return {
            "patient_id": patient.pk,
            "facility_id": facility,
            "encounter_id": encounter.pk if encounter else None,
        }

    def doctor(self, row: Row) -> int | None:
        """Return the doctor of the encounter that the row names."""
        encounter = self.encounters.get(row["ENCOUNTER"])
        return encounter.doctor_id if encounter else None


@dataclass(frozen=True)
class ClinicalFile:
    """How one file is written: `values` returns a row's values, or None for one not loaded."""

    model: type[Clinical]
    end: str
    values: Callable[[Row, FileReport, Known], Values | None]

    def write(self, table: Table, report: FileReport, run: "Import") -> None:
        names = _SourceIds()
        for batch in table.batches(report):
            rows = self._parsed(batch, names, report)
            if not report.is_refused:
                self._save(rows, report, run.now)

    def _parsed(
        self, batch: Batch, names: "_SourceIds", report: FileReport
    ) -> dict[str, tuple[int, Values]]:
        known, result = Known.to(batch), {}
        for row in batch:
            name = names.of(row)
            try:
                values = self.values(row, report, known)
                refuse_overlong(self.model, values or {})
            except BrokenRowError as problem:
                report.refuse(row.line, str(problem))
            else:
                if values is not None:
                    result[name] = row.line, values
        return result

    def _save(self, rows: dict[str, tuple[int, Values]], report: FileReport, now: datetime) -> None:
        known, manager = _by_source_id(self.model, rows), self.model._default_manager  # noqa: SLF001 - documented by Django
        changed = []
        for source_id, entry in known.items():
            line, values = rows[source_id]
            if self._takes_end(entry, values, line, report):
                changed.append((entry, {self.end, "updated_at"}))
                entry.updated_at = now
        new = [
            self.model(source_system=SYSTEM, source_id=source_id, recorded_at=now, **values)
            for source_id, (_line, values) in rows.items()
            if source_id not in known
        ]
        manager.bulk_create(new)
        update(self.model, changed)
        report.created += len(new)
        report.updated += len(changed)
        report.unchanged += len(known) - len(changed)

    def _takes_end(self, entry: Any, values: Values, line: int, report: FileReport) -> bool:
        """Write the end that the file tells to the entry in memory; tell whether it is new.

        Not where somebody has ended the entry in its chart, or marked it as entered in error.
        """
        # A merge moves entries, and where the patient is seen by now says nothing of the past.
        moved = {self.end, "patient_id", "facility_id", "encounter_id"}
        if any(getattr(entry, name) != values[name] for name in values.keys() - moved):
            report.leave_out(line, KEPT)
            return False
        end = values[self.end]
        if end in (None, getattr(entry, self.end)):
            return False
        if entry.is_in_error or getattr(entry, "ended_by_id", None):
            report.leave_out(line, IN_ERROR if entry.is_in_error else KEPT)
            return False
        setattr(entry, self.end, end)
        return True


@dataclass
class _SourceIds:
    """Ids of rows in the order of their file."""

    said: Counter[str] = field(default_factory=Counter)

    def of(self, row: Row) -> str:
        if row["Id"]:
            return row["Id"]
        says = "\x1f".join(row[column] for column in SAYS_THE_SAME)
        name = hashlib.sha256(says.encode()).hexdigest()[:32]
        self.said[name] += 1
        return f"{name}-{self.said[name]}"


def _patients(identifiers: Iterable[str]) -> dict[str, Patient]:
    """Return patients by Synthea Id; of a record that was merged, the one that it went into."""
    found = PatientIdentifier.objects.filter(system=SYSTEM, value__in=set(identifiers))
    patients = {each.value: each.patient for each in found.select_related("patient__merged_into")}
    return {value: _open_record(patient) for value, patient in patients.items()}


def _open_record(patient: Patient) -> Patient:
    while patient.merged_into:
        patient = patient.merged_into
    return patient


def _by_source_id(model: Any, source_ids: Iterable[str]) -> dict[str, Any]:
    """Return entries by Synthea Id, locked so that nobody ends them meanwhile."""
    rows = model.objects.filter(source_system=SYSTEM, source_id__in=set(source_ids) - {""})
    return {row.source_id: row for row in rows.order_by("pk").select_for_update(no_key=True)}


def code(row: Row, column: str) -> str:
    """Return a code, which may be missing."""
    if row[column]:
        try:
            code_validator(row[column])
        except ValidationError:
            raise BrokenRowError(f"{column} is not a code such as 419199007.") from None
    return row[column]


def system(row: Row, report: FileReport, without: System) -> System:
    """Return where the row's code comes from; `without` where the file has no such column."""
    if row["SYSTEM"] and row["SYSTEM"].casefold() not in SYSTEMS:
        report.leave_out(row.line, "SYSTEM is none that is known and was left out")
        return System.LOCAL
    return SYSTEMS.get(row["SYSTEM"].casefold(), without)


def text(row: Row, column: str) -> str:
    return " ".join(row[column].split())


def what(row: Row) -> str:
    """Return what the row is about, without which it says nothing."""
    row.needed("DESCRIPTION")
    return text(row, "DESCRIPTION")


def days(row: Row, report: FileReport) -> tuple[date | None, date | None]:
    """Return the days from START to STOP."""
    stop = cells.day(row["STOP"], "STOP") if row["STOP"] else None
    return _begun(cells.day(row.needed("START"), "START"), stop, row, report), stop


def instants(row: Row, report: FileReport) -> tuple[datetime | None, datetime | None]:
    """Return the instants from START to STOP."""
    stop = cells.instant(row["STOP"], "STOP") if row["STOP"] else None
    return _begun(cells.instant(row.needed("START"), "START"), stop, row, report), stop


def _begun(start: Any, stop: Any, row: Row, report: FileReport) -> Any:
    if stop is not None and stop < start:
        report.leave_out(row.line, "START lies after STOP and was left out")
        return None
    return start
