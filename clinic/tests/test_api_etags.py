"""What a change is compared by, and what only a copy is compared by."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from facilities.models import Facility
from facilities.tests.api import api
from facilities.tests.factories import FacilityFactory
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, TimeOff
from scheduling.tests.api import APPOINTMENTS, V1, Place
from scheduling.tests.factories import AppointmentFactory

pytestmark = pytest.mark.django_db


def is_noticed_and_refuses_nothing(client, there, read, change):
    """Check that what was `read` before something beside it changed can be changed, and is old."""
    again = client.get(there, headers={"If-None-Match": read["ETag"]})
    assert again.status_code == 200
    assert again.json() != read.json()
    assert again["ETag"] != read["ETag"]
    changed = client.patch(there, change, headers={"If-Match": read["ETag"]})
    assert changed.status_code == 200, changed.json()
    assert client.get(there, headers={"If-None-Match": changed["ETag"]}).status_code == 304
    stale = client.patch(there, change, headers={"If-Match": read["ETag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")


def test_a_facility_can_be_changed_after_a_patient_has_registered():
    facility, admin = FacilityFactory(capacity=1), api()
    there = f"{V1}/facilities/{facility.pk}"
    read = admin.get(there)
    PatientFactory(facility=facility)
    assert Facility.objects.get().registered_count == 1
    is_noticed_and_refuses_nothing(admin, there, read, {"city": "Omaha"})


def test_an_account_can_be_changed_after_its_person_has_signed_in():
    user, admin = UserFactory(), api()
    there = f"{V1}/users/{user.pk}"
    read = admin.get(there)
    User.objects.filter(pk=user.pk).update(last_login=timezone.now())
    is_noticed_and_refuses_nothing(admin, there, read, {"full_name": "Nora Field"})


def test_time_off_can_be_changed_after_a_visit_in_it_was_booked_or_moved():
    place = Place()
    desk = place.staff()
    times = {"facility": place.facility, "doctor": place.doctor, "starts_at": place.at(9)}
    visit = AppointmentFactory(**times)
    absence = TimeOff.objects.create(
        doctor=place.doctor, starts_at=place.at(8), ends_at=place.at(12), reason="Course"
    )
    there = f"{V1}/doctors/{place.doctor.pk}/time-off/{absence.pk}"
    read = desk.get(there)
    assert read.json()["appointments_to_move"] == 1
    visit.cancel("Ill", by=None)
    is_noticed_and_refuses_nothing(desk, there, read, {"reason": "Leave"})


def test_a_visit_can_be_described_after_the_clock_has_opened_a_step(monkeypatch):
    place = Place()
    desk = place.staff()
    visit = AppointmentFactory(
        facility=place.facility, doctor=place.doctor, patient=place.patient, starts_at=place.at(9)
    )
    there = f"{APPOINTMENTS}/{visit.pk}"
    read = desk.get(there)
    later = visit.starts_at + timedelta(minutes=30)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert desk.get(there).json()["next_steps"] != read.json()["next_steps"]
    is_noticed_and_refuses_nothing(desk, there, read, {"reason": "A cough"})
    assert Appointment.objects.get().reason == "A cough"
