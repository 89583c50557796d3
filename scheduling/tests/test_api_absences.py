"""Time off and closures over the API."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.clients import client_of
from facilities.tests.factories import FacilityFactory, staff_of
from scheduling.models import Closure, TimeOff
from scheduling.tests.api import APPOINTMENTS, V1, Place
from scheduling.tests.factories import AppointmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return Place()


@pytest.fixture
def desk(place):
    return place.staff()


@pytest.fixture(params=["time-off", "closures"])
def kind(request):
    return request.param


def address(place, kind):
    if kind == "time-off":
        return f"{V1}/doctors/{place.doctor.pk}/time-off"
    return f"{V1}/facilities/{place.facility.pk}/closures"


def morning(place, **more):
    return {
        "starts_at": place.at(8).isoformat(),
        "ends_at": place.at(12).isoformat(),
        "reason": "Course",
    } | more


def test_an_absence_is_entered_with_what_it_leaves_to_be_moved(place, desk, kind):
    visit = AppointmentFactory(facility=place.facility, doctor=place.doctor, starts_at=place.at(9))
    made = desk.post(address(place, kind), morning(place))
    assert made.status_code == 201, made.json()
    body = made.json()
    assert (body["starts_at"], body["reason"]) == (f"{place.at(8):%Y-%m-%dT%H:%M:%SZ}", "Course")
    assert body["appointments_to_move"] == 1
    assert body["affected"] == f"{made['Location']}/affected"
    affected = desk.get(body["affected"]).json()["results"]
    assert [each["id"] for each in affected] == [visit.pk]
    assert affected[0]["patient_name"] == str(visit.patient)
    visit.refresh_from_db()
    assert visit.status == "booked"
    refused = desk.post(APPOINTMENTS, place.wanted(10))
    assert refused.json()["code"] in {"doctor_away", "facility_closed"}


def test_an_absence_is_changed_and_taken_back(place, desk, kind):
    made = desk.post(address(place, kind), morning(place))
    there = made["Location"]
    said = {"ends_at": place.at(10).isoformat()}
    changed = desk.patch(there, said, headers={"If-Match": made["ETag"]})
    assert changed.json()["ends_at"] == f"{place.at(10):%Y-%m-%dT%H:%M:%SZ}"
    assert desk.patch(there, said, headers={"If-Match": made["ETag"]}).status_code == 412
    assert desk.get(there).json() == changed.json()
    assert desk.delete(there).status_code == 204
    assert desk.get(there).status_code == 404
    assert desk.post(APPOINTMENTS, place.wanted(9)).status_code == 201


def test_an_absence_that_ends_before_it_starts_is_refused(place, desk, kind):
    wrong = morning(place, ends_at=place.at(7).isoformat())
    answer = desk.post(address(place, kind), wrong)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "ends_at")
    naive = desk.post(address(place, kind), morning(place, starts_at="2027-01-01T09:00"))
    assert naive.json()["errors"][0]["code"] == "no_offset"


def test_who_sees_and_writes_absences(place, kind):
    there = address(place, kind)
    row = place.staff().post(there, morning(place))["Location"]
    nurse = place.staff("nurse")
    assert nurse.get(row).status_code == nurse.get(f"{row}/affected").status_code == 200
    colleague = place.staff("doctor")
    for client in (nurse, colleague):
        assert client.post(there, morning(place)).status_code == 403
        assert client.patch(row, {"reason": "x"}).status_code == 403
        assert client.delete(row).status_code == 403
    own = place.own()
    assert own.get(there).status_code == own.get(row).status_code == 403
    elsewhere = place.elsewhere()
    for path in (there, row, f"{row}/affected"):
        assert elsewhere.get(path).status_code == 404
    assert elsewhere.delete(row).status_code == 404
    assert place.staff().get(f"{there}/999999").status_code == 404


def test_a_doctor_enters_their_own_time_off(place):
    place.doctor.user = staff_of(place.facility, "doctor")
    place.doctor.save()
    doctor = client_of(place.doctor.user)
    made = doctor.post(address(place, "time-off"), morning(place))
    assert made.status_code == 201
    assert doctor.delete(made["Location"]).status_code == 204


def test_what_others_see_is_neither_counted_nor_listed(place, desk):
    other = FacilityFactory()
    place.doctor.facilities.add(other)
    user = staff_of(other)
    AppointmentFactory(facility=place.facility, doctor=place.doctor, starts_at=place.at(9))
    body = client_of(user).post(address(place, "time-off"), morning(place)).json()
    assert body["appointments_to_move"] == 0
    assert client_of(user).get(body["affected"]).json()["results"] == []
    assert desk.get(body["affected"].removesuffix("/affected")).json()["appointments_to_move"] == 1


def test_absences_are_narrowed_by_time(place, desk, kind):
    for days in (1, 5):
        desk.post(
            address(place, kind),
            {
                "starts_at": place.at(8, days=days).isoformat(),
                "ends_at": place.at(9, days=days).isoformat(),
            },
        )

    def found(**query):
        return len(desk.get(address(place, kind), query).json()["results"])

    between = f"{place.at(8, days=3):%Y-%m-%dT%H:%M:%SZ}"
    assert (found(), found(**{"from": between}), found(to=between)) == (2, 1, 1)


def enter(place, kind):
    model = TimeOff if kind == "time-off" else Closure
    whose = {"doctor": place.doctor} if kind == "time-off" else {"facility": place.facility}
    return model.objects.create(**whose, starts_at=place.at(8), ends_at=place.at(13))


def statements(client, path, rows):
    with CaptureQueriesContext(connection) as taken:
        assert len(client.get(path).json()["results"]) == rows
    return len(taken)


def test_the_list_takes_as_many_statements_for_one_as_for_ten(place, desk, kind):
    there = address(place, kind)
    enter(place, kind)
    one = statements(desk, there, 1)
    for _ in range(9):
        enter(place, kind)
    assert statements(desk, there, 10) == one


def test_what_is_affected_takes_as_many_statements_for_one_as_for_ten(place, desk, kind):
    there = f"{address(place, kind)}/{enter(place, kind).pk}/affected"
    for number in range(10):
        AppointmentFactory(
            facility=place.facility,
            doctor=place.doctor,
            starts_at=place.at(8) + timedelta(minutes=30 * number),
            override="Urgent",
        )
        if number == 0:
            one = statements(desk, there, 1)
    assert statements(desk, there, 10) == one
