"""Search over invented people: whoever is meant comes first, whatever was typed."""

from datetime import date

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.search import name_tokens
from patients.tests.factories import PatientFactory

pytestmark = pytest.mark.django_db

PEOPLE = [
    ("Lucía Inés", "Hollisdóttir", "", date(1967, 12, 18)),
    ("Quentin", "Varnholt", "", date(2012, 2, 3)),
    ("Quenby", "Varnholt", "", date(2015, 2, 3)),
    ("Marlena", "Tarquist", "Ebberling", date(1953, 4, 14)),
    ("Treva", "O'Quill", "", date(1989, 3, 17)),
    ("Dorian", "Wexcombe-Lark", "", date(2010, 1, 17)),
    ("Dorian", "Wexley", "", date(1954, 1, 24)),
    ("Ansgar", "de la Brume", "", date(1980, 2, 29)),
    ("Joesph", "Lannoway", "", date(2013, 5, 28)),
    ("Ruben", "Oakmere", "", date(1990, 6, 1)),
]


@pytest.fixture
def people() -> list[Patient]:
    return [
        PatientFactory(given_name=given, family_name=family, maiden_name=maiden, date_of_birth=born)
        for given, family, maiden, born in PEOPLE
    ]


def found(text: str) -> list[str]:
    return [patient.family_name for patient in Patient.objects.all().search(text)]


@pytest.mark.parametrize(
    ("text", "family_name"),
    [
        ("Quentin Varnholt", "Varnholt"),
        ("Oakmere Ruben", "Oakmere"),
        ("oakm", "Oakmere"),
        ("OAKMERE, R", "Oakmere"),
        ("lucia ines hollisdottir", "Hollisdóttir"),
        ("lucia hollisdottir", "Hollisdóttir"),
        ("Treva OQuill", "O'Quill"),
        ("Treva O Quill", "O'Quill"),
        ("wexcombe lark", "Wexcombe-Lark"),
        ("wexcombelark", "Wexcombe-Lark"),
        ("Delabrume", "de la Brume"),
        ("Marlena Ebberling", "Tarquist"),
        ("Joseph Lannoway", "Lannoway"),
        ("Ruebn Oakmere", "Oakmere"),
        ("Rben Oakmere", "Oakmere"),
        ("Rubben Oakmere", "Oakmere"),
        ("Ruben Oakmete", "Oakmere"),
        ("Mralena Trquist", "Tarquist"),
        ("Mraelna Tarquist", "Tarquist"),
        ("Trauqist", "Tarquist"),
        ("Ruebn Oak", "Oakmere"),
        ("Oakmere Someone", "Oakmere"),
        ("wex 2010", "Wexcombe-Lark"),
        ("wexl 1954", "Wexley"),
        ("Wexley 1/24/1954", "Wexley"),
        ("Wexely 01/24/1954", "Wexley"),
        ("Wexley 1/25/1954", "Wexley"),
        ("1953-04-14", "Tarquist"),
        ("14 apr 1953", "Tarquist"),
        ("04141953", "Tarquist"),
    ],
)
def test_whoever_is_meant_comes_first(people: list[Patient], text: str, family_name: str) -> None:
    assert found(text)[0] == family_name


def test_the_first_name_tells_two_of_a_family_apart(people: list[Patient]) -> None:
    ranked = Patient.objects.all().search("varnholt quenby")
    assert [patient.given_name for patient in ranked] == ["Quenby"]


def test_the_same_name_comes_before_a_longer_one_and_that_before_a_slip() -> None:
    for family_name in ["Oakmeres", "Oakmere", "Aokmeres"]:
        PatientFactory(family_name=family_name)
    assert found("oakmere") == ["Oakmere", "Oakmeres"]
    assert found("oakmeers")[0] == "Oakmeres"


def test_who_answers_every_part_comes_first_and_hides_who_answers_some() -> None:
    PatientFactory(given_name="Ruben", family_name="Oakmere", date_of_birth=date(1990, 6, 1))
    PatientFactory(given_name="Rubens", family_name="Oakmere", date_of_birth=date(1991, 6, 1))
    both = Patient.objects.all().search("oakmere ruben")
    assert [patient.given_name for patient in both] == ["Ruben", "Rubens"]
    one = Patient.objects.all().search("oakmree 6/1/1991")
    assert [patient.given_name for patient in one] == ["Rubens"]


def test_numbers_find_by_phone_record_number_and_address() -> None:
    patient = PatientFactory(phone="+14025550142", email="Quill@Example.org")
    PatientFactory(phone="+14025559999", email="other@example.org")
    patient.refresh_from_db()
    short = patient.mrn.lstrip("0")
    for text in ["(402) 555-0142", "402-555-0142", "555 0142", "0142", "+1 402 555 0142"]:
        assert Patient.objects.all().search(text)[0] == patient, text
    for text in ["quill@example.org", "quill@", patient.mrn, short, f"{short} {patient}"]:
        assert Patient.objects.all().search(text)[0] == patient, text
    assert len(Patient.objects.all().search("402555")) == 2


def test_a_merged_record_is_left_out() -> None:
    kept = PatientFactory(family_name="Oakmere")
    PatientFactory(family_name="Oakmere", merged_into=kept, is_active=False)
    assert Patient.objects.all().search("oakmere") == [kept]


@pytest.mark.parametrize(
    "text", ["'; --", "😀", "a" * 5000, "oakmere\x00" * 900, ".,-", "\ud800", "%", "@", "9" * 60]
)
def test_nonsense_finds_nobody_and_is_no_error(people: list[Patient], text: str) -> None:
    assert found(text) == []


def test_a_search_stays_within_what_its_user_may_see() -> None:
    own, other = FacilityFactory(), FacilityFactory()
    for _ in range(200):
        PatientFactory(family_name="Oakmere", facility=other)
    mine = PatientFactory(family_name="Oakmere", given_name="Zoltan", facility=own)
    visible = Patient.objects.visible_to(staff_of(own))
    for text in ["oakm", "oakmree", "1980-02-29", "zoltan oakmere"]:
        assert visible.search(text) == [mine], text
    assert Patient.objects.visible_to(staff_of(own, "patient")).search("oakmere") == []


def test_a_search_costs_two_statements_and_a_mistyped_one_five_at_most(
    people: list[Patient], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        found("Quentin Varnholt")
    with django_assert_num_queries(4):
        found("Qeuntin Varnholt")


def test_names_follow_the_patient_whoever_writes() -> None:
    patient = PatientFactory(given_name="Ruben", family_name="Oakmere")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE patients_patient SET family_name = 'Tarquist-Núñez'")
    assert found("tarquist") == ["Tarquist-Núñez"]
    assert found("oakmere") == []
    tokens = set(patient.names.values_list("token", flat=True))
    assert tokens == {"ruben", "tarquist", "nunez", "tarquistnunez"}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM patients_patient")
    assert not patient.names.exists()


def test_a_loaded_patient_is_found() -> None:
    Patient.objects.bulk_create(PatientFactory.build_batch(3, family_name="Oakmere"))
    assert len(found("oakmere")) == 3


def test_database_and_python_write_names_alike() -> None:
    letters = [chr(n) for n in [*range(32, 0x250), *range(0x386, 0x450), *range(0x1E00, 0x1F00)]]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, patients_name_tokens(name) FROM unnest(%s::text[]) AS name",
            [[f"x{letter}y" for letter in letters if not letter.isspace()]],
        )
        for name, tokens in cursor.fetchall():
            words = name_tokens(name)
            assert set(tokens) == {*words, "".join(words)}, name


def test_a_likely_duplicate_shares_a_date_or_phone_and_a_similar_name(
    people: list[Patient],
) -> None:
    PatientFactory(given_name="Ruben", family_name="Oakmere", phone="+14025550142")
    everybody = Patient.objects.all()
    assert everybody.likely_duplicates("Reuben", "Oakmere", date(1990, 6, 1)) == [people[-1]]
    assert len(everybody.likely_duplicates("R", "Oakmere", None, "+14025550142")) == 1
    assert everybody.likely_duplicates("Ruben", "Oakmere", date(1991, 6, 1)) == []
    assert everybody.likely_duplicates("Hester", "Quill", date(1990, 6, 1)) == []
    assert everybody.likely_duplicates("", "", date(1990, 6, 1)) == []
