"""A button that is pressed twice books once; what somebody else has booked is told as theirs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from facilities.models import Doctor, Facility
from facilities.tests.factories import RoomFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.factories import early_facility, in_days, working_doctor

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def facility() -> Facility:
    return early_facility()


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility)


@pytest.fixture
def ann(facility: Facility) -> Any:
    return staff_of(facility, full_name="Ann Reed")


@pytest.fixture
def ben(client: Client, facility: Facility) -> Any:
    """Return a colleague, who is at the desk."""
    user = staff_of(facility, full_name="Ben Ode")
    client.force_login(user)
    return user


@pytest.fixture
def patient(facility: Facility) -> Patient:
    return PatientFactory(given_name="Maria", family_name="Lopez", facility=facility)


def nine(doctor: Doctor, facility: Facility, patient: Patient, by: Any) -> dict[str, Any]:
    at = in_days(0, 9, facility=facility)
    return {"doctor": doctor, "facility": facility, "starts_at": at, "patient": patient, "by": by}


def iso(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def book(client: Client, doctor: Doctor, patient: Patient, **typed: Any) -> Any:
    facility = doctor.facilities.get()
    sent = {"doctor": doctor.pk, "starts_at": iso(in_days(0, 9, facility=facility))}
    sent |= {"patient": patient.pk, "book": 1}
    return client.post(f"/facilities/{facility.pk}/book/", sent | typed, headers=HTMX)


def walk_in(client: Client, doctor: Doctor, patient: Patient, **typed: Any) -> Any:
    facility = doctor.facilities.get()
    sent = {"pick": patient.pk} | typed
    return client.post(f"/facilities/{facility.pk}/walk-in/", sent, headers=HTMX)


def long_ago(visit: Appointment) -> None:
    visit.events.update(at=timezone.now() - timedelta(minutes=3))


def test_the_same_press_answers_as_the_first_one(client, ben, doctor, patient):
    typed = {"reason": "Cough", "notes": "Bring papers\r\nRing"}
    for _ in range(2):
        page = book(client, doctor, patient, **typed)
        assert page.status_code == 200
        assert "Booked: Maria Lopez, " in page.content.decode()
    assert Appointment.objects.get().created_by == ben


def test_so_it_does_where_the_time_was_held(client, ben, doctor, patient, facility):
    Appointment.objects.hold(now=timezone.now(), **nine(doctor, facility, None, ben))
    assert [book(client, doctor, patient).status_code for _ in range(2)] == [200, 200]
    assert Appointment.objects.get().status == "booked"


def test_a_time_that_is_only_held_for_the_patient_is_not_booked(
    client, ann, ben, doctor, patient, facility
):
    Appointment.objects.hold(now=timezone.now(), **nine(doctor, facility, patient, ann))
    page = book(client, doctor, patient, notes="Ring bell")
    content = page.content.decode()
    assert page.status_code == 409
    assert "Booked:" not in content
    assert "holds this time until" in content
    assert "Ring bell" in content


def test_what_a_colleague_has_booked_is_named_and_nothing_typed_is_lost(
    client, ann, ben, doctor, patient, facility
):
    visit = Appointment.objects.book(**nine(doctor, facility, patient, ann))
    page = book(client, doctor, patient, notes="Ring bell")
    content = page.content.decode()
    assert page.status_code == 409
    assert "Maria Lopez is booked for this time already, by Ann Reed" in content
    assert "Ring bell" in content
    assert "take-back" not in content
    visit.refresh_from_db()
    assert (visit.status, visit.notes) == ("booked", "")


@pytest.mark.parametrize("what", ["other words", "another room", "long ago"])
def test_what_is_no_second_press_is_no_success(client, ben, doctor, patient, facility, what):
    typed = {"reason": "Cough"}
    book(client, doctor, patient, **typed)
    if what == "other words":
        typed = {"reason": "Fever"}
    elif what == "another room":
        typed["room"] = RoomFactory(facility=facility).pk
    else:
        long_ago(Appointment.objects.get())
    page = book(client, doctor, patient, **typed)
    assert page.status_code == 409
    assert "booked for this time already, by Ben Ode" in page.content.decode()
    assert Appointment.objects.get().reason == "Cough"


def test_a_second_press_for_a_walk_in_books_no_other_time(client, ben, doctor, patient):
    for _ in range(2):
        page = walk_in(client, doctor, patient, reason="Cut finger")
        assert "Walk-in booked and arrived: Maria Lopez, 8:00 AM" in page.content.decode()
    assert Appointment.objects.count() == 1


def test_a_refused_walk_in_does_not_answer_with_the_visit_of_before(
    client, ben, doctor, patient, facility
):
    eight = f"{doctor.pk}|{iso(in_days(0, 8, facility=facility))}"
    walk_in(client, doctor, patient, time=eight)
    long_ago(Appointment.objects.get())
    page = walk_in(client, doctor, patient, time=eight)
    content = page.content.decode()
    assert page.status_code == 409
    assert "Walk-in booked" not in content
    assert "take-back" not in content
    assert Appointment.objects.count() == 1


def test_a_colleague_s_walk_in_is_not_one_s_own(client, ann, ben, doctor, patient, facility):
    client.force_login(ann)
    eight = f"{doctor.pk}|{iso(in_days(0, 8, facility=facility))}"
    walk_in(client, doctor, patient, time=eight)
    client.force_login(ben)
    page = walk_in(client, doctor, patient, time=eight)
    assert page.status_code == 409
    assert "take-back" not in page.content.decode()
