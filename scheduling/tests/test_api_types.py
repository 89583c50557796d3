"""Types of visit over the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.clients import client_of
from accounts.tests.factories import UserFactory
from facilities.models import CareType
from facilities.tests.factories import DoctorFactory
from scheduling.models import AppointmentType
from scheduling.tests.api import V1, Place, online_type
from scheduling.tests.factories import AppointmentFactory, AppointmentTypeFactory

pytestmark = pytest.mark.django_db

TYPES = f"{V1}/appointment-types"


@pytest.fixture
def admin():
    return client_of(UserFactory(role="admin"))


@pytest.fixture
def place():
    return Place()


def names(client, **query):
    answer = client.get(TYPES, query)
    assert answer.status_code == 200, answer.json()
    return [each["name"] for each in answer.json()["results"]]


def test_a_type_is_made_changed_and_deleted(admin, place):
    care = CareType.objects.create(name="Cardiology")
    said = {
        "name": "Stress test",
        "duration_minutes": 45,
        "buffer_minutes": 15,
        "care_type_id": care.pk,
        "doctor_ids": [place.doctor.pk],
        "bookable_online": True,
    }
    made = admin.post(TYPES, said)
    assert made.status_code == 201, made.json()
    assert made.json() == said | {
        "id": AppointmentType.objects.get().pk,
        "care_type_name": "Cardiology",
        "doctors": [{"id": place.doctor.pk, "name": place.doctor.name}],
        "minimum_notice_minutes": 120,
        "bookable_days_ahead": 90,
        "colour": "#4c6ef5",
        "is_active": True,
    }
    there, seen = made["Location"], {"If-Match": made["ETag"]}
    changed = admin.patch(there, {"duration_minutes": 60, "doctor_ids": []}, headers=seen)
    assert (changed.json()["duration_minutes"], changed.json()["doctors"]) == (60, [])
    assert admin.patch(there, {"name": "x"}, headers=seen).status_code == 412
    assert admin.delete(there).status_code == 204
    assert admin.get(there).status_code == 404


def test_what_was_booked_is_not_deleted(admin, place):
    kind = AppointmentFactory(type=AppointmentTypeFactory()).type
    answer = admin.delete(f"{TYPES}/{kind.pk}")
    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")


def test_the_models_rules_are_told_field_by_field(admin):
    AppointmentTypeFactory(name="Check-up")
    answer = admin.post(TYPES, {"name": "Check-up", "duration_minutes": 0, "colour": "red"})
    assert answer.status_code == 400
    fields = {each["field"] for each in answer.json()["errors"]}
    assert fields == {"duration_minutes", "colour"}
    taken = admin.post(TYPES, {"name": "Check-up", "duration_minutes": 30})
    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")
    assert [each["field"] for each in taken.json()["errors"]] == ["name"]


@pytest.mark.parametrize("role", ["receptionist", "doctor", "nurse", "patient"])
def test_only_an_administrator_writes_types(place, role):
    kind = online_type()
    client = place.own() if role == "patient" else place.staff(role)
    assert client.get(f"{TYPES}/{kind.pk}").status_code == 200
    assert client.post(TYPES, {"name": "x", "duration_minutes": 30}).status_code == 403
    assert client.patch(f"{TYPES}/{kind.pk}", {"name": "x"}).status_code == 403
    assert client.delete(f"{TYPES}/{kind.pk}").status_code == 403


def test_a_patient_sees_what_they_can_book_and_nothing_of_the_desk(place):
    kind, own = online_type(name="Check-up"), place.own()
    hidden = AppointmentTypeFactory()
    online_type(is_active=False)
    assert names(own) == ["Check-up"]
    assert own.get(f"{TYPES}/{hidden.pk}").status_code == 404
    assert own.get(f"{TYPES}/{kind.pk}").json() == {
        "id": kind.pk,
        "name": "Check-up",
        "duration_minutes": 30,
        "care_type_id": None,
        "care_type_name": None,
        "bookable_online": True,
        "minimum_notice_minutes": 120,
        "bookable_days_ahead": 90,
    }


def test_the_list_is_narrowed_by_each_filter(admin, place):
    care = CareType.objects.create(name="Cardiology")
    kind = online_type(name="A", care_type=care, duration_minutes=60)
    AppointmentTypeFactory(name="B", is_active=False)
    place.doctor.care_types.add(care)
    other = DoctorFactory(facilities=[place.facility])
    assert names(admin, care_type=care.pk) == ["A"]
    assert names(admin, bookable_online="false") == ["B"]
    assert names(admin, is_active="false") == ["B"]
    assert names(admin, doctor=place.doctor.pk) == ["A"]
    assert names(admin, doctor=other.pk) == names(admin, doctor=999999) == []
    assert names(admin, ordering="duration_minutes") == ["B", "A"]
    assert admin.get(TYPES, {"is_active": "maybe"}).status_code == 400
    assert kind.care_type == care


def test_who_offers_a_type_is_listed(place):
    kind, own = online_type(), place.own()
    gone = DoctorFactory(facilities=[place.facility], is_active=False)
    named = DoctorFactory(facilities=[place.facility])
    there = f"{TYPES}/{kind.pk}/doctors"
    everybody = [each["id"] for each in own.get(there).json()["results"]]
    assert sorted(everybody) == sorted([place.doctor.pk, named.pk])
    kind.doctors.set([named, gone])
    assert own.get(there).json()["results"] == [
        {"id": named.pk, "name": named.name, "specialization": "General practice"}
    ]
    assert place.elsewhere().get(there).json()["results"] == []
    assert own.get(f"{TYPES}/999999/doctors").status_code == 404


def test_the_list_takes_as_many_statements_for_one_as_for_twenty(admin, place):
    def make(number):
        kind = AppointmentTypeFactory(care_type=CareType.objects.create(name=f"Care {number}"))
        kind.doctors.add(place.doctor)

    make(0)
    with CaptureQueriesContext(connection) as one:
        admin.get(TYPES)
    for number in range(1, 20):
        make(number)
    with CaptureQueriesContext(connection) as many:
        assert len(names(admin)) == 20
    assert len(many) == len(one) <= 3
