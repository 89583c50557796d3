"""The clinical files of Synthea: encounters, conditions, allergies and medications."""

import hashlib
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from clinic.synthea import SYSTEM
from clinic.tests.synthea import FILES, change
from facilities.models import Doctor, Facility
from facilities.tests.factories import staff_of
from patients.models import Patient, PatientIdentifier
from patients.models.merge import PatientMerge
from records.models import Allergy, Condition, Encounter, Medication

pytestmark = pytest.mark.django_db

TABLES = [model._meta.db_table for model in (Encounter, Condition, Allergy, Medication)]

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
    """Return a hash over every clinical row, times of change included."""
    with connection.cursor() as cursor:
        rows = [
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY id").fetchall()
            for table in TABLES
        ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def counts(out: str, file: str) -> list[str]:
    """Return how many rows were created, updated and unchanged."""
    return next(line for line in out.splitlines() if line.startswith(file)).split()[1:4]


def patient(value: str) -> Patient:
    return PatientIdentifier.objects.get(system=SYSTEM, value=value).patient


def condition(code: str) -> Condition:
    return Condition.objects.get(code=code)


def test_an_encounter_is_kept_where_it_took_place(run: Import) -> None:
    run(FILES)
    assert Encounter.objects.count() == 3
    seen = Encounter.objects.get(source_system=SYSTEM, source_id="enc-1")
    assert (seen.patient, seen.facility, seen.doctor) == (
        patient("pat-1"),
        Facility.objects.get(identifier="org-omaha"),
        Doctor.objects.get(identifier="doc-1"),
    )
    assert (seen.starts_at, seen.ends_at) == (
        datetime.fromisoformat("2023-04-05T16:30:00Z"),
        datetime.fromisoformat("2023-04-05T16:45:00Z"),
    )
    assert (seen.encounter_class, seen.code, seen.description, seen.reason_code, seen.reason) == (
        *("ambulatory", "185345009", "Encounter for symptom"),
        *("10509002", "Acute bronchitis (disorder)"),
    )
    assert seen.recorded_by is None


def test_a_condition_belongs_to_its_encounter(run: Import) -> None:
    run(FILES)
    kept = condition("10509002")
    assert (kept.patient, kept.encounter) == (
        patient("pat-1"),
        Encounter.objects.get(source_id="enc-1"),
    )
    assert (kept.onset_on, kept.abated_on) == (date(2023, 4, 5), date(2023, 4, 19))
    assert kept.facility == kept.encounter.facility
    long = condition("16110291000119101")
    assert long.description == "Invented condition with 17 digits (finding)"
    assert (long.system, long.is_active) == ("SNOMED-CT", True)


def test_an_allergy_has_its_reactions(run: Import) -> None:
    run(FILES)
    penicillin = Allergy.objects.get(code="7980")
    assert (penicillin.system, penicillin.type, penicillin.category) == (
        *("RxNorm", "allergy", "medication"),
    )
    assert penicillin.reactions == [
        {"code": "247472004", "description": "Wheal (finding)", "severity": "severe"},
        {"code": "271807003", "description": "Eruption of skin (disorder)", "severity": "mild"},
    ]
    assert penicillin.is_severe
    for allergy in Allergy.objects.all():
        allergy.full_clean(exclude=["patient", "facility", "encounter"])


def test_a_medication_was_ordered_by_the_doctor_of_the_encounter(run: Import) -> None:
    run(FILES)
    kept = Medication.objects.get(code="308192")
    assert kept.prescriber == Doctor.objects.get(identifier="doc-1")
    assert (kept.system, kept.reason_code, kept.reason) == (
        *("RxNorm", "10509002", "Acute bronchitis (disorder)"),
    )
    assert (kept.starts_at, kept.stops_at) == (
        datetime.fromisoformat("2023-04-05T16:45:00Z"),
        datetime.fromisoformat("2023-04-19T16:45:00Z"),
    )


def test_what_is_left_out_is_said_with_its_reason_and_line(run: Import) -> None:
    out = run(FILES)
    assert (
        "conditions.csv: not loaded, as neither an encounter nor the patient's record tells the "
        "facility that the entry belongs to (line 5)." in out
    )
    for said in (
        "medications.csv: START lies after STOP and was left out (line 5).",
        "allergies.csv: SYSTEM is none that is known and was left out (line 4).",
        "allergies.csv: CATEGORY is none that is known and was left out (line 4).",
        "allergies.csv: SEVERITY1 is none that is known and was left out (line 4).",
    ):
        assert said in out
    assert Medication.objects.get(code="314076").starts_at is None
    assert not Condition.objects.filter(patient=patient("pat-3")).exists()


def test_rows_that_say_the_same_are_as_many_as_the_file_has(run: Import) -> None:
    run(FILES)
    alike = Medication.objects.filter(code="313820")
    assert len({each.source_id for each in alike}) == 2


def test_a_second_import_changes_no_row(run: Import) -> None:
    run(FILES)
    before = fingerprint()
    out = run(FILES)
    assert fingerprint() == before
    assert counts(out, "encounters.csv") == ["0", "0", "3"]
    assert counts(out, "conditions.csv") == ["0", "0", "3"]
    assert counts(out, "allergies.csv") == ["0", "0", "3"]
    assert counts(out, "medications.csv") == ["0", "0", "4"]


def test_what_has_come_to_its_end_since_ends_in_the_chart(run: Import, export: Path) -> None:
    run(export)
    before = condition("59621000")
    change(export / "conditions.csv", "2018-12-01,,pat-2", "2018-12-01,2019-01-02,pat-2")
    change(export / "encounters.csv", "09:00:00Z,,pat-2", "09:00:00Z,2018-12-09T10:00:00Z,pat-2")
    out = run(export)
    after = condition("59621000")
    assert (after.pk, after.abated_on) == (before.pk, date(2019, 1, 2))
    assert after.updated_at > before.updated_at
    assert Encounter.objects.get(source_id="enc-3").ends_at is not None
    assert counts(out, "conditions.csv") == ["0", "1", "2"]


def test_what_the_chart_says_otherwise_stays_and_is_told(run: Import, export: Path) -> None:
    run(export)
    before = fingerprint()
    change(export / "conditions.csv", "Essential", "Unessential")
    out = run(export)
    assert fingerprint() == before
    assert (
        "conditions.csv: the entry says something else in the chart, and is kept as it is there "
        "(line 4)." in out
    )


def test_what_people_did_in_the_chart_stays(run: Import, export: Path) -> None:
    run(export)
    doctor = staff_of(Facility.objects.get(identifier="org-omaha"), "doctor")
    condition("59621000").end(date(2020, 5, 6), by=doctor)
    condition("16110291000119101").mark_entered_in_error(by=doctor, reason="Another patient")
    before = fingerprint()
    change(export / "conditions.csv", "2018-12-01,,pat-2", "2018-12-01,2019-01-02,pat-2")
    change(export / "conditions.csv", "2021-04-05,,pat-1", "2021-04-05,2021-04-06,pat-1")
    out = run(export)
    assert fingerprint() == before
    assert "is kept as it is there (line 4)" in out
    assert "entered in error, and is left as it is (line 3)" in out


def test_rows_of_a_merged_record_go_to_the_one_that_stays(run: Import, export: Path) -> None:
    run(export)
    desk = staff_of(Facility.objects.get(identifier="org-denver"))
    gone, stays = patient("pat-2"), patient("pat-1")
    Patient.objects.filter(pk=gone.pk).update(deceased_on=None)
    PatientMerge.objects.merge(Patient.objects.get(pk=gone.pk), into=stays, by=desk)
    path = export / "conditions.csv"
    path.write_text(path.read_text() + "2018-12-01,,pat-2,enc-3,38341003,Invented (finding)\n")
    change(export / "patients.csv", "1951-07-04,2019-01-15", "1951-07-04,")
    run(export)
    assert condition("38341003").patient == stays


def test_columns_of_other_versions_are_understood(run: Import, export: Path) -> None:
    path = export / "conditions.csv"
    rows = [line.split(",") for line in path.read_text().splitlines()]
    rows[0] += ["System", "Id"]
    for number, row in enumerate(rows[1:], 1):
        row += ["http://snomed.info/sct", f"con-{number}"]
    path.write_text("\ufeff" + "".join(",".join(reversed(row)) + "\r\n" for row in rows))
    path = export / "allergies.csv"
    cells = [line.split(",")[:5] + line.split(",")[6:7] for line in path.read_text().splitlines()]
    path.write_text("\n".join(map(",".join, cells)) + "\n")
    run(export)
    assert set(Condition.objects.values_list("source_id", flat=True)) == {"con-1", "con-2", "con-3"}
    assert set(Allergy.objects.values_list("system", "type", "category")) == {
        ("SNOMED-CT", "allergy", "")
    }


def test_the_clinical_files_may_be_absent(run: Import, export: Path) -> None:
    for name in ("conditions", "allergies", "medications"):
        (export / f"{name}.csv").unlink()
    run(export)
    assert Encounter.objects.count() == 3
    assert not Condition.objects.exists()


@pytest.mark.parametrize(
    ("file", "before", "after", "reason"),
    [
        ("encounters", "wellness", "party", "line 3: ENCOUNTERCLASS is none that is known."),
        ("encounters", "16:45:00Z,pat-1", "16:15:00Z,pat-1", "line 2: STOP lies before START."),
        ("encounters", "pat-2", "pat-9", "line 4: PATIENT names none"),
        ("encounters", "185345009", "1 8", "line 2: CODE is not a code such as 419199007."),
        ("conditions", "pat-2", "pat-9", "line 4: PATIENT names none that is in patients.csv."),
        ("conditions", "pat-2,enc-3", "pat-2,enc-1", "line 4: ENCOUNTER names one of another"),
        ("conditions", "2018-12-01", "2018-12-41", "line 4: START is not a date"),
        ("conditions", "Essential", "x" * 255, "line 4: The description is longer than 255"),
        ("allergies", "intolerance", "dislike", "line 3: TYPE is neither allergy nor"),
        ("allergies", "Wheal", "x" * 255, "line 2: DESCRIPTION1 is longer than 255"),
        ("medications", "2023-04-19T16", "2023-04-19T46", "line 2: STOP is not a time"),
    ],
)
def test_one_broken_row_refuses_its_file(
    export: Path, capsys: pytest.CaptureFixture, file: str, before: str, after: str, reason: str
) -> None:
    change(export / f"{file}.csv", before, after)
    with pytest.raises(CommandError, match=rf"Nothing of {file}\.csv"):
        call_command("import_synthea", str(export))
    assert f"{file}.csv, {reason}" in capsys.readouterr().err
    models = {"encounters": Encounter, "conditions": Condition, "allergies": Allergy}
    assert not models.get(file, Medication).objects.exists()
    assert Patient.objects.count() == 3


def test_an_encounter_that_is_unknown_is_left_out_of_the_row(run: Import, export: Path) -> None:
    change(export / "conditions.csv", "pat-2,enc-3", "pat-2,enc-9")
    out = run(export)
    assert "ENCOUNTER names none that was imported and was left out (line 4)" in out
    assert condition("59621000").facility == patient("pat-2").facility
    assert condition("59621000").encounter is None


def test_long_files_are_imported_in_few_statements(
    run: Import, export: Path, django_assert_max_num_queries: Callable
) -> None:
    path = export / "conditions.csv"
    row = path.read_text().splitlines()[1]
    path.write_text(path.read_text() + f"{row}\n" * 1200)
    with django_assert_max_num_queries(140):
        run(export)
    assert Condition.objects.count() == 1203
    started = timezone.now()
    run(export)
    assert Condition.objects.filter(updated_at__gt=started).count() == 0
