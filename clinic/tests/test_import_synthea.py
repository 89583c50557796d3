"""The import of Synthea's files, on invented rows in `clinic/tests/synthea/`."""

import hashlib
import shutil
from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from clinic.synthea import SYSTEM
from clinic.tests.synthea import FILES, change
from facilities.models import Doctor, Facility
from facilities.tests.factories import staff_of
from patients.models import Patient, PatientIdentifier
from scheduling.models import Appointment, WorkingHours
from scheduling.tests.factories import in_days

pytestmark = pytest.mark.django_db

TABLES = (
    *("facilities_facility", "facilities_doctor", "facilities_doctor_facilities"),
    *("facilities_caretype", "facilities_doctor_care_types", "facilities_facility_care_types"),
    *("scheduling_workinghours", "patients_patient", "patients_patientidentifier"),
)

Import = Callable[..., str]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A directory as Synthea exports it, to be changed at will."""
    return Path(shutil.copytree(FILES, tmp_path / "csv"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture) -> Import:
    def run_import(directory: Path, *options: str) -> str:
        call_command("import_synthea", str(directory), *options)
        return capsys.readouterr().out

    return run_import


def fingerprint() -> str:
    """Return a hash over every row that an import writes, times of change included."""
    with connection.cursor() as cursor:
        rows = [
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY id").fetchall()
            for table in TABLES
        ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def patient(value: str) -> Patient:
    return PatientIdentifier.objects.get(system=SYSTEM, value=value).patient


def test_an_export_becomes_facilities_doctors_and_patients(run: Import) -> None:
    run(FILES)
    assert Facility.objects.count() == Doctor.objects.count() == Patient.objects.count() == 3


def test_a_facility_is_tidied_and_gets_the_time_zone_of_its_zip_code(run: Import) -> None:
    run(FILES)
    omaha = Facility.objects.get(identifier="org-omaha")
    assert (omaha.name, omaha.address_line, omaha.city) == (
        *("Midtown Family Care LLC", "12 39th St", "Omaha"),
    )
    assert (omaha.zip_code, omaha.phone, omaha.capacity) == ("68102", "+14025550142", 10_000)
    zones = Facility.objects.order_by("identifier").values_list("timezone", "zip_code")
    assert list(zones) == [
        ("America/New_York", "02134"),
        ("America/Denver", "80202"),
        ("America/Chicago", "68102"),
    ]


def test_a_doctor_works_at_their_organization_on_workdays(run: Import) -> None:
    run(FILES)
    doctor = Doctor.objects.get(identifier="doc-2")
    assert (doctor.name, doctor.specialization) == ("Tomás O'Hara", "Cardiology")
    assert doctor.facilities.get().identifier == "org-denver"
    hours = WorkingHours.objects.filter(doctor=doctor).values_list(
        "weekday", "starts_at", "ends_at"
    )
    assert list(hours) == [(weekday, time(9), time(17)) for weekday in range(1, 6)]


def test_hours_and_capacity_can_be_given(run: Import) -> None:
    run(FILES, "--opens=7:30", "--closes=12:00", "--weekdays=1-2,6", "--capacity=40")
    hours = WorkingHours.objects.filter(doctor__identifier="doc-1")
    assert {(row.weekday, row.starts_at, row.ends_at) for row in hours} == {
        (day, time(7, 30), time(12)) for day in (1, 2, 6)
    }
    assert set(Facility.objects.values_list("capacity", flat=True)) == {40}


def test_a_patient_keeps_accents_and_apostrophes_and_loses_digits(run: Import) -> None:
    run(FILES)
    maria = patient("pat-1")
    assert (maria.given_name, maria.family_name, maria.maiden_name) == (
        *("María José Elena", "D'Arcy", "Núñez"),
    )
    assert (maria.gender, maria.date_of_birth) == ("female", date(1980, 2, 29))
    assert maria.address_line == "7 Elm Street Apt 2"


def test_the_latest_encounter_gives_a_patient_their_facility(run: Import) -> None:
    run(FILES)
    assert patient("pat-1").facility == Facility.objects.get(identifier="org-omaha")
    assert patient("pat-3").facility is None


def test_without_encounters_patients_have_no_facility(run: Import, export: Path) -> None:
    (export / "encounters.csv").unlink()
    run(export)
    assert set(Patient.objects.values_list("facility", flat=True)) == {None}


def test_the_deceased_are_closed_and_take_no_place(run: Import) -> None:
    run(FILES)
    walter = patient("pat-2")
    assert (walter.deceased_on, walter.is_active) == (date(2019, 1, 15), False)
    assert Facility.objects.get(identifier="org-denver").registered_count == 0


def test_numbers_of_identity_papers_are_nowhere(run: Import) -> None:
    run(FILES)
    with connection.cursor() as cursor:
        for table in TABLES:
            text = str(cursor.execute(f"SELECT t::text FROM {table} t").fetchall())
            assert not any(secret in text for secret in ("999-11", "S99911", "X11122"))


def test_what_is_left_out_is_said_with_its_reason_and_line(run: Import) -> None:
    out = run(FILES)
    assert "organizations.csv: PHONE is not a valid number and was left out (line 4)." in out
    assert "patients.csv: ZIP is 00000 and was left empty (line 4)." in out
    assert Facility.objects.get(identifier="org-boston").phone == ""


def test_a_second_import_changes_no_row(run: Import) -> None:
    run(FILES)
    before = fingerprint()
    out = run(FILES)
    assert fingerprint() == before
    assert [line.split()[1:4] for line in out.splitlines()[1:5]] == [
        ["0", "0", "3"],
        ["0", "0", "3"],
        ["0", "0", "3"],
        ["0", "0", "3"],
    ]


def test_what_differs_is_updated_and_keeps_its_record(run: Import, export: Path) -> None:
    run(export)
    before = patient("pat-1")
    change(export / "patients.csv", "D'Arcy77", "Quist4")
    change(export / "providers.csv", "CARDIOLOGY", "NEUROLOGY")
    change(export / "organizations.csv", "5 Hill Road", "6 Hill Road")
    out = run(export)
    after = patient("pat-1")
    assert (after.pk, after.mrn, after.family_name) == (before.pk, before.mrn, "Quist")
    assert after.version == before.version + 1
    assert after.updated_at > before.updated_at
    assert Doctor.objects.get(identifier="doc-2").specialization == "Neurology"
    assert [line.split()[2] for line in out.splitlines()[1:5]] == ["1", "1", "0", "1"]


def test_what_people_set_where_the_file_is_silent_stays(run: Import) -> None:
    run(FILES)
    boston = Facility.objects.get(identifier="org-boston")
    Patient.objects.filter(pk=patient("pat-3").pk).update(facility=boston, is_active=False)
    Facility.objects.update(capacity=77)
    WorkingHours.objects.filter(doctor__identifier="doc-1").delete()
    before = fingerprint()
    run(FILES)
    assert fingerprint() == before


def test_a_dry_run_reports_and_writes_nothing(run: Import) -> None:
    out = run(FILES, "--dry-run")
    assert "patients.csv" in out
    assert "This was a dry run: nothing was written." in out
    assert not Facility.objects.exists()
    assert not Patient.objects.exists()


def test_columns_are_found_by_name_in_any_version(run: Import, export: Path) -> None:
    path = export / "patients.csv"
    rows = [line.split(",") for line in path.read_text().replace("\nApt 2", "").splitlines()]
    path.write_text("\ufeff" + "".join(",".join(reversed(row)) + "\r\n" for row in rows))
    change(export / "providers.csv", "SPECIALITY", "Specialty")
    run(export)
    assert patient("pat-1").family_name == "D'Arcy"
    assert Doctor.objects.get(identifier="doc-2").specialization == "Cardiology"


def test_a_long_file_is_imported_in_few_statements(
    run: Import, export: Path, django_assert_max_num_queries: Callable
) -> None:
    path = export / "patients.csv"
    row = path.read_text().splitlines()[-1]
    copies = (row.replace("pat-3", f"pat-x{n}") for n in range(1200))
    path.write_text(path.read_text() + "\n".join(copies) + "\n")
    with django_assert_max_num_queries(80):
        run(export)
    assert Patient.objects.count() == 1203


def test_a_receptionist_books_an_imported_patient_with_an_imported_doctor(run: Import) -> None:
    run(FILES)
    facility = Facility.objects.get(identifier="org-omaha")
    receptionist = staff_of(facility)
    monday = next(
        at
        for at in (in_days(days, 9, facility=facility) for days in range(1, 8))
        if at.astimezone(facility.tz).isoweekday() == 1
    )
    booked = Appointment.objects.book(
        patient=Patient.objects.visible_to(receptionist).get(pk=patient("pat-1").pk),
        doctor=Doctor.objects.visible_to(receptionist).get(identifier="doc-1"),
        facility=facility,
        starts_at=monday,
        by=receptionist,
    )
    assert booked in Appointment.objects.visible_to(receptionist)
    assert booked.starts_at > timezone.now()
