"""Reading, listing and changing appointments over the API."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.clients import client_of
from facilities.tests.factories import FacilityFactory, RoomFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.api import APPOINTMENTS, Place, alternative_of, online_type
from scheduling.tests.factories import AppointmentFactory, visit_today, working_doctor

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return Place()


@pytest.fixture
def desk(place):
    return place.staff()


def book(place, hour=9, **fields):
    there = {"facility": place.facility, "doctor": place.doctor, "patient": place.patient}
    return AppointmentFactory(**there | {"starts_at": place.at(hour)} | fields)


def ids(answer):
    assert answer.status_code == 200, answer.json()
    return [each["id"] for each in answer.json()["results"]]


def changed(client, appointment, said, **headers):
    there = f"{APPOINTMENTS}/{appointment.pk}"
    headers = headers or {"If-Match": client.get(there)["ETag"]}
    return client.patch(there, said, headers=headers)


def test_50_appointments_are_listed_in_five_statements(place, desk):
    room = RoomFactory(facility=place.facility)
    for number in range(50):
        starts_at = place.at(9) + timedelta(days=number // 5, hours=number % 5)
        book(place, starts_at=starts_at, type=None if number % 2 else online_type(), room=room)
    with CaptureQueriesContext(
        connection,
    ) as statements:
        answer = desk.get(APPOINTMENTS)
    assert len(ids(answer)) == 50
    assert len(statements) <= 5, [each["sql"] for each in statements.captured_queries]


def test_the_list_takes_as_many_statements_for_one_as_for_ten(
    place, desk, django_assert_num_queries
):
    book(place)
    there = f"{APPOINTMENTS}?facility={place.facility.pk}&date={place.at(9).date()}"
    with CaptureQueriesContext(connection) as one:
        desk.get(there)
    for hour in range(10, 18):
        book(place, hour)
    with django_assert_num_queries(len(one)):
        assert len(ids(desk.get(there))) == 9


def test_the_list_is_narrowed_by_each_filter(place, desk):
    mine = book(place, 9, type=online_type())
    other = book(
        place, 11, patient=PatientFactory(), doctor=working_doctor(place.facility), source="walk-in"
    )
    other.cancel("Patient is ill", by=None)
    nine, ten = place.at(9), place.at(10)
    for query, found in {
        f"doctor={mine.doctor_id}": [mine],
        f"patient={other.patient_id}": [other],
        f"facility={place.facility.pk}": [mine, other],
        f"facility={place.facility.pk + 1}": [],
        f"type={mine.type_id}": [mine],
        "status=cancelled": [other],
        "status=cancelled&status=booked": [mine, other],
        "source=walk-in": [other],
        f"from={ten:%Y-%m-%dT%H:%M:%SZ}": [other],
        f"to={ten:%Y-%m-%dT%H:%M:%SZ}": [mine],
        f"date={nine.astimezone(place.facility.tz).date()}&facility={place.facility.pk}": [
            mine,
            other,
        ],
        f"date=2020-01-01&facility={place.facility.pk}": [],
        "ordering=-starts_at": [other, mine],
        "ordering=updated_at": [mine, other],
    }.items():
        assert ids(desk.get(f"{APPOINTMENTS}?{query}")) == [each.pk for each in found], query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("doctor=x", "doctor"),
        ("doctor=99999999999999999999", "doctor"),
        ("status=lost", "status"),
        ("from=2027-03-01T09:00:00", "from"),
        ("date=2027-03-01", "date"),
        ("date=yesterday&facility=1", "date"),
        ("ordering=patient", "ordering"),
        ("docter=1", "docter"),
        ("updated_since=now", "updated_since"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(desk, query, field):
    answer = desk.get(f"{APPOINTMENTS}?{query}")
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_an_app_that_keeps_a_copy_reads_what_has_changed(place, desk):
    first, second = book(place, 9), book(place, 11)
    since = timezone.now().isoformat().replace("+00:00", "Z")
    first.cancel("Patient is ill", by=None)
    second.mark_entered_in_error(by=None)
    body = desk.get(f"{APPOINTMENTS}?updated_since={since}").json()
    told = {each["id"]: each for each in body["results"]}
    assert told[first.pk]["status"] == "cancelled"
    assert told[second.pk] == {"id": second.pk, "deleted": True}
    assert body["next"] is None


def test_what_was_entered_in_error_is_listed_only_where_it_is_asked_for(place, desk):
    kept, wrong = book(place, 9), book(place, 11)
    wrong.mark_entered_in_error(by=None)
    long_ago = "updated_since=2020-01-01T00:00:00Z"
    assert ids(desk.get(APPOINTMENTS)) == [kept.pk]
    named = "status=entered-in-error"
    assert ids(desk.get(f"{APPOINTMENTS}?{named}")) == [wrong.pk]
    told = desk.get(f"{APPOINTMENTS}?{named}&{long_ago}").json()["results"]
    assert {each["id"]: each.get("deleted", False) for each in told} == {
        kept.pk: True,
        wrong.pk: False,
    }


def test_a_visit_that_left_the_filter_is_gone_for_an_app_that_syncs(place, desk):
    appointment = book(place, 9)
    asked = f"{APPOINTMENTS}?status=booked&updated_since=2020-01-01T00:00:00Z"
    assert ids(desk.get(asked)) == [appointment.pk]
    appointment.cancel("Patient is ill", by=None)
    assert desk.get(asked).json()["results"] == [{"id": appointment.pk, "deleted": True}]


def test_holds_are_listed_only_while_they_are_live(place, desk):
    by = place.own()
    said = place.wanted(type_id=online_type().pk, patient_id=None)
    released, run_out, live, confirmed = (
        by.post(f"{APPOINTMENTS}/hold", said | {"starts_at": place.at(hour).isoformat()}).json()
        for hour in (9, 10, 11, 13)
    )
    assert by.post(f"{APPOINTMENTS}/{released['id']}/release").status_code == 200
    assert by.post(f"{APPOINTMENTS}/{confirmed['id']}/confirm", {}).status_code == 200
    assert by.post(f"{APPOINTMENTS}/{confirmed['id']}/cancel", {"reason": "Ill"}).status_code == 200
    past = timezone.now() - timedelta(seconds=1)
    Appointment.objects.filter(pk=run_out["id"]).update(hold_expires_at=past)
    for client in (by, desk):
        assert ids(client.get(APPOINTMENTS)) == [live["id"], confirmed["id"]]
    told = by.get(f"{APPOINTMENTS}?updated_since=2020-01-01T00:00:00Z").json()["results"]
    gone = {each["id"] for each in told if "deleted" in each}
    assert gone == {released["id"], run_out["id"]}
    assert len(told) == 4
    assert "booked" in by.get(f"{APPOINTMENTS}/{live['id']}").json()["next_steps"]
    assert "booked" not in by.get(f"{APPOINTMENTS}/{run_out['id']}").json()["next_steps"]


def test_everybody_sees_their_own_alone(place):
    mine = book(place)
    assert ids(place.own().get(APPOINTMENTS)) == [mine.pk]
    assert ids(place.elsewhere().get(APPOINTMENTS)) == []
    assert place.elsewhere().get(f"{APPOINTMENTS}/{mine.pk}").status_code == 404
    stranger = Place(timezone="America/Denver")
    assert stranger.own().get(f"{APPOINTMENTS}/{mine.pk}").status_code == 404
    place.doctor.user = staff_of(place.facility, "doctor")
    place.doctor.save()
    assert ids(client_of(place.doctor.user).get(APPOINTMENTS)) == [mine.pk]
    assert ids(place.staff("doctor").get(APPOINTMENTS)) == []


def test_an_appointment_is_not_deleted_but_cancelled(place, desk):
    assert desk.delete(f"{APPOINTMENTS}/{book(place).pk}").status_code == 405


def test_one_request_moves_and_describes(place, desk):
    appointment = book(place)
    other = working_doctor(place.facility)
    room = RoomFactory(facility=place.facility)
    answer = changed(
        desk,
        appointment,
        {
            "starts_at": place.at(11).isoformat(),
            "doctor_id": other.pk,
            "room_id": room.pk,
            "reason": "Cough",
            "notes": "Late",
        },
    )
    assert answer.status_code == 200, answer.json()
    body = answer.json()
    assert (body["starts_at"], body["doctor_id"], body["room_id"]) == (
        f"{place.at(11):%Y-%m-%dT%H:%M:%SZ}",
        other.pk,
        room.pk,
    )
    assert (body["reason"], body["notes"], body["version"]) == ("Cough", "Late", 3)
    assert answer["ETag"] == desk.get(f"{APPOINTMENTS}/{appointment.pk}")["ETag"]


def test_where_it_cannot_move_nothing_is_changed_and_alternatives_are_shown(place, desk):
    appointment = book(place)
    book(place, 11, patient=PatientFactory())
    lost = changed(desk, appointment, {"starts_at": place.at(11).isoformat(), "reason": "Cough"})
    assert (lost.status_code, lost.json()["busy"]) == (409, "doctor")
    appointment.refresh_from_db()
    assert (appointment.starts_at, appointment.reason, appointment.version) == (place.at(9), "", 1)
    to = alternative_of(lost)
    assert len(lost.json()["alternatives"]) >= 3
    moved = changed(desk, appointment, to)
    assert moved.status_code == 200, moved.json()


def test_an_alternative_of_a_move_is_taken_as_it_was_answered(place, desk):
    appointment = book(place, type=online_type())
    book(place, 10, patient=PatientFactory())
    lost = changed(desk, appointment, {"starts_at": place.at(10).isoformat()})
    assert lost.status_code == 409, lost.json()
    offered = lost.json()["alternatives"]
    slot = {"facility_timezone": place.facility.timezone, "miles": None}
    assert all(slot.items() <= each.items() for each in offered)
    own = f"{place.at(9):%Y-%m-%dT%H:%M:%SZ}"
    assert own not in [each["starts_at"] for each in offered]
    moved = changed(desk, appointment, offered[0])
    assert moved.status_code == 200, moved.json()
    assert moved.json()["starts_at"] == offered[0]["starts_at"]


def test_a_visit_keeps_its_facility_type_and_length(place, desk):
    appointment = book(place, type=online_type())
    later = {"starts_at": place.at(11).isoformat()}
    for name, value in {
        "facility_id": FacilityFactory().pk,
        "type_id": online_type().pk,
        "ends_at": place.at(12).isoformat(),
    }.items():
        answer = changed(desk, appointment, later | {name: value})
        assert answer.status_code == 400
        (error,) = answer.json()["errors"]
        assert (error["field"], error["code"]) == (name, "not_changeable")
    appointment.refresh_from_db()
    assert appointment.starts_at == place.at(9)


def test_a_change_names_what_it_was_made_from(place, desk):
    appointment = book(place)
    there = f"{APPOINTMENTS}/{appointment.pk}"
    assert desk.patch(there, {"notes": "x"}).json()["code"] == "if_match_required"
    assert changed(desk, appointment, {"notes": "x"}, **{"If-Match": '"old"'}).status_code == 412


def test_who_may_change_what(place):
    appointment = book(place, type=online_type())
    later = {"starts_at": place.at(11).isoformat()}
    place.doctor.user = staff_of(place.facility, "doctor")
    place.doctor.save()
    doctor, nurse = client_of(place.doctor.user), place.staff("nurse")
    assert changed(doctor, appointment, {"notes": "Bring results"}).status_code == 200
    assert changed(doctor, appointment, later).status_code == 403
    assert changed(nurse, appointment, {"notes": "x"}).status_code == 403
    assert changed(nurse, appointment, later).status_code == 403
    own = place.own()
    assert changed(own, appointment, {"notes": "x"}).status_code == 403
    assert changed(own, appointment, later | {"reason": "Cough"}).json()["reason"] == "Cough"
    assert changed(place.elsewhere(), appointment, later, **{"If-Match": "*"}).status_code == 404


def test_it_moves_to_no_doctor_of_another_facility(place, desk):
    both = staff_of(place.facility)
    other = FacilityFactory()
    other.staff.add(both)
    doctor = working_doctor(other)
    answer = changed(client_of(both), book(place), {"doctor_id": doctor.pk})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "doctor_id"


def test_a_move_over_a_taken_time_needs_a_reason_and_the_permission(place, desk):
    appointment = book(place, type=online_type())
    book(place, 11, patient=PatientFactory())
    over = {"starts_at": place.at(11).isoformat(), "override_reason": "Urgent"}
    assert changed(place.own(), appointment, over).status_code == 403
    assert changed(desk, appointment, over).json()["overbook"] == 1


def test_a_patient_does_not_reword_what_is_over_and_history_tells_who_did(place, desk):
    appointment, own = book(place), place.own()
    there = f"{APPOINTMENTS}/{appointment.pk}/history"
    assert changed(own, appointment, {"reason": "Cough"}).status_code == 200
    described = desk.get(there).json()["results"][0]
    by = place.patient.user
    assert (described["kind"], described["by_name"]) == ("described", str(by))
    assert described["words"] == f"Reason or notes changed by {by}."
    appointment.refresh_from_db()
    appointment.cancel("Patient is ill", by=None)
    refused = changed(own, appointment, {"reason": "Other"})
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_status")
    assert changed(desk, appointment, {"reason": "Known"}).status_code == 200
    assert [each["kind"] for each in desk.get(there).json()["results"]] == [
        *("described", "status", "described", "booked")
    ]
    # Other words leave what can be taken back, and what was freed, as it was.
    assert desk.post(f"{APPOINTMENTS}/{appointment.pk}/undo").json()["status"] == "booked"


def test_history_tells_staff_all_and_a_patient_what_and_when(place, desk):
    appointment = book(place)
    appointment.reschedule(starts_at=place.at(11), by=None, override="Urgent")
    there = f"{APPOINTMENTS}/{appointment.pk}/history"
    moved, booked = desk.get(there).json()["results"]
    assert (moved["kind"], moved["reason"]) == ("moved", "Urgent")
    assert moved["words"].startswith("Moved from")
    assert (booked["kind"], booked["to_starts_at"]) == (
        "booked",
        f"{place.at(9):%Y-%m-%dT%H:%M:%SZ}",
    )
    own = place.own().get(there)
    assert "Urgent" not in own.content.decode()
    assert not {"words", "by_name", "reason"} & own.json()["results"][0].keys()
    assert place.elsewhere().get(there).status_code == 404


def test_an_appointment_is_read_as_a_calendar_file(place, desk):
    appointment = book(place)
    there = f"{APPOINTMENTS}/{appointment.pk}/calendar.ics"
    answer = desk.get(there, headers={"Accept": "text/calendar"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert f"UID:appointment-{appointment.pk}@" in answer.content.decode()
    assert str(place.patient) not in answer.content.decode()
    for accepted in ("application/json", "application/json, text/plain, */*"):
        again = desk.get(there, headers={"Accept": accepted})
        assert (again.content, again["Content-Type"]) == (answer.content, answer["Content-Type"])
    assert desk.get(there, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert f"URL:http://testserver/appointments/{appointment.pk}/" in answer.content.decode()
    own = place.own().get(there).content.decode()
    assert f"UID:appointment-{appointment.pk}@" in own
    assert "http" not in own, "Pages of the staff are no patient's."
    lost = place.elsewhere().get(there, headers={"Accept": "text/calendar"})
    assert (lost.status_code, lost.json()["code"]) == (404, "not_found")


def test_what_may_be_done_next_is_for_each_person_their_own(place):
    visit = visit_today()
    desk = client_of(staff_of(visit.facility))
    nurse = client_of(staff_of(visit.facility, "nurse"))
    there = f"{APPOINTMENTS}/{visit.pk}"
    assert desk.get(there).json()["next_steps"] == ["arrived", "checked-in", "cancelled"]
    assert nurse.get(there).json()["next_steps"] == ["arrived", "checked-in"]
    assert Appointment.objects.get().status == "booked"
