"""What the import of Synthea's files refuses, and what it says then."""

import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clinic.tests.synthea import FILES, change
from facilities.models import Doctor, Facility
from patients.models import Patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A directory as Synthea exports it, to be changed at will."""
    return Path(shutil.copytree(FILES, tmp_path / "csv"))


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("2015-11-30", "2015-11-31", "line 5: BIRTHDATE is not a date"),
        ("2015-11-30", "2999-11-30", "line 5: BIRTHDATE lies in the future."),
        ("2019-01-15", "1949-01-15", "line 4: DEATHDATE lies before BIRTHDATE."),
        ("Finch2", "", "line 5: LAST is empty."),
        ("Ada6", "66", "line 5: FIRST has nothing but digits."),
        (",F,Boston", ",Z,Boston", "line 5: GENDER is neither M nor F."),
        ("pat-3", "pat-2", "line 5: Id stands in line 4 already."),
        (",3 Quay,", ",3 Quay,4 Quay,", "line 5: The row has 29 fields where the header has 28."),
        (",3 Quay,", f",{'3' * 201},", "line 5: The address line is longer than 200 characters."),
        (",3 Quay,", ',"3 Quay,', "line 5: The quotation marks do not pair up."),
        ("3 Quay", "3 \0Quay", "line 5: The row holds a NUL character."),
    ],
)
def test_one_broken_row_refuses_its_file(
    export: Path, capsys: pytest.CaptureFixture, before: str, after: str, reason: str
) -> None:
    change(export / "patients.csv", before, after)
    with pytest.raises(CommandError, match=r"Nothing of patients\.csv was written"):
        call_command("import_synthea", str(export))
    assert f"patients.csv, {reason}" in capsys.readouterr().err
    assert not Patient.objects.exists()
    assert Doctor.objects.count() == 3


def test_a_broken_row_far_down_takes_back_the_rows_before_it(export: Path) -> None:
    path = export / "patients.csv"
    row = path.read_text().splitlines()[-1]
    copies = [row.replace("pat-3", f"pat-x{n}") for n in range(1200)]
    path.write_text(path.read_text() + "\n".join([*copies, row.replace("2015", "x")]) + "\n")
    with pytest.raises(CommandError):
        call_command("import_synthea", str(export))
    assert not Patient.objects.exists()


def test_text_that_is_not_utf_8_refuses_its_file(
    export: Path, capsys: pytest.CaptureFixture
) -> None:
    path = export / "patients.csv"
    row = path.read_text().splitlines()[-1]
    copies = "\n".join(row.replace("pat-3", f"pat-x{n}") for n in range(200))
    path.write_bytes(path.read_bytes() + copies.encode() + "\nJosé".encode("latin-1"))
    with pytest.raises(CommandError):
        call_command("import_synthea", str(export))
    assert "The text near this line is not UTF-8." in capsys.readouterr().err
    assert not Patient.objects.exists()


def test_a_table_in_another_encoding_is_refused_at_once(export: Path) -> None:
    path = export / "patients.csv"
    path.write_bytes(path.read_text().encode("utf-16"))
    with pytest.raises(CommandError, match=r"patients\.csv, line 1: .* not UTF-8"):
        call_command("import_synthea", str(export))
    assert not Facility.objects.exists()


def test_files_that_need_a_refused_one_are_not_attempted(
    export: Path, capsys: pytest.CaptureFixture
) -> None:
    change(export / "organizations.csv", "org-denver,", ",")
    with pytest.raises(CommandError):
        call_command("import_synthea", str(export))
    said = capsys.readouterr()
    assert said.out.count("not attempted") == 6
    assert "organizations.csv, line 3: Id is empty." in said.err
    assert not Facility.objects.exists()


def test_a_doctor_of_an_unknown_organization_refuses_the_doctors_only(
    export: Path, capsys: pytest.CaptureFixture
) -> None:
    change(export / "providers.csv", "doc-2,org-denver", "doc-2,org-nowhere")
    with pytest.raises(CommandError):
        call_command("import_synthea", str(export))
    assert "providers.csv, line 3: ORGANIZATION names none" in capsys.readouterr().err
    assert not Doctor.objects.exists()
    assert Patient.objects.count() == 3


def test_an_encounter_at_an_unknown_organization_refuses_the_patients(
    export: Path, capsys: pytest.CaptureFixture
) -> None:
    change(export / "encounters.csv", "pat-1,org-omaha", "pat-1,org-nowhere")
    with pytest.raises(CommandError):
        call_command("import_synthea", str(export))
    assert "encounters.csv, line 2: ORGANIZATION names none" in capsys.readouterr().err
    assert not Patient.objects.exists()


def test_a_full_facility_refuses_the_patients(export: Path, capsys: pytest.CaptureFixture) -> None:
    change(export / "patients.csv", "1951-07-04,2019-01-15", "1951-07-04,")
    change(export / "encounters.csv", "pat-2,org-denver", "pat-2,org-omaha")
    with pytest.raises(CommandError):
        call_command("import_synthea", str(export), "--capacity=1")
    assert "patients.csv, line 4: The facility of the latest encounter is full." in (
        capsys.readouterr().err
    )
    assert not Patient.objects.exists()


def test_error_lines_are_bounded_and_name_nobody(
    export: Path, capsys: pytest.CaptureFixture
) -> None:
    rows = "".join(
        f"bad-{n},not-a-date,,999-11-5555,,,,Gwendolyn3,,Person4,,,,white,nonhispanic,F,x,y,z,"
        "Nebraska,c,,68102,1,1,0,0,0\n"
        for n in range(60)
    )
    path = export / "patients.csv"
    path.write_text(path.read_text() + rows)
    with pytest.raises(CommandError) as refusal:
        call_command("import_synthea", str(export))
    said = capsys.readouterr()
    assert said.err.count("BIRTHDATE is not a date") == 50
    assert "patients.csv: 10 more broken rows." in said.err
    assert "Gwendolyn" not in said.out + said.err + str(refusal.value)
    assert "not-a-date" not in said.out + said.err


@pytest.mark.parametrize(
    ("file", "before", "after", "missing"),
    [
        ("providers.csv", "SPECIALITY", "SKILL", "providers.csv has no column SPECIALITY or SPE"),
        ("patients.csv", "BIRTHDATE", "BORN", "patients.csv has no column BIRTHDATE"),
        ("encounters.csv", "START", "BEGIN", "encounters.csv has no column START"),
    ],
)
def test_a_missing_column_is_named_before_anything_is_written(
    export: Path, file: str, before: str, after: str, missing: str
) -> None:
    change(export / file, before, after)
    with pytest.raises(CommandError, match=missing):
        call_command("import_synthea", str(export))
    assert not Facility.objects.exists()


def test_a_missing_file_is_named(export: Path) -> None:
    (export / "providers.csv").unlink()
    with pytest.raises(CommandError, match=r"providers\.csv cannot be read: No such file"):
        call_command("import_synthea", str(export))


@pytest.mark.parametrize(
    "option", ["--opens=25:00", "--weekdays=0-5", "--weekdays=5-1", "--capacity=0"]
)
def test_an_option_without_meaning_is_refused(option: str) -> None:
    with pytest.raises(CommandError, match="give"):
        call_command("import_synthea", str(FILES), option)


def test_hours_that_end_before_they_start_are_refused() -> None:
    with pytest.raises(CommandError, match="Working hours must end after they start"):
        call_command("import_synthea", str(FILES), "--closes=8:00")
