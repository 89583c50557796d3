"""Patients are imported by an administrator: looked at first, then all of them or none."""

from datetime import date

import pytest
from django.utils import translation

from facilities.tests.factories import DoctorFactory, FacilityFactory
from facilities.tests.sheets import Importer, csv_data, told
from patients.models import Patient, PatientChange
from patients.tests.factories import PatientFactory

pytestmark = pytest.mark.django_db

ROW = {
    "mrn": "7001234",
    "given_name": "Zélie",
    "family_name": "O'Quint; --",
    "date_of_birth": "2010-01-17",
    "phone": "(402) 555-0142",
    "email": "Zelie@example.org",
    "zip_code": "68102",
    "facility": "northside",
}


@pytest.fixture
def patients():
    return Importer("patients_patient")


@pytest.fixture
def facility():
    return FacilityFactory(name="Northside", capacity=3)


def test_a_preview_saves_nothing(patients, facility):
    assert told(patients.preview(csv_data(ROW))) == (1, 0, 0, 0)
    assert not Patient.objects.exists()
    facility.refresh_from_db()
    assert facility.registered_count == 0


def test_a_confirmed_import_saves_and_a_second_one_changes_nothing(patients, facility):
    assert told(patients.bring_in(csv_data(ROW))) == (1, 0, 0, 0)
    (patient,) = Patient.objects.all()
    assert (patient.mrn, patient.given_name, patient.family_name) == (
        *("07001234", "Zélie"),
        "O'Quint; --",
    )
    assert (str(patient.phone), patient.facility) == ("+14025550142", facility)
    assert (patient.date_of_birth, patient.gender) == (date(2010, 1, 17), "unknown")
    facility.refresh_from_db()
    assert facility.registered_count == 1
    page = patients.look(csv_data(ROW))
    assert told(page.context["preview"]) == (0, 0, 1, 0)
    assert page.context["packed"] == ""
    assert Patient.objects.get().version == 1


def test_a_change_shows_both_sides_and_is_noted(patients, facility):
    patients.bring_in(csv_data(ROW))
    (row,) = patients.preview(csv_data(ROW | {"phone": "402-555-0143"})).changed
    assert [tuple(change) for change in row.changes] == [
        ("phone", "(402) 555-0142", "(402) 555-0143")
    ]
    patients.bring_in(csv_data({"mrn": "07001234", "phone": "402-555-0143"}))
    patient, noted = Patient.objects.get(), PatientChange.objects.get()
    assert (str(patient.phone), patient.city, patient.version) == ("+14025550143", "", 2)
    assert (noted.fields, noted.by, noted.version) == (
        {"phone": "+14025550143"},
        patients.user,
        2,
    )


def test_an_empty_cell_empties_and_a_missing_column_leaves(patients, facility):
    patients.bring_in(csv_data(ROW))
    patients.bring_in(csv_data({"mrn": "7001234", "phone": "", "gender": "", "is_active": ""}))
    patient = Patient.objects.get()
    assert (str(patient.phone), patient.email) == ("", "Zelie@example.org")
    assert (patient.gender, patient.is_active) == ("unknown", True)


@pytest.mark.parametrize(
    ("said", "column", "words"),
    [
        ({"zip_code": "6810"}, "zip_code", "five digits"),
        ({"date_of_birth": "17/1/2010"}, "date_of_birth", "as 2010-01-17 or as MM/DD/YYYY"),
        ({"date_of_birth": "1/17/10"}, "date_of_birth", "four digits for the year"),
        ({"date_of_birth": "2999-01-01"}, "date_of_birth", "lies in the future"),
        ({"date_of_birth": ""}, "date_of_birth", "This cell is empty"),
        ({"given_name": " "}, "given_name", "This cell is empty"),
        ({"given_name": "🌵" * 5000}, "given_name", "at most 100 characters"),
        ({"gender": "robot"}, "gender", "not a valid choice"),
        ({"phone": "12"}, "phone", "not valid"),
        ({"email": "nobody"}, "email", "valid email"),
        ({"facility": "Nowhere"}, "facility", "no facility “Nowhere”"),
        ({"assigned_doctor": "Dr. No"}, "assigned_doctor", "no doctor “Dr. No”"),
        ({"mrn": "A-17"}, "mrn", "up to eight digits"),
        ({"is_active": "2"}, "is_active", "yes or no"),
        ({"deceased_on": "2020-01-01"}, "", "record is closed"),
    ],
)
def test_a_row_is_refused_by_the_models_rules(patients, facility, said, column, words):
    data = csv_data(ROW | said)
    ((line, where, why),) = patients.refusals(data)
    assert (line, where) == (2, column)
    assert words in why
    assert patients.look(data).context["packed"] == ""


def test_a_full_facility_refuses_the_row_that_has_no_place(patients, facility):
    PatientFactory(facility=facility)
    rows = [
        ROW | {"mrn": str(7_000_000 + n), "family_name": f"N{n}", "email": ""} for n in range(3)
    ]
    ((line, _, why),) = patients.refusals(csv_data(*rows))
    assert (line, "Northside is full" in why) == (4, True)
    closed = [*rows[:2], rows[2] | {"is_active": "no"}]
    for row in closed:
        row.setdefault("is_active", "yes")
    assert told(patients.bring_in(csv_data(*closed))) == (3, 0, 0, 0)


def test_of_a_batch_the_database_names_the_rows_that_it_refuses(patients, facility):
    PatientFactory(email="taken@example.org")
    rows = [
        ROW | {"mrn": "", "given_name": f"G{n}", "email": f"g{n}@example.org", "facility": ""}
        for n in range(9)
    ]
    rows[3]["email"], rows[7]["email"] = "TAKEN@example.org", "G1@example.org"
    refusals = patients.refusals(csv_data(*rows))
    assert [line for line, _, _ in refusals] == [5, 9]
    assert all("registered with this email" in why for _, _, why in refusals)
    assert Patient.objects.count() == 1


def test_without_a_number_a_patient_gets_one_and_is_not_registered_twice(patients, facility):
    data = csv_data(ROW | {"mrn": ""})
    patients.bring_in(data)
    mrn = Patient.objects.get().mrn
    ((_, column, why),) = patients.refusals(data)
    assert (column, f"registered with the MRN {mrn}" in why) == ("mrn", True)
    other = ROW | {"given_name": "Ada", "email": ""}
    twice = csv_data(other | {"mrn": ""}, other | {"mrn": "7000001", "given_name": "ADA"})
    assert "An earlier row has this name" in patients.refusals(twice)[0][2]


def test_a_number_of_the_file_is_given_to_nobody_else(patients, facility):
    free = int(PatientFactory().mrn) + 1
    row = ROW | {"mrn": str(free), "facility": ""}
    patients.bring_in(csv_data(row, row | {"mrn": "", "given_name": "Ada", "email": ""}))
    assert int(PatientFactory().mrn) > free
    assert Patient.objects.get(mrn=str(free).zfill(8)).given_name == "Zélie"


def test_the_same_patient_twice_in_a_file_is_refused(patients, facility):
    ((line, column, why),) = patients.refusals(csv_data(ROW, ROW | {"mrn": "07001234"}))
    assert (line, column) == (3, "mrn")
    assert why == "This is in row 2 already. Keep one of the two rows."


@pytest.mark.parametrize(("language", "day"), [("en", "1/2/2010"), ("es", "2/1/2010")])
def test_dates_are_read_as_the_language_of_the_page_types_them(patients, facility, language, day):
    patients.user.language = language
    patients.user.save()
    patients.bring_in(csv_data(ROW | {"date_of_birth": day}))
    assert Patient.objects.get().date_of_birth == date(2010, 1, 2)


def test_what_is_exported_is_unchanged_when_it_is_read_back(patients, facility):
    doctor = DoctorFactory(name="Dr. A")
    patients.bring_in(csv_data(ROW | {"assigned_doctor": "Dr. A", "phone": "+44 20 7946 0018"}))
    PatientFactory(given_name="=1+1", family_name="-2", maiden_name="'@", city="'; --")
    PatientFactory(is_active=False, deceased_on=date(2020, 1, 1), assigned_doctor=doctor)
    for form in ("csv", "xlsx"):
        with translation.override("en"):
            data = patients.export(form)
        assert b"=1+1" not in data.replace(b"'=1+1", b"")
        assert told(patients.preview(data)) == (0, 0, 3, 0)
