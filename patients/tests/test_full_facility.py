"""A full facility takes nobody more, by any way in, and the desk says who has room instead."""

import threading

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from facilities.models import Facility, ZipCodeRange
from facilities.tests.factories import FacilityFactory, staff_of
from patients.forms import PatientForm
from patients.models import Patient
from patients.tests.factories import PatientFactory

pytestmark = pytest.mark.django_db

NEW = reverse("patients:new")
OMAHA, LINCOLN, SCOTTSBLUFF = "68102", "68508", "69361"


def serving(name: str, zip_code: str, **fields: object) -> Facility:
    """Return a facility at this ZIP code that serves Omaha."""
    facility: Facility = FacilityFactory(name=name, zip_code=zip_code, **fields)
    ZipCodeRange.objects.create(facility=facility, zip_min=OMAHA, zip_max=OMAHA)
    return facility


@pytest.fixture
def full() -> Facility:
    return serving("Brimful", OMAHA, capacity=0)


@pytest.fixture
def user(full: Facility) -> User:
    return staff_of(full)


@pytest.fixture
def desk(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def typed(facility: Facility, **others: object) -> dict[str, object]:
    return {
        "given_name": "Ruben",
        "family_name": "Oakmere",
        "date_of_birth": "6/1/1990",
        "gender": "unknown",
        "is_active": "on",
        "city": "Lindow",
        "zip_code": OMAHA,
        "facility": facility.pk,
    } | others


def refusal(form: PatientForm) -> str:
    assert form.save_or_explain() is None
    assert set(form.errors) == {"facility"}
    assert form.has_error("facility", "facility_full")
    return " ".join(form.errors["facility"])


INSERT = """
    INSERT INTO patients_patient (
        given_name, family_name, maiden_name, date_of_birth, gender, phone, email, address_line,
        city, state, zip_code, language, is_active, version, created_at, updated_at, facility_id
    ) VALUES (
        'Ruben', 'Oakmere', '', '1990-06-01', 'unknown', '', '', '',
        '', '', '', '', true, 1, now(), now(), %s
    )
"""
UPDATE = "UPDATE patients_patient SET facility_id = %s, is_active = true"


@pytest.mark.parametrize("sql", [INSERT, UPDATE])
def test_raw_sql_is_refused_by_the_database(full: Facility, sql: str) -> None:
    PatientFactory(facility=FacilityFactory(), is_active=False)
    with pytest.raises(IntegrityError) as refused, connection.cursor() as cursor:
        cursor.execute(sql, [full.pk])
    assert refused.value.__cause__.diag.constraint_name == "facility_has_room"  # type: ignore[union-attr]


def test_the_form_names_the_nearest_with_room_that_serve_the_zip_code(
    full: Facility, user: User
) -> None:
    far = serving("Far", SCOTTSBLUFF)
    far.staff.add(user)
    serving("Near", LINCOLN, phone="+14025550142")
    serving("Also full", OMAHA, capacity=0)
    FacilityFactory(name="Serves elsewhere", zip_code=OMAHA)
    assert refusal(PatientForm(typed(full), user=user)) == (
        "Brimful is full. Choose another facility, or ask an administrator to raise its capacity."
        " Near (50 miles away) has room: call them at (402) 555-0142 to register there."
        " Far (401 miles away) has room."
    )


def test_at_most_three_are_offered(full: Facility, user: User) -> None:
    for number in range(5):
        serving(f"Roomy {number}", OMAHA)
    assert refusal(PatientForm(typed(full), user=user)).count("has room") == 3


@pytest.mark.parametrize(
    ("zip_code", "words"),
    [(OMAHA, "No facility that serves ZIP code 68102 has room."), ("", "raise its capacity.")],
)
def test_where_none_has_room_or_nothing_is_known_the_message_ends_there(
    full: Facility, user: User, zip_code: str, words: str
) -> None:
    assert refusal(PatientForm(typed(full, zip_code=zip_code), user=user)).endswith(words)


def test_other_errors_stay_where_they_belong(full: Facility, user: User) -> None:
    form = PatientForm(typed(full, zip_code="681", given_name=""), user=user)
    assert not form.is_valid()
    assert set(form.errors) == {"given_name", "zip_code", "facility"}


def test_the_last_place_taken_meanwhile_is_refused_beside_the_field_too(user: User) -> None:
    last = serving("Last place", OMAHA, capacity=1)
    last.staff.add(user)
    serving("Roomy", LINCOLN)
    form = PatientForm(typed(last), user=user)
    assert form.is_valid()
    PatientFactory(facility=last)
    assert "Roomy (50 miles away) has room" in refusal(form)
    assert Patient.objects.count() == 1


def test_the_page_keeps_what_was_typed_and_says_it_beside_the_field(
    desk: Client, full: Facility
) -> None:
    serving("Roomy", LINCOLN)
    answer = desk.post(NEW, typed(full))
    page = " ".join(answer.content.decode().split())
    assert answer.status_code == 422
    assert "Brimful is full." in page
    assert page.index('id="id_facility"') < page.index("Roomy (50 miles away) has room")
    for kept in ('value="Ruben"', 'value="Lindow"', f'value="{OMAHA}"'):
        assert kept in page
    assert f'<option value="{full.pk}" selected>Full: Brimful</option>' in page
    assert not Patient.objects.exists()


def test_moving_a_patient_into_a_full_facility_is_refused(desk: Client, full: Facility) -> None:
    patient = PatientFactory()
    url = reverse("patients:edit", args=[patient.pk])
    answer = desk.post(url, typed(full, version=patient.version))
    patient.refresh_from_db()
    assert (answer.status_code, patient.facility) == (422, None)
    assert "Brimful is full." in answer.content.decode()


def test_only_full_facilities_are_named_as_full(desk: Client, full: Facility, user: User) -> None:
    serving("Roomy", OMAHA).staff.add(user)
    page = desk.get(NEW).content.decode()
    assert "Full: Brimful</option>" in page
    assert "Roomy</option>" in page


def test_the_form_asks_no_more_for_many_facilities(
    desk: Client, full: Facility, user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 10):
        for number in range(count):
            serving(f"Roomy {count} {number}", OMAHA).staff.add(user)
        with django_assert_num_queries(6):
            desk.get(NEW)


@pytest.mark.django_db(transaction=True)
def test_two_forms_for_the_last_place_register_one_and_explain_to_the_other(user: User) -> None:
    last = serving("Last place", OMAHA, capacity=1)
    last.staff.add(user)
    serving("Roomy", LINCOLN)
    start, outcomes = threading.Barrier(2), list[str]()

    def register(name: str) -> None:
        try:
            form = PatientForm(typed(last, given_name=name), user=user)
            start.wait(10)
            saved = form.save_or_explain()
            outcomes.append("registered" if saved else str(form.errors["facility"]))
        finally:
            connection.close()

    threads = [threading.Thread(target=register, args=[name]) for name in ("Ada", "Ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(outcomes) == 2
    assert outcomes.count("registered") == 1
    assert "Roomy (50 miles away) has room" in str(outcomes)
