"""Booking for oneself over the API."""

import pytest
from django.utils import timezone

from accounts.tests.factories import UserFactory
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.api import (
    APPOINTMENTS,
    Place,
    alternative_of,
    client_of,
    online_type,
)
from scheduling.tests.factories import AppointmentTypeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return Place()


def test_a_patient_books_an_online_type_for_themselves(place):
    own, kind = place.own(), online_type()
    made = own.post(APPOINTMENTS, place.wanted(patient_id=None, type_id=kind.pk, reason="Cough"))
    assert made.status_code == 201, made.json()
    body = made.json()
    assert (body["patient_id"], body["source"]) == (place.patient.pk, "online")
    assert not {"notes", "override_reason", "overbook", "created_by"} & body.keys()
    assert body["next_steps"] == ["cancelled"]
    assert own.get(made["Location"]).json() == body


def test_a_patient_books_nothing_that_is_not_online_and_for_nobody_else(place):
    own, desk_only, kind = place.own(), AppointmentTypeFactory(), online_type(duration_minutes=20)
    said = place.wanted(patient_id=None)
    untyped = own.post(APPOINTMENTS, said)
    assert (untyped.status_code, untyped.json()["code"]) == (400, "not_online")
    hidden = own.post(APPOINTMENTS, said | {"type_id": desk_only.pk})
    assert hidden.json()["errors"][0]["field"] == "type_id"
    longer = own.post(APPOINTMENTS, said | {"type_id": kind.pk, "duration_minutes": 700})
    assert (longer.status_code, longer.json()["code"]) == (400, "length")
    for_another = said | {"type_id": kind.pk, "patient_id": PatientFactory().pk}
    assert own.post(APPOINTMENTS, for_another).json()["errors"][0]["field"] == "patient_id"
    assert not Appointment.objects.exists()


def test_the_notes_are_the_desks(place):
    own, kind = place.own(), online_type()
    said = place.wanted(patient_id=None, type_id=kind.pk)
    booked = own.post(APPOINTMENTS, said | {"notes": "VIP"})
    held = own.post(f"{APPOINTMENTS}/hold", said)
    confirmed = own.post(f"{held['Location']}/confirm", {"notes": "VIP"})
    for refused in (booked, confirmed):
        assert refused.status_code == 400
        (error,) = refused.json()["errors"]
        assert (error["field"], error["code"]) == ("notes", "desk_only")
    visit = Appointment.objects.get()
    assert (visit.status, visit.notes) == ("pending", "")


def test_an_account_without_a_patient_record_is_told_so(place):
    answer = client_of(UserFactory(role="patient")).post(
        APPOINTMENTS, place.wanted(patient_id=None, type_id=online_type().pk)
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "no_patient_record")


def test_a_patient_is_offered_only_what_they_may_book_online(place):
    kind = online_type(minimum_notice_minutes=60 * 24 * 3, bookable_days_ahead=5)
    own = place.own()
    soon = own.post(APPOINTMENTS, place.wanted(patient_id=None, type_id=kind.pk))
    assert (soon.status_code, soon.json()["code"]) == (400, "too_soon")
    window = kind.online_window(timezone.now())
    offered = [each["starts_at"] for each in soon.json()["alternatives"]]
    assert len(offered) >= 3
    assert all(window.starts_at.isoformat() <= at.replace("Z", "+00:00") for at in offered)
    assert own.post(APPOINTMENTS, alternative_of(soon)).status_code == 201
