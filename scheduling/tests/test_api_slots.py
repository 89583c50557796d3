"""Finding free times over the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.clients import client_of
from accounts.tests.factories import UserFactory
from facilities.models import CareType
from facilities.tests.factories import FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling.models import TimeOff, WorkingHours
from scheduling.tests.api import APPOINTMENTS, V1, Place, known_ahead, online_type
from scheduling.tests.factories import AppointmentFactory, AppointmentTypeFactory, working_doctor

pytestmark = pytest.mark.django_db

SLOTS = f"{V1}/slots"


@pytest.fixture
def place():
    return Place(zip_code="68102")


@pytest.fixture
def desk(place):
    return place.staff()


def found(client, **query):
    answer = client.get(SLOTS, query)
    assert answer.status_code == 200, answer.json()
    return answer.json()["results"]


def day(place, days=1):
    return place.at(9, days=days).astimezone(place.facility.tz).date().isoformat()


@pytest.mark.parametrize("ahead", [True, False])
def test_each_slot_is_booked_as_it_is(place, desk, ahead):
    if ahead:
        known_ahead()
    kind = AppointmentTypeFactory(duration_minutes=45, buffer_minutes=15)
    slots = found(desk, type=kind.pk, zip_code="68508", limit=3, **{"from": day(place)})
    assert len(slots) == 3
    first = slots[0]
    assert first == {
        "doctor_id": place.doctor.pk,
        "doctor_name": place.doctor.name,
        "facility_id": place.facility.pk,
        "facility_name": place.facility.name,
        "facility_timezone": "America/Chicago",
        "starts_at": f"{place.at(8):%Y-%m-%dT%H:%M:%SZ}",
        "ends_at": f"{place.at(8, 45):%Y-%m-%dT%H:%M:%SZ}",
        "miles": first["miles"],
    }
    assert 40 < first["miles"] < 60
    assert first["miles"] == round(first["miles"], 1)
    for slot in slots:
        said = slot | {"patient_id": place.patient.pk, "type_id": kind.pk}
        made = desk.post(APPOINTMENTS, said)
        assert made.status_code == 201, made.json()
        assert made.json()["ends_at"] == slot["ends_at"]
        again = found(desk, type=kind.pk, limit=3, **{"from": day(place)})
        assert slot["starts_at"] not in {each["starts_at"] for each in again}
        desk.post(f"{made['Location']}/cancel", {"reason": "Patient is ill"})


def test_a_search_is_narrowed_by_each_criterion(place, desk):
    cardiology = CareType.objects.create(name="Cardiology")
    other = working_doctor(place.facility, specialization="Cardiology")
    other.care_types.add(cardiology)
    place.facility.care_types.add(cardiology)
    kind = AppointmentTypeFactory(care_type=cardiology)
    far = FacilityFactory(zip_code="69361", timezone="America/Denver")
    working_doctor(far)
    mine = {"from": day(place), "limit": 100}
    for query in ({"care_type": cardiology.pk}, {"specialization": "cardiology"}):
        assert {each["doctor_id"] for each in found(desk, **mine, **query)} == {other.pk}, query
    for query in ({"doctor": other.pk}, {"type": kind.pk}):
        assert {each["doctor_id"] for each in found(desk, **mine, **query)} == {other.pk}, query
    here = found(desk, **mine)
    assert {each["facility_id"] for each in here} == {place.facility.pk}
    admin = client_of(UserFactory(role="admin"))
    everywhere = {each["facility_id"] for each in found(admin, **mine)}
    assert everywhere == {place.facility.pk, far.pk}
    near = found(admin, zip_code="68102", miles=30, **mine)
    assert {each["facility_id"] for each in near} == {place.facility.pk}
    there = found(admin, facility=far.pk, **mine)
    assert {each["facility_id"] for each in there} == {far.pk}


def test_parts_of_the_day_weekdays_and_lengths_are_by_the_facilitys_clock(place, desk):
    later = found(desk, part_of_day="afternoon", limit=1, **{"from": day(place)})
    assert later[0]["starts_at"] == f"{place.at(12):%Y-%m-%dT%H:%M:%SZ}"
    weekday = place.at(9, days=3).astimezone(place.facility.tz).isoweekday()
    (third,) = found(desk, weekdays=weekday, limit=1, **{"from": day(place)})
    assert third["starts_at"] == f"{place.at(8, days=3):%Y-%m-%dT%H:%M:%SZ}"
    (long,) = found(desk, duration_minutes=90, limit=1, **{"from": day(place)})
    assert long["ends_at"] == f"{place.at(9, 30):%Y-%m-%dT%H:%M:%SZ}"


def test_when_there_is_none_the_reason_is_told(place, desk):
    nobody = desk.get(SLOTS, {"specialization": "Alchemy"}).json()
    assert nobody["results"] == []
    assert [each["code"] for each in nobody["reasons"]] == ["no_doctor"]
    assert nobody["reasons"][0]["detail"].endswith(".")
    WorkingHours.objects.all().delete()
    assert desk.get(SLOTS).json()["reasons"][0]["code"] == "no_hours"


def test_who_is_away_is_told_apart_from_who_is_full(place, desk):
    day_off = {"starts_at": place.at(0), "ends_at": place.at(0, days=200)}
    TimeOff.objects.create(doctor=place.doctor, **day_off)
    (reason,) = desk.get(SLOTS, {"from": day(place)}).json()["reasons"]
    assert reason["code"] == "all_away"


@pytest.mark.parametrize("ahead", [True, False])
@pytest.mark.parametrize(("first", "opens"), [(1, 60), (300, 320)])
def test_the_api_looks_as_far_as_the_desk_does(place, desk, client, ahead, first, opens):
    WorkingHours.objects.update(valid_from=day(place, opens))
    if ahead:
        known_ahead()
    (slot,) = found(desk, limit=1, **{"from": day(place, first)})
    assert slot["starts_at"] == f"{place.at(8, days=opens):%Y-%m-%dT%H:%M:%SZ}"
    client.force_login(staff_of(place.facility))
    page = client.get("/find/", {"first": day(place, first)}).content.decode()
    assert f"starts_at={place.at(8, days=opens):%Y-%m-%dT%H%%3A%MZ}" in page


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"type": 999999}, "type"),
        ({"doctor": "x"}, "doctor"),
        ({"miles": 10}, "zip_code"),
        ({"zip_code": "00000"}, "zip_code"),
        ({"from": "2020-01-01"}, "from"),
        ({"from": "9999-12-31"}, "from"),
        ({"part_of_day": "night"}, "part_of_day"),
        ({"weekdays": 8}, "weekdays.0"),
        ({"limit": 1000}, "limit"),
        ({"docter": 1}, "docter"),
    ],
)
def test_what_makes_no_sense_is_refused(desk, query, field):
    answer = desk.get(SLOTS, query)
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_a_patient_finds_what_they_may_book_online(place):
    kind = online_type(minimum_notice_minutes=60 * 24 * 2, bookable_days_ahead=4)
    own = place.own()
    assert own.get(SLOTS).json()["errors"][0]["field"] == "type"
    hidden = own.get(SLOTS, {"type": AppointmentTypeFactory().pk})
    assert hidden.json()["errors"][0]["field"] == "type"
    AppointmentFactory(
        facility=place.facility, patient=place.patient, starts_at=place.at(9, days=3)
    )
    slots = found(own, type=kind.pk, limit=100)
    window = kind.online_window(timezone.now())
    starts = [each["starts_at"] for each in slots]
    assert starts[0] >= f"{window.starts_at:%Y-%m-%dT%H:%M:%SZ}"
    assert starts[-1] <= f"{window.ends_at:%Y-%m-%dT%H:%M:%SZ}"
    assert f"{place.at(9, days=3):%Y-%m-%dT%H:%M:%SZ}" not in starts
    for slot in (slots[0], slots[-1]):
        made = own.post(APPOINTMENTS, slot | {"type_id": kind.pk})
        assert made.status_code == 201, made.json()


def test_a_patient_looks_for_nobody_else(place):
    kind = online_type()
    other = place.own().get(SLOTS, {"type": kind.pk, "patient": PatientFactory().pk})
    assert other.json()["errors"][0]["field"] == "patient"
    nobody = client_of(UserFactory(role="patient")).get(SLOTS, {"type": kind.pk})
    assert (nobody.status_code, nobody.json()["code"]) == (403, "no_patient_record")


@pytest.mark.parametrize("role", ["doctor", "nurse"])
def test_who_may_not_book_looks_for_no_time(place, role):
    assert place.staff(role).get(SLOTS).status_code == 403


def test_a_search_takes_as_many_statements_for_one_as_for_fifty(place, desk):
    known_ahead()
    query = {"from": day(place), "limit": 1}
    with CaptureQueriesContext(connection) as one:
        desk.get(SLOTS, query)
    for _ in range(5):
        working_doctor(place.facility)
    known_ahead()
    with CaptureQueriesContext(connection) as many:
        assert len(found(desk, **query | {"limit": 50})) == 50
    assert len(many) <= len(one), [each["sql"][:80] for each in many.captured_queries]


def test_a_doctor_at_two_facilities_is_offered_where_one_may_book(place):
    other = FacilityFactory()
    place.doctor.facilities.add(other)
    user = staff_of(place.facility)
    slots = found(client_of(user), limit=100)
    assert {each["facility_id"] for each in slots} == {place.facility.pk}
