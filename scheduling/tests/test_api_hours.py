"""Weekly hours and calendar addresses of doctors over the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.clients import client_of
from accounts.tests.factories import UserFactory
from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of
from scheduling.models import CalendarFeed, WorkingHours
from scheduling.tests.api import V1, Place

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return Place()


@pytest.fixture
def admin():
    return client_of(UserFactory(role="admin"))


def signed_in(place):
    """Return the doctor of the place, signed in."""
    place.doctor.user = staff_of(place.facility, "doctor")
    place.doctor.save()
    return client_of(place.doctor.user)


def hours_of(doctor):
    return f"{V1}/doctors/{doctor.pk}/working-hours"


def mondays(facility, **more):
    return {
        "facility_id": facility.pk,
        "weekday": 1,
        "starts_at": "18:00",
        "ends_at": "20:00",
        "valid_from": "2027-01-01",
    } | more


def test_a_doctor_keeps_their_own_hours(place):
    doctor = signed_in(place)
    made = doctor.post(hours_of(place.doctor), mondays(place.facility))
    assert made.status_code == 201, made.json()
    assert made.json() == {
        "id": WorkingHours.objects.latest("pk").pk,
        "doctor_id": place.doctor.pk,
        "doctor_name": place.doctor.name,
        "facility_id": place.facility.pk,
        "facility_name": place.facility.name,
        "weekday": 1,
        "weeks": 0,
        "starts_at": "18:00:00",
        "ends_at": "20:00:00",
        "valid_from": "2027-01-01",
        "valid_until": None,
    }
    there, seen = made["Location"], {"If-Match": made["ETag"]}
    ended = doctor.patch(there, {"valid_until": "2027-06-30"}, headers=seen)
    assert ended.json()["valid_until"] == "2027-06-30"
    assert doctor.patch(there, {"weekday": 2}, headers=seen).status_code == 412
    assert doctor.get(there).json() == ended.json()
    assert doctor.delete(there).status_code == 204
    assert doctor.get(there).status_code == 404


def test_hours_that_overlap_or_make_no_sense_are_refused(place, admin):
    there = hours_of(place.doctor)
    overlap = admin.post(there, mondays(place.facility, starts_at="17:00"))
    assert (overlap.status_code, overlap.json()["code"]) == (409, "working_hours_overlap")
    for wrong, field in (
        ({"ends_at": "17:00"}, "ends_at"),
        ({"weekday": 8}, "weekday"),
        ({"valid_until": "2026-01-01"}, "valid_until"),
        ({"valid_from": "0001-01-01"}, "valid_from"),
        ({"facility_id": FacilityFactory().pk}, "facility_id"),
    ):
        answer = admin.post(there, mondays(place.facility, **wrong))
        assert answer.status_code == 400
        assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_who_writes_whose_hours(place):
    row = place.doctor.working_hours.first()
    there = f"{hours_of(place.doctor)}/{row.pk}"
    colleague = place.staff("doctor")
    for client in (place.staff(), place.staff("nurse"), colleague):
        assert client.get(there).status_code == 200
        added = client.post(hours_of(place.doctor), mondays(place.facility))
        assert added.status_code == 403
        assert client.patch(there, {"weekday": 2}).status_code == 403
        assert client.delete(there).status_code == 403
    assert place.own().get(there).status_code == 403
    assert place.elsewhere("doctor").get(there).status_code == 404
    assert colleague.get(f"{hours_of(DoctorFactory())}/{row.pk}").status_code == 404


def test_hours_of_one_doctor_are_not_found_below_another(place, admin):
    other = DoctorFactory(facilities=[place.facility])
    row = place.doctor.working_hours.first()
    assert admin.get(f"{hours_of(other)}/{row.pk}").status_code == 404


def test_hours_are_narrowed_by_each_filter(place, admin):
    there = hours_of(place.doctor)

    def found(**query):
        return [each["weekday"] for each in admin.get(there, query).json()["results"]]

    assert found() == [1, 2, 3, 4, 5, 6, 7]
    assert found(weekday=3) == [3]
    assert found(on="2019-12-31") == []
    assert found(facility=place.facility.pk + 1) == []
    assert admin.get(there, {"weekday": 9}).status_code == 400


def test_the_list_takes_as_many_statements_for_one_as_for_seven(place, admin):
    there = hours_of(place.doctor)
    with CaptureQueriesContext(connection) as many:
        admin.get(there)
    place.doctor.working_hours.exclude(weekday=1).delete()
    with CaptureQueriesContext(connection) as one:
        admin.get(there)
    assert len(many) == len(one)


def feed_of(doctor):
    return f"{V1}/doctors/{doctor.pk}/calendar-feed"


def test_the_address_of_a_calendar_is_shown_once_and_revoked(place):
    doctor, there = signed_in(place), feed_of(place.doctor)
    assert doctor.get(there).status_code == 404
    made = doctor.post(there, headers={"Idempotency-Key": "one"})
    assert made.status_code == 201, made.json()
    assert made["Cache-Control"] == "no-store"
    url = made.json()["url"]
    assert doctor.get(url).content.startswith(b"BEGIN:VCALENDAR")
    read = doctor.get(there).json()
    assert "url" not in read
    assert read["doctor_id"] == place.doctor.pk
    again = doctor.post(there, headers={"Idempotency-Key": "one"})
    assert (again.status_code, again.json()["code"]) == (409, "feed_live")
    assert doctor.delete(there).status_code == 204
    assert doctor.get(url).status_code == 404
    assert doctor.delete(there).status_code == 404
    assert CalendarFeed.objects.get().revoked_by == place.doctor.user


def test_nobody_else_gives_a_doctors_calendar_out(place, admin):
    there = feed_of(place.doctor)
    for role in ("receptionist", "nurse"):
        client = place.staff(role)
        for answer in (client.get(there), client.post(there), client.delete(there)):
            assert answer.status_code == 403
    colleague = place.staff("doctor")
    assert colleague.post(there).status_code == 404
    assert admin.post(there).status_code == 201
    assert colleague.get(there).status_code == 404
    assert colleague.delete(there).status_code == 404
    assert admin.post(feed_of(DoctorFactory(is_active=False))).status_code == 404
