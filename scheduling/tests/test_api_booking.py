"""Booking and holding over the API."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import SignIn
from facilities.tests.factories import FacilityFactory, RoomFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, Closure
from scheduling.tests.api import (
    APPOINTMENTS,
    Place,
    alternative_of,
    client_of,
    known_ahead,
    online_type,
)
from scheduling.tests.factories import AppointmentFactory, AppointmentTypeFactory

pytestmark = pytest.mark.django_db

MOST_STATEMENTS = 14


@pytest.fixture
def place():
    return Place()


@pytest.fixture
def desk(place):
    return place.staff()


def test_the_desk_books_and_reads_what_it_booked(place, desk):
    room = RoomFactory(facility=place.facility)
    made = desk.post(
        APPOINTMENTS,
        place.wanted(duration_minutes=45, room_id=room.pk, reason="Cough", notes="Call first"),
    )
    assert made.status_code == 201, made.json()
    booked = Appointment.objects.get()
    assert made["Location"] == f"{APPOINTMENTS}/{booked.pk}"
    body = made.json()
    assert body == {
        "id": booked.pk,
        "patient_id": place.patient.pk,
        "patient_name": str(place.patient),
        "doctor_id": place.doctor.pk,
        "doctor_name": place.doctor.name,
        "facility_id": place.facility.pk,
        "facility_name": place.facility.name,
        "facility_timezone": "America/Chicago",
        "room_id": room.pk,
        "room_name": room.name,
        "type_id": None,
        "type_name": None,
        "starts_at": f"{booked.starts_at:%Y-%m-%dT%H:%M:%SZ}",
        "ends_at": f"{booked.starts_at + timedelta(minutes=45):%Y-%m-%dT%H:%M:%SZ}",
        "blocked_until": f"{booked.ends_at:%Y-%m-%dT%H:%M:%SZ}",
        "duration_minutes": 45,
        "status": "booked",
        "reason": "Cough",
        "notes": "Call first",
        "cancel_reason": "",
        "hold_expires_at": None,
        "overbook": 0,
        "override_reason": "",
        "source": "desk",
        "series_id": None,
        "next_steps": ["cancelled"],
        "is_movable": True,
        "created_at": booked.created_at.isoformat().replace("+00:00", "Z"),
        "updated_at": booked.updated_at.isoformat().replace("+00:00", "Z"),
        "version": 1,
    }
    read = desk.get(made["Location"])
    assert (read.json(), read["ETag"]) == (body, made["ETag"])


def test_a_booking_lasts_as_long_as_its_type_or_half_an_hour(place, desk):
    kind = AppointmentTypeFactory(duration_minutes=45, buffer_minutes=15)
    typed = desk.post(APPOINTMENTS, place.wanted(9, type_id=kind.pk)).json()
    assert (typed["duration_minutes"], typed["type_name"]) == (45, kind.name)
    assert typed["blocked_until"] == f"{place.at(10):%Y-%m-%dT%H:%M:%SZ}"
    assert desk.post(APPOINTMENTS, place.wanted(11)).json()["duration_minutes"] == 30


def test_a_time_without_an_offset_is_refused_with_how_to_write_one(place, desk):
    for naive in ("2027-03-15T09:00:00", "2027-03-15 09:00", "2027-03-15"):
        answer = desk.post(APPOINTMENTS, place.wanted(starts_at=naive))
        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert (error["field"], error["code"]) == ("starts_at", "no_offset")
        assert "-05:00" in error["detail"]


def test_a_year_out_of_reach_is_refused(place, desk):
    answer = desk.post(APPOINTMENTS, place.wanted(starts_at="9999-12-31T23:59:00-12:00"))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "starts_at"


def test_an_end_may_be_sent_instead_of_a_length(place, desk):
    made = desk.post(APPOINTMENTS, place.wanted(9, ends_at=place.at(9, 45).isoformat()))
    assert made.json()["duration_minutes"] == 45
    both = {"duration_minutes": 30, "ends_at": place.at(10, 45).isoformat()}
    for wrong in (
        both,
        {"ends_at": place.at(9).isoformat()},
        {"ends_at": "2199-01-01T00:00:00Z"},
    ):
        answer = desk.post(APPOINTMENTS, place.wanted(10, **wrong))
        assert [each["field"] for each in answer.json()["errors"]] == ["ends_at"]


def test_a_time_past_all_that_is_worked_out_ahead_is_booked_or_refused(place, desk):
    known_ahead()
    far = "2198-03-01T15:00:00Z"
    assert desk.post(APPOINTMENTS, place.wanted(starts_at=far)).status_code == 201
    lost = desk.post(APPOINTMENTS, place.wanted(starts_at=far))
    assert (lost.status_code, len(lost.json()["alternatives"])) == (409, 4)
    past = desk.post(APPOINTMENTS, place.wanted(starts_at="1900-01-01T15:00:00Z"))
    assert (past.status_code, past.json()["code"]) == (400, "in_the_past")


@pytest.mark.parametrize("role", ["nurse", "doctor"])
def test_who_may_not_book_is_refused(place, role):
    assert place.staff(role).post(APPOINTMENTS, place.wanted()).status_code == 403


def test_at_another_facility_nothing_can_be_booked(place):
    answer = place.elsewhere().post(APPOINTMENTS, place.wanted(patient_id=PatientFactory().pk))
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["errors"]] == ["doctor_id"]


def test_whom_one_does_not_see_cannot_be_booked(place, desk):
    stranger = PatientFactory(facility=FacilityFactory())
    answer = desk.post(APPOINTMENTS, place.wanted(patient_id=stranger.pk))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "patient_id")
    answer = desk.post(APPOINTMENTS, place.wanted(patient_id=None))
    assert answer.json()["errors"][0]["field"] == "patient_id"


def test_a_misspelt_field_is_refused(place, desk):
    answer = desk.post(APPOINTMENTS, place.wanted(start_at="x"))
    assert answer.json()["errors"][0]["field"] == "start_at"


@pytest.mark.parametrize("ahead", [True, False])
def test_a_lost_time_is_answered_with_what_is_busy_and_others_that_can_be_booked(
    place, desk, ahead
):
    if ahead:
        known_ahead()
    taken = AppointmentFactory(facility=place.facility, doctor=place.doctor, starts_at=place.at(9))
    lost = desk.post(APPOINTMENTS, place.wanted(9))
    assert lost.status_code == 409
    assert lost["Content-Type"] == "application/problem+json"
    body = lost.json()
    assert (body["code"], body["busy"]) == ("doctor_busy", "doctor")
    assert str(taken.patient) not in lost.content.decode()
    assert len(body["alternatives"]) >= 3
    for each in body["alternatives"]:
        said = {name: each[name] for name in ("doctor_id", "facility_id", "starts_at")}
        made = desk.post(APPOINTMENTS, said | {"patient_id": place.patient.pk})
        assert made.status_code == 201, made.json()
        assert made.json()["ends_at"] == each["ends_at"]
    assert Appointment.objects.count() == 1 + len(body["alternatives"])


def test_a_busy_patient_and_a_busy_room_are_told_apart(place, desk):
    room = RoomFactory(facility=place.facility)
    there = {"facility": place.facility, "starts_at": place.at(9)}
    AppointmentFactory(**there, patient=place.patient)
    AppointmentFactory(**there, room=room)
    busy = desk.post(APPOINTMENTS, place.wanted()).json()
    assert (busy["code"], busy["busy"]) == ("patient_busy", "patient")
    other = desk.post(APPOINTMENTS, place.wanted(patient_id=PatientFactory().pk, room_id=room.pk))
    assert (other.json()["code"], other.json()["busy"]) == ("room_busy", "room")
    booking = alternative_of(other, patient_id=place.patient.pk)
    assert booking["room_id"] == room.pk
    assert desk.post(APPOINTMENTS, booking).status_code == 201


def test_a_closed_time_is_refused_with_alternatives(place, desk):
    early = desk.post(APPOINTMENTS, place.wanted(5))
    assert (early.status_code, early.json()["code"]) == (400, "outside_hours")
    assert "busy" not in early.json()
    assert (
        desk.post(APPOINTMENTS, alternative_of(early, patient_id=place.patient.pk)).status_code
        == 201
    )
    Closure.objects.create(facility=place.facility, starts_at=place.at(12), ends_at=place.at(13))
    closed = desk.post(APPOINTMENTS, place.wanted(12))
    assert (closed.status_code, closed.json()["code"]) == (400, "facility_closed")
    assert len(closed.json()["alternatives"]) >= 3


def test_who_may_override_books_over_a_taken_time_with_a_reason(place, desk):
    AppointmentFactory(facility=place.facility, doctor=place.doctor, starts_at=place.at(9))
    made = desk.post(APPOINTMENTS, place.wanted(9, override_reason="Urgent"))
    assert made.status_code == 201
    assert (made.json()["overbook"], made.json()["override_reason"]) == (1, "Urgent")
    own = place.own()
    kind = online_type()
    refused = own.post(APPOINTMENTS, place.wanted(9, type_id=kind.pk, override_reason="Please"))
    assert refused.status_code == 403


def counted(client, said, **headers):
    with CaptureQueriesContext(connection) as statements:
        made = client.post(APPOINTMENTS, said, headers=headers)
    assert made.status_code == 201, made.json()
    return [each["sql"][:60] for each in statements.captured_queries]


def test_a_booking_takes_few_statements_all_included(place):
    """The token is read, the write counted, the key taken, its answer kept and the log written."""
    person = staff_of(place.facility)
    access = tokens.issue(SignIn.objects.start(person, timezone.now())).access
    desk = APIClient(headers={"Authorization": f"Bearer {access}"})
    more = {
        "type_id": AppointmentTypeFactory().pk,
        "room_id": RoomFactory(facility=place.facility).pk,
    }
    statements = counted(desk, place.wanted(9, **more), **{"Idempotency-Key": "one"})
    assert len(statements) <= MOST_STATEMENTS, statements
    assert len(counted(desk, place.wanted(10))) < len(statements)


def test_a_post_sent_twice_is_booked_once(place, desk):
    key = {"Idempotency-Key": "once"}
    first, second = (desk.post(APPOINTMENTS, place.wanted(), headers=key) for _ in range(2))
    assert (second.status_code, second.json(), second["ETag"]) == (
        201,
        first.json(),
        first["ETag"],
    )
    assert second["Location"] == first["Location"]
    other = desk.post(APPOINTMENTS, place.wanted(10), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Appointment.objects.count() == 1


def test_a_kept_answer_is_not_repeated_to_who_may_not_see_the_visit_any_more(place):
    person = staff_of(place.facility)
    desk, key = client_of(person), {"Idempotency-Key": "once"}
    there = desk.post(APPOINTMENTS, place.wanted(), headers=key)["Location"]
    cancelled = desk.post(f"{there}/cancel", {"reason": "Ill"}, headers={"Idempotency-Key": "c"})
    assert cancelled.status_code == 200
    person.facilities.clear()
    booked = desk.post(APPOINTMENTS, place.wanted(), headers=key)
    again = desk.post(f"{there}/cancel", {"reason": "Ill"}, headers={"Idempotency-Key": "c"})
    for answer in (booked, again):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert str(place.patient) not in answer.content.decode()


def test_a_refusal_is_not_remembered_with_its_key(place, desk):
    taken = AppointmentFactory(facility=place.facility, doctor=place.doctor, starts_at=place.at(9))
    key = {"Idempotency-Key": "again"}
    lost = desk.post(APPOINTMENTS, place.wanted(), headers=key)
    assert (lost.status_code, len(lost.json()["alternatives"])) == (409, 4)
    taken.cancel("Patient is ill", by=None)
    assert desk.post(APPOINTMENTS, place.wanted(), headers=key).status_code == 201
