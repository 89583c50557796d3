"""Series over the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.clients import client_of
from accounts.tests.factories import UserFactory
from facilities.tests.factories import FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, AppointmentSeries
from scheduling.tests.api import APPOINTMENTS, V1
from scheduling.tests.factories import working_doctor
from scheduling.tests.series_factories import Course, starts_of

pytestmark = pytest.mark.django_db

SERIES = f"{V1}/series"


@pytest.fixture
def course():
    return Course()


@pytest.fixture
def desk(course):
    return client_of(staff_of(course.facility))


def wanted(course, **more):
    return {
        "patient_id": course.patient.pk,
        "doctor_id": course.doctor.pk,
        "facility_id": course.facility.pk,
        "starts_at": course.first.isoformat(),
        "count": 4,
    } | more


def utc(at):
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def test_a_series_is_booked_and_read_with_its_appointments(course, desk):
    made = desk.post(SERIES, wanted(course, reason="Physiotherapy"))
    assert made.status_code == 201, made.json()
    series = AppointmentSeries.objects.get()
    body = made.json()
    assert made["Location"] == f"{SERIES}/{series.pk}"
    assert (body["rule"], body["size"]) == (series.rule, 4)
    assert body["rule"].endswith(";COUNT=4")
    visits = body["appointments"]
    assert [each["starts_at"] for each in visits] == [utc(course.at(week)) for week in range(4)]
    assert {each["reason"] for each in visits} == {"Physiotherapy"}
    assert {each["series_id"] for each in visits} == {series.pk}
    assert desk.get(made["Location"]).json() == body
    own = desk.get(APPOINTMENTS, {"series": series.pk}).json()["results"]
    assert [each["id"] for each in own] == [each["id"] for each in visits]


def test_weekdays_interval_and_the_last_day_may_be_said(course, desk):
    weekdays = sorted({course.first.astimezone(course.facility.tz).isoweekday(), 3, 5})
    until = course.at(4).astimezone(course.facility.tz).date()
    said = wanted(course, every_weeks=2, weekdays=weekdays, until=until.isoformat())
    del said["count"]
    made = desk.post(SERIES, said)
    assert made.status_code == 201, made.json()
    assert "INTERVAL=2" in made.json()["rule"]
    assert f"UNTIL={until:%Y%m%d}" in made.json()["rule"]


def test_a_look_lists_every_date_with_what_stands_in_its_way(course, desk):
    course.take(course.at(2))
    answer = desk.post(SERIES, wanted(course, dry_run=True))
    assert answer.status_code == 200, answer.json()
    dates = answer.json()["dates"]
    assert [each["starts_at"] for each in dates] == [utc(course.at(week)) for week in range(4)]
    assert [bool(each["clash"]) for each in dates] == [False, False, True, False]
    clash = dates[2]["clash"]
    assert (clash["index"], clash["code"]) == (2, "doctor_busy")
    assert clash["alternative"]["doctor_id"] == course.doctor.pk
    assert not AppointmentSeries.objects.exists()
    assert Appointment.objects.count() == 1


def test_dates_that_clash_are_booked_elsewhere_or_left_out(course, desk):
    course.take(course.at(1))
    course.take(course.at(2))
    lost = desk.post(SERIES, wanted(course), headers={"Idempotency-Key": "one"})
    assert (lost.status_code, lost.json()["code"]) == (409, "series_clash")
    first, second = lost.json()["clashes"]
    assert not AppointmentSeries.objects.exists()
    instead = first["alternative"]
    chosen = {
        "replacing": [
            {
                "index": first["index"],
                "doctor_id": instead["doctor_id"],
                "starts_at": instead["starts_at"],
            }
        ],
        "leaving_out": [second["index"]],
    }
    made = desk.post(SERIES, wanted(course, **chosen), headers={"Idempotency-Key": "two"})
    assert made.status_code == 201, made.json()
    starts = [each["starts_at"] for each in made.json()["appointments"]]
    assert starts == [utc(course.at(0)), instead["starts_at"], utc(course.at(3))]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"until": "2027-01-01"}, "count"),
        ({"count": 1}, "count"),
        ({"weekdays": [9]}, "weekdays.0"),
        ({"doctor_id": 999999}, "doctor_id"),
        ({"every_weeks": 13}, "every_weeks"),
        ({"starts_at": "2027-03-01T09:00"}, "starts_at"),
        ({"rule": "FREQ=DAILY"}, "rule"),
    ],
)
def test_what_makes_no_sense_is_refused(course, desk, more, field):
    answer = desk.post(SERIES, wanted(course, **more))
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_a_rule_of_the_model_is_told_in_its_words(course, desk):
    other = course.first.astimezone(course.facility.tz).isoweekday() % 7 + 1
    answer = desk.post(SERIES, wanted(course, weekdays=[other]))
    assert (answer.status_code, answer.json()["code"]) == (400, "first_day")
    strange = working_doctor(FacilityFactory())
    chosen = [{"index": 0, "doctor_id": strange.pk, "starts_at": course.first.isoformat()}]
    admin = client_of(UserFactory(role="admin"))
    refused = admin.post(SERIES, wanted(course, replacing=chosen))
    assert refused.json()["errors"][0]["field"] == "doctor_id"


def test_an_appointment_and_all_that_follow_are_cancelled(course, desk):
    series = course.book()
    visits = list(series.appointments.order_by("starts_at"))
    there = f"{SERIES}/{series.pk}/cancel-following"
    said = {"appointment_id": visits[1].pk, "reason": "Course is over"}
    body = desk.post(there, said).json()
    statuses = [each["status"] for each in body["appointments"]]
    assert statuses == ["booked", "cancelled", "cancelled", "cancelled"]
    other = course.take(course.at(1, 15))
    stranger = desk.post(there, said | {"appointment_id": other.pk})
    assert stranger.json()["errors"][0]["field"] == "appointment_id"


def test_an_appointment_and_all_that_follow_are_moved_or_none(course, desk):
    series = course.book()
    second = series.appointments.order_by("starts_at")[1]
    there = f"{SERIES}/{series.pk}/move-following"
    course.take(course.at(2, 11))
    said = {"appointment_id": second.pk, "starts_at": course.at(1, 11).isoformat()}
    lost = desk.post(there, said)
    assert (lost.status_code, lost.json()["code"]) == (409, "series_clash")
    (clash,) = lost.json()["clashes"]
    assert starts_of(series) == [course.at(week) for week in range(4)]
    moved = desk.post(there, said | {"leaving_out": [clash["index"]]})
    assert moved.status_code == 200, moved.json()
    hours = {1: 11, 3: 11}
    assert starts_of(series) == [course.at(week, hours.get(week, 9)) for week in range(4)]


def test_who_may_book_and_change_series(course):
    series = course.book()
    visit = series.appointments.earliest("starts_at")
    cancel = f"{SERIES}/{series.pk}/cancel-following", {"appointment_id": visit.pk, "reason": "x"}
    move = (
        f"{SERIES}/{series.pk}/move-following",
        {"appointment_id": visit.pk, "starts_at": course.at(0, 11).isoformat()},
    )
    nurse = client_of(staff_of(course.facility, "nurse"))
    course.patient.user = UserFactory(role="patient")
    course.patient.save()
    patient = client_of(course.patient.user)
    elsewhere = client_of(staff_of(FacilityFactory()))
    for client in (nurse, patient):
        for path, said in ((SERIES, wanted(course)), cancel, move):
            assert client.post(path, said).status_code == 403
    assert nurse.get(f"{SERIES}/{series.pk}").status_code == 200
    assert patient.get(f"{SERIES}/{series.pk}").status_code == 403
    assert elsewhere.get(f"{SERIES}/{series.pk}").status_code == 404
    for path, said in (cancel, move):
        assert elsewhere.post(path, said).status_code == 404


def test_a_doctor_sees_the_appointments_that_are_theirs(course):
    course.doctor.user = staff_of(course.facility, "doctor")
    course.doctor.save()
    other = working_doctor(course.facility)
    series = course.book(replacing={1: course.slot(course.at(1), other)})
    body = client_of(course.doctor.user).get(f"{SERIES}/{series.pk}").json()
    assert {each["doctor_id"] for each in body["appointments"]} == {course.doctor.pk}
    assert len(body["appointments"]) == 3


def test_the_list_takes_as_many_statements_for_one_as_for_five(course, desk):
    def statements(rows, **query):
        with CaptureQueriesContext(connection) as taken:
            assert len(desk.get(SERIES, query).json()["results"]) == rows
        return len(taken)

    course.book()
    one = statements(1)
    for hour in range(10, 14):
        course.book(patient=PatientFactory(), starts_at=course.at(0, hour))
    assert statements(5) == one
    assert statements(1, patient=course.patient.pk) == one
    assert statements(0, doctor=999999) <= one


def test_a_series_of_two_is_read_in_as_many_statements_as_one_of_eight(course, desk):
    def statements(count, hour):
        made = desk.post(
            SERIES, wanted(course, count=count, starts_at=course.at(0, hour).isoformat())
        )
        with CaptureQueriesContext(connection) as taken:
            assert len(desk.get(made["Location"]).json()["appointments"]) == count
        return len(taken)

    assert statements(2, 9) == statements(8, 12)


def test_a_look_leaves_a_hold_of_the_first_date_as_it_is(course, desk):
    said = {name: wanted(course)[name] for name in ("doctor_id", "facility_id", "starts_at")}
    held = desk.post(f"{APPOINTMENTS}/hold", said)
    for key in ({}, {"Idempotency-Key": "one"}):
        looked = desk.post(SERIES, wanted(course, dry_run=True), headers=key)
        assert [each["clash"] for each in looked.json()["dates"]] == [None] * 4
        assert desk.get(held["Location"]).json() == held.json()


def test_a_hold_of_the_first_date_does_not_stand_in_its_holders_way(course, desk):
    said = {name: wanted(course)[name] for name in ("doctor_id", "facility_id", "starts_at")}
    assert desk.post(f"{APPOINTMENTS}/hold", said).status_code == 201
    assert desk.post(SERIES, wanted(course)).status_code == 201


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "one"}])
def test_a_series_that_clashes_leaves_a_hold_of_the_first_date_as_it_is(course, desk, key):
    said = {name: wanted(course)[name] for name in ("doctor_id", "facility_id", "starts_at")}
    held = desk.post(f"{APPOINTMENTS}/hold", said)
    course.take(course.at(2))
    lost = desk.post(SERIES, wanted(course), headers=key)
    assert (lost.status_code, lost.json()["code"]) == (409, "series_clash")
    assert desk.get(held["Location"]).json() == held.json()
