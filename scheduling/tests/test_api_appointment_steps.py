"""The steps of a visit over the API, and holds."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.clients import client_of
from accounts.tests.factories import UserFactory
from facilities.tests.api import current
from facilities.tests.factories import staff_of
from patients.tests.factories import PatientFactory
from scheduling.api.appointments import steps
from scheduling.api.appointments.steps import Step
from scheduling.models import Appointment
from scheduling.permissions import STEP
from scheduling.status import Status
from scheduling.tests.api import APPOINTMENTS, Place, online_type
from scheduling.tests.factories import AppointmentFactory, in_days, visit_today

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit():
    return visit_today()


def there(visit, step=""):
    return f"{APPOINTMENTS}/{visit.pk}{step and '/'}{step}"


def as_role(visit, role):
    user = staff_of(visit.facility, role)
    if role == "doctor":
        visit.doctor.user = user
        visit.doctor.save()
    if role == "patient":
        visit.patient.user = user
        visit.patient.save()
    return client_of(user)


STEPS = {
    "arrive": ("arrived", {"receptionist", "nurse", "doctor", "admin"}),
    "check-in": ("checked-in", {"receptionist", "nurse", "doctor", "admin"}),
    "fulfil": ("fulfilled", {"receptionist", "doctor", "admin"}),
    "noshow": ("noshow", {"receptionist", "doctor", "admin"}),
    "cancel": ("cancelled", {"receptionist", "patient", "admin"}),
    "entered-in-error": ("entered-in-error", {"admin"}),
}


def take(client, visit, step, **headers):
    said = {"reason": "Patient is ill"} if step == "cancel" else {}
    return client.post(there(visit, step), said, headers=headers)


def made_ready(visit, step):
    """Let the visit be where this step is the next, whatever the time of day."""
    if step == "fulfil":
        visit.mark_arrived(by=None)
    if step == "noshow":
        Appointment.objects.filter(pk=visit.pk).update(
            starts_at=timezone.now() - timedelta(minutes=10), ends_at=timezone.now()
        )


@pytest.mark.parametrize("role", ["admin", "receptionist", "doctor", "nurse", "patient"])
@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_for_those_who_may_take_it(visit, step, role):
    status, who = STEPS[step]
    client = as_role(visit, role)
    made_ready(visit, step)
    answer = take(client, visit, step)
    assert answer.status_code == (200 if role in who else 403), answer.json()
    if role in who:
        assert answer.json()["status"] == status
        assert answer["ETag"] == client.get(there(visit))["ETag"]
        assert visit.events.first().by.role == role


@pytest.mark.parametrize("step", STEPS)
def test_what_is_not_seen_takes_no_step(visit, step):
    admin, elsewhere = client_of(UserFactory(role="admin")), Place().staff()
    assert admin.post(f"{APPOINTMENTS}/999999/{step}", {"reason": "x"}).status_code == 404
    if step != "entered-in-error":
        assert take(elsewhere, visit, step).status_code == 404


def test_a_step_that_does_not_follow_is_a_conflict(visit):
    desk = as_role(visit, "receptionist")
    refused = take(desk, visit, "fulfil")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_status")
    early = AppointmentFactory()
    refused = take(as_role(early, "receptionist"), early, "arrive")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_today")


def test_a_step_may_name_what_it_was_decided_on(visit):
    desk = as_role(visit, "receptionist")
    seen = desk.get(there(visit))["ETag"]
    assert take(desk, visit, "arrive", **{"If-Match": seen}).status_code == 200
    stale = take(desk, visit, "check-in", **{"If-Match": seen})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")


def test_a_cancellation_says_why(visit):
    desk = as_role(visit, "receptionist")
    assert desk.post(there(visit, "cancel"), {}).json()["errors"][0]["field"] == "reason"
    body = take(desk, visit, "cancel").json()
    assert (body["status"], body["cancel_reason"]) == ("cancelled", "Patient is ill")


def test_a_step_sent_twice_with_one_key_is_taken_once(visit):
    desk, key = as_role(visit, "receptionist"), {"Idempotency-Key": "one"}
    first, second = (take(desk, visit, "arrive", **key) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert second["Idempotent-Replayed"] == "true"


def test_the_last_step_is_taken_back_by_who_may_take_it(visit):
    desk, nurse = as_role(visit, "receptionist"), as_role(visit, "nurse")
    take(desk, visit, "cancel")
    assert nurse.post(there(visit, "undo")).status_code == 403
    assert desk.post(there(visit, "undo")).json()["status"] == "booked"
    nothing = desk.post(there(visit, "undo"))
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_undo")
    assert Place().staff().post(there(visit, "undo")).status_code == 404


def test_why_a_visit_was_cancelled_is_told_to_the_staff_alone(visit):
    own, nurse = as_role(visit, "patient"), as_role(visit, "nurse")
    take(as_role(visit, "receptionist"), visit, "cancel")
    assert nurse.get(there(visit)).json()["cancel_reason"] == "Patient is ill"
    for path in (there(visit), there(visit, "history"), APPOINTMENTS):
        answer = own.get(path)
        assert answer.status_code == 200
        assert "Patient is ill" not in answer.content.decode()


def test_a_patient_takes_back_only_what_they_did_themselves():
    place, kind = Place(), online_type()
    own, desk = place.own(), place.staff()
    booked = own.post(APPOINTMENTS, place.wanted(patient_id=None, type_id=kind.pk))
    visit = Appointment.objects.get(pk=booked.json()["id"])
    take(desk, visit, "cancel")
    refused = own.post(there(visit, "undo"))
    assert (refused.status_code, refused.json()["code"]) == (409, "not_yours")
    assert desk.get(there(visit)).json()["status"] == "cancelled"
    desk.post(there(visit, "undo"))
    visit.reschedule(starts_at=place.at(11), by=None)
    assert own.post(there(visit, "undo")).json()["code"] == "not_yours"
    take(own, visit, "cancel")
    assert own.post(there(visit, "undo")).json()["status"] == "booked"


def test_a_patient_takes_nothing_back_to_a_time_that_is_not_booked_online():
    place, kind = Place(), online_type(minimum_notice_minutes=60 * 24 * 3)
    own = place.own()
    untyped, soon = (
        AppointmentFactory(**{name: vars(place)[name] for name in ("facility", "doctor", "patient")}
                           | {"type": each, "starts_at": place.at(hour)})
        for each, hour in ((None, 9), (kind, 11))
    )  # fmt: skip
    for visit, code in ((untyped, "not_online"), (soon, "too_soon")):
        take(own, visit, "cancel")
        refused = own.post(there(visit, "undo"))
        assert (refused.status_code, refused.json()["code"]) == (400, code)
        visit.refresh_from_db()
        assert visit.status == "cancelled"


def test_a_patient_who_has_arrived_cancels_at_the_desk(visit):
    own, desk = as_role(visit, "patient"), as_role(visit, "receptionist")
    assert own.get(there(visit)).json()["next_steps"] == ["cancelled"]
    take(desk, visit, "arrive")
    assert own.get(there(visit)).json()["next_steps"] == []
    refused = take(own, visit, "cancel").json()
    assert (refused["status"], refused["code"]) == (409, "wrong_status")
    assert refused["detail"] == "You have arrived, and cancel here no more. Talk to the desk."
    assert take(desk, visit, "cancel").json()["status"] == "cancelled"


def test_a_patient_who_has_arrived_moves_the_visit_at_the_desk(visit):
    own, desk = as_role(visit, "patient"), as_role(visit, "receptionist")
    assert own.get(there(visit)).json()["is_movable"] is True
    take(desk, visit, "arrive")
    shown = own.get(there(visit))
    assert shown.json()["is_movable"] is False
    assert desk.get(there(visit)).json()["is_movable"] is True
    later = {"starts_at": in_days(1, 9, facility=visit.facility).isoformat()}
    refused = own.patch(there(visit), later, headers={"If-Match": shown["ETag"]}).json()
    assert (refused["status"], refused["code"]) == (409, "not_movable")
    assert (
        refused["detail"] == "You have arrived, and move the visit here no more. Talk to the desk."
    )
    moved = desk.patch(there(visit), later, headers=current(desk, there(visit)))
    assert moved.status_code == 200, moved.json()


def test_a_visit_that_is_deleted_while_it_is_answered_is_not_found(visit, monkeypatch):
    desk = as_role(visit, "receptionist")

    def delete(row, **by):
        row.events.all().delete()
        Appointment.objects.filter(pk=row.pk).delete()

    step = Step(delete, STEP[Status.ARRIVED])
    monkeypatch.setitem(steps.STEPS, Status.ARRIVED, step)
    assert take(desk, visit, "arrive").status_code == 404


def test_a_status_is_set_as_its_action_sets_it(visit):
    desk, nurse = as_role(visit, "receptionist"), as_role(visit, "nurse")

    def patch(client, said):
        headers = {"If-Match": client.get(there(visit))["ETag"]}
        return client.patch(there(visit, "status"), said, headers=headers)

    assert patch(nurse, {"status": "arrived"}).json()["status"] == "arrived"
    assert patch(nurse, {"status": "fulfilled"}).status_code == 403
    assert patch(desk, {"status": "cancelled"}).json()["errors"][0]["code"] == "no_reason"
    body = patch(desk, {"status": "cancelled", "reason": "Patient is ill"}).json()
    assert (body["status"], body["cancel_reason"]) == ("cancelled", "Patient is ill")
    assert patch(desk, {"status": "fulfilled"}).json()["code"] == "wrong_status"
    assert patch(desk, {"status": "pending"}).json()["errors"][0]["field"] == "status"
    assert desk.patch(there(visit, "status"), {"status": "arrived"}).status_code == 428


@pytest.fixture
def place():
    return Place()


def hold(client, place, hour=9, **said):
    return client.post(f"{APPOINTMENTS}/hold", place.wanted(hour, patient_id=None, **said))


def test_a_time_is_held_for_nobody_yet_and_then_confirmed(place):
    desk, other = place.staff(), place.staff()
    held = hold(desk, place)
    assert held.status_code == 201, held.json()
    body = held.json()
    assert (body["status"], body["patient_id"], body["patient_name"]) == ("pending", None, None)
    assert body["hold_expires_at"]
    assert body["next_steps"] == ["booked", "cancelled"]
    assert hold(desk, place).json()["id"] == body["id"]
    refused = other.post(APPOINTMENTS, place.wanted())
    assert (refused.status_code, refused.json()["busy"]) == (409, "doctor")
    assert other.get(held["Location"]).json()["next_steps"] == []
    confirm = f"{held['Location']}/confirm"
    theirs = other.post(confirm, {"patient_id": place.patient.pk})
    assert (theirs.status_code, theirs.json()["code"]) == (409, "held_by_other")
    assert desk.post(confirm, {}).json()["errors"][0]["field"] == "patient_id"
    done = desk.post(confirm, {"patient_id": place.patient.pk, "duration_minutes": 45})
    assert (done.json()["status"], done.json()["duration_minutes"]) == ("booked", 45)
    again = desk.post(confirm, {"patient_id": place.patient.pk})
    assert (again.status_code, again.json()["code"]) == (409, "already_booked")
    assert again.json()["appointment_id"] == body["id"]
    late = other.post(confirm, {"patient_id": place.patient.pk})
    assert (late.status_code, late.json()["code"]) == (409, "hold_lost")
    assert "appointment_id" not in late.json()


def test_a_hold_keeps_its_type_when_it_is_confirmed(place):
    kind = online_type(duration_minutes=45)
    desk = place.staff()
    held = hold(desk, place, type_id=kind.pk)
    done = desk.post(f"{held['Location']}/confirm", {"patient_id": place.patient.pk})
    assert (done.json()["type_id"], done.json()["duration_minutes"]) == (kind.pk, 45)


def test_a_hold_never_stands_in_its_own_holders_way(place):
    desk = place.staff()
    held = hold(desk, place)
    booked = desk.post(APPOINTMENTS, place.wanted(), headers={"Idempotency-Key": "k"})
    assert booked.status_code == 201, booked.json()
    assert booked.json()["id"] == held.json()["id"]
    assert booked.json()["status"] == "booked"


def test_a_hold_is_given_up_by_its_holder_alone(place):
    desk, other = place.staff(), place.staff()
    held = hold(desk, place)
    release = f"{held['Location']}/release"
    assert other.post(release).json()["code"] == "held_by_other"
    assert place.elsewhere().post(release).status_code == 404
    assert desk.post(release).json()["status"] == "cancelled"
    assert desk.post(release).json()["code"] == "hold_lost"
    assert other.post(APPOINTMENTS, place.wanted()).status_code == 201


def test_a_patient_holds_and_confirms_for_themselves(place):
    kind, own = online_type(), place.own()
    assert hold(own, place).json()["code"] == "not_online"
    held = hold(own, place, type_id=kind.pk)
    assert (held.status_code, held.json()["patient_id"]) == (201, place.patient.pk)
    another = own.post(f"{held['Location']}/confirm", {"patient_id": PatientFactory().pk})
    assert another.json()["errors"][0]["field"] == "patient_id"
    done = own.post(f"{held['Location']}/confirm", {"reason": "Cough"})
    assert (done.json()["status"], done.json()["reason"]) == ("booked", "Cough")


def test_a_time_that_is_taken_is_not_held(place):
    AppointmentFactory(facility=place.facility, doctor=place.doctor, starts_at=place.at(9))
    lost = hold(place.staff(), place)
    assert lost.status_code == 409
    assert len(lost.json()["alternatives"]) >= 3


@pytest.mark.parametrize("role", ["nurse", "doctor"])
def test_who_may_not_book_may_not_hold(place, role):
    assert hold(place.staff(role), place).status_code == 403


def test_a_hold_has_no_calendar_file(place):
    desk = place.staff()
    assert desk.get(f"{hold(desk, place)['Location']}/calendar.ics").status_code == 404
