"""Patients as rows of a spreadsheet, known by their MRN.

They come by the thousand. Each is held against the model's own rules by itself, but they are
written many at a time, in the preview as well, so that the database decides. Of a batch that it
refuses, halves are tried, down to the rows that it means.
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from import_export.results import Result, RowResult
from import_export.widgets import Widget

from facilities.exchange.cells import PhoneNumber, Reference, Word, YesNo, column, kept
from facilities.exchange.previews import not_taken
from facilities.exchange.resources import Key, SheetResource
from facilities.models import Doctor, Facility
from facilities.refusals import refusals
from patients.models import Patient, PatientChange
from patients.models.change import demographics
from patients.search import fold
from patients.typed_dates import in_a_file

WRITTEN_AT_ONCE = 500
UPDATED_AT_ONCE = 100
# Not asked of the database row by row: it looks at all of them when they are written.
REFERENCES = ("user", "facility", "assigned_doctor", "merged_into")

Person = tuple[str, str, date | None]


class Mrn(Widget):
    """A record number; of eight digits or fewer, with the zeros that spreadsheets lose."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return value.zfill(8) if re.fullmatch(r"[0-9]{1,8}", value) else value or None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value if isinstance(value, str) else ""  # the database gives it


class Day(Widget):
    def clean(self, value: str, row: Any = None, **kwargs: Any) -> date | None:
        return in_a_file(value) if value else None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value.isoformat() if value else ""


class Pending(NamedTuple):
    """A row of the file to be written; `before` are the demographics that it changes."""

    number: int
    patient: Patient
    columns: frozenset[str]
    before: dict[str, Any]


class PatientResource(SheetResource):
    mrn = kept("mrn", Mrn())
    given_name = column("given_name")
    family_name = column("family_name")
    maiden_name = column("maiden_name")
    date_of_birth = column("date_of_birth", Day())
    gender = kept("gender", Word())
    phone = column("phone", PhoneNumber())
    email = column("email")
    address_line = column("address_line")
    city = column("city")
    state = column("state")
    zip_code = column("zip_code")
    language = column("language")
    facility = column("facility", Reference(Facility), "facility_id")
    assigned_doctor = column("assigned_doctor", Reference(Doctor), "assigned_doctor_id")
    deceased_on = column("deceased_on", Day())
    is_active = kept("is_active", YesNo())

    needed = ("mrn",)
    example = {
        "mrn": "",
        "given_name": "Example",
        "family_name": "Nobody",
        "maiden_name": "",
        "date_of_birth": "1900-01-31",
        "gender": "unknown",
        "phone": "(402) 555-0142",
        "email": "nobody@example.org",
        "address_line": "1 Example Street",
        "city": "Omaha",
        "state": "NE",
        "zip_code": "68102",
        "language": "en",
        "facility": "Example Facility",
        "assigned_doctor": "",
        "deceased_on": "",
        "is_active": "yes",
    }

    class Meta(SheetResource.Meta):
        model = Patient
        use_bulk = True
        import_id_fields = ("mrn",)
        fields = (
            *("mrn", "given_name", "family_name", "maiden_name", "date_of_birth", "gender"),
            *("phone", "email", "address_line", "city", "state", "zip_code", "language"),
            *("facility", "assigned_doctor", "deceased_on", "is_active"),
        )
        import_order = fields

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.people: dict[Person, str] = {}
        self.fresh: list[Pending] = []
        self.altered: list[Pending] = []
        self.was: dict[str, Any] = {}
        self.was_at: int | None = None

    def load(self) -> None:
        super().load()
        # One instance for each facility: that its places are counted is seen by the next row.
        self.places = self.fields["facility"].widget.directory.by_pk
        self.doctors = self.fields["assigned_doctor"].widget.directory.by_pk

    def find_known(self, rows: list[dict[str, str]]) -> dict[Key, models.Model]:
        numbers = {key[0] for row in rows if (key := self.key_of(row))}
        stored = Patient.objects.filter(mrn__in=numbers).order_by("pk")
        if self.is_final:
            stored = stored.select_for_update(no_key=True)
        known: dict[Key, models.Model] = {(patient.mrn,): patient for patient in stored}
        self._find_people([row for row in rows if self.key_of(row) not in known])
        return known

    def _find_people(self, rows: list[dict[str, str]]) -> None:
        """Remember who is registered with a date of birth of these rows."""
        days = set()
        for row in rows:
            try:
                days.add(in_a_file(row.get("date_of_birth", "")))
            except ValueError:
                continue
        words = gettext(
            "A patient of this name and date of birth is registered with the MRN %(mrn)s. Write "
            "that number here, or register another person of this name at the desk."
        )
        people = Patient.objects.filter(merged_into__isnull=True, date_of_birth__in=days)
        for given, family, born, mrn in people.values_list(
            "given_name", "family_name", "date_of_birth", "mrn"
        ):
            self.people[fold(given), fold(family), born] = words % {"mrn": mrn}

    def key_of(self, row: dict[str, str]) -> Key | None:
        mrn = self.fields["mrn"].clean(row)
        return (mrn,) if mrn else None

    def after_init_instance(
        self, instance: Any, new: bool, row: dict[str, str], **kwargs: Any
    ) -> None:
        super().after_init_instance(instance, new, row, **kwargs)
        self.was = {} if new else demographics(instance)
        self.was_at = None if new else _place(instance)

    def validate_instance(
        self,
        instance: Patient,
        import_validation_errors: dict[str, Any] | None = None,
        validate_unique: bool = True,
    ) -> None:
        """Ask the model, but for what the database is asked of all rows at once."""
        unread = import_validation_errors or {}
        errors: dict[str, Any] = {n.removesuffix("_id"): why for n, why in unread.items()}
        instance.facility = self.places.get(instance.facility_id)
        instance.assigned_doctor = self.doctors.get(instance.assigned_doctor_id)
        try:
            instance.full_clean(
                exclude={*errors, *REFERENCES},
                validate_unique=False,
                validate_constraints=False,
            )
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)
        if instance._state.adding:  # noqa: SLF001 - documented by Django
            self._refuse_known(instance)
        self._count(instance)

    def _refuse_known(self, patient: Patient) -> None:
        """Refuse a new record of somebody who has one, and a number that the search cannot find."""
        if isinstance(patient.mrn, str) and not re.fullmatch(r"[0-9]{8}", patient.mrn):
            words = gettext(
                "No patient has this MRN, and a new one has up to eight digits. Correct it, or "
                "leave the cell empty: the clinic gives the next number."
            )
            raise ValidationError({"mrn": words}, code="mrn")
        person = fold(patient.given_name), fold(patient.family_name), patient.date_of_birth
        if person in self.people:
            raise ValidationError({"mrn": self.people[person]}, code="known")
        self.people[person] = gettext(
            "An earlier row has this name and date of birth. Keep one of the two rows, or register "
            "another person of this name at the desk."
        )

    def _count(self, patient: Patient) -> None:
        now_at = _place(patient)
        if now_at == self.was_at:
            return
        for place, step in ((self.was_at, -1), (now_at, 1)):
            if place is not None:
                self.places[place].registered_count += step

    def save_instance(
        self,
        instance: Any,
        is_create: bool,
        row: dict[str, str],
        row_number: int = 0,
        **kwargs: Any,
    ) -> None:
        """Leave it to be written with the others."""
        pending = Pending(row_number, instance, frozenset(self.changes), self.was)
        (self.fresh if is_create else self.altered).append(pending)

    def bulk_create(self, *args: Any, result: Result, **kwargs: Any) -> None:
        # Those with a number first: then the database gives it to none of the others.
        numbered = [each for each in self.fresh if isinstance(each.patient.mrn, str)]
        others = [each for each in self.fresh if not isinstance(each.patient.mrn, str)]
        self._write_all(numbered, _insert, result)
        self._write_all(others, _insert, result)

    def bulk_update(self, *args: Any, result: Result, **kwargs: Any) -> None:
        self._write_all(self.altered, _update, result)
        if self.is_final and not result.has_validation_errors():
            before = [(each.patient, each.before) for each in self.altered]
            PatientChange.objects.note_all(before, by=self.by)

    def _write_all(
        self, rows: list[Pending], write: Callable[[list[Pending]], None], result: Result
    ) -> None:
        for start in range(0, len(rows), WRITTEN_AT_ONCE):
            self._write(rows[start : start + WRITTEN_AT_ONCE], write, result)

    def _write(
        self, rows: list[Pending], write: Callable[[list[Pending]], None], result: Result
    ) -> None:
        try:
            with refusals(), transaction.atomic():
                write(rows)
        except (ValidationError, IntegrityError) as error:
            if len(rows) == 1:
                _refuse(result, rows[0].number, error)
                return
            half = len(rows) // 2
            self._write(rows[:half], write, result)
            self._write(rows[half:], write, result)


def _place(patient: Patient) -> int | None:
    """Return the facility in which the patient takes a place."""
    return patient.facility_id if patient.is_active else None


def _insert(rows: list[Pending]) -> None:
    Patient.objects.bulk_create([each.patient for each in rows])


def _update(rows: list[Pending]) -> None:
    names = sorted({name for each in rows for name in each.columns})
    now = timezone.now()
    for each in rows:
        each.patient.updated_at = now
    patients = [each.patient for each in rows]
    Patient.objects.bulk_update(patients, [*names, "updated_at"], UPDATED_AT_ONCE)
    for patient in patients:
        patient.version += 1  # as the database has done


def _refuse(result: Result, number: int, error: ValidationError | IntegrityError) -> None:
    why = error if isinstance(error, ValidationError) else ValidationError(not_taken())
    row = result.rows[number - 1]
    row.import_type, row.validation_error = RowResult.IMPORT_TYPE_INVALID, why
    result.append_invalid_row(number, {}, why)
