"""What cannot be heeded is refused by name: nothing that is said is dropped in silence."""

import pytest

from facilities.tests.api import current
from scheduling.tests.api import APPOINTMENTS, V1, Place, known_ahead, online_type
from scheduling.tests.factories import AppointmentFactory, visit_today

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return Place()


@pytest.fixture
def visit(place):
    return AppointmentFactory(
        facility=place.facility, doctor=place.doctor, patient=place.patient, starts_at=place.at(9)
    )


def refused(answer) -> list[str]:
    """Return the fields that were refused."""
    assert answer.status_code == 400, answer.json()
    return [each["field"] for each in answer.json()["errors"]]


@pytest.mark.parametrize("words", [{}, {"reason": "Cough"}])
def test_a_reason_to_override_needs_something_to_override(place, visit, words):
    desk, there = place.staff(), f"{APPOINTMENTS}/{visit.pk}"
    said = words | {"override_reason": "Urgent"}
    assert refused(desk.patch(there, said, headers=current(desk, there))) == ["override_reason"]
    moved = said | {"starts_at": place.at(6).isoformat()}
    assert desk.patch(there, moved, headers=current(desk, there)).status_code == 200


def test_a_reason_belongs_to_a_cancellation():
    visit = visit_today()
    place = Place()
    desk, there = place.staff("admin"), f"{APPOINTMENTS}/{visit.pk}"
    said, seen = {"status": "arrived", "reason": "Was early"}, current(desk, there)
    assert refused(desk.patch(f"{there}/status", said, headers=seen)) == ["reason"]
    visit.refresh_from_db()
    assert visit.status == "booked"
    said = {"status": "cancelled", "reason": "Was early"}
    assert desk.patch(f"{there}/status", said, headers=seen).status_code == 200


def test_a_patient_searches_by_the_length_of_the_type_alone(place):
    known_ahead()
    kind, own, desk = online_type(duration_minutes=30), place.own(), place.staff()

    def slots(client, minutes):
        asked = {"type": kind.pk, "duration_minutes": minutes, "limit": 1}
        return client.get(f"{V1}/slots", asked)

    assert refused(slots(own, 60)) == ["duration_minutes"]
    assert slots(own, 30).status_code == slots(desk, 60).status_code == 200
