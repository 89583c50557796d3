"""Waitlist, series, registrations and the visits of an absence by the API are in the access log."""

import pytest

from audit.models import AccessEvent
from facilities.tests.api import api
from facilities.tests.factories import FacilityFactory, staff_of
from patients.tests.factories import PatientFactory, RegistrationFactory
from scheduling.models import TimeOff
from scheduling.tests.api import V1, Place
from scheduling.tests.factories import AppointmentFactory, WaitlistEntryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return Place()


@pytest.fixture
def desk(place):
    return place.staff()


def logged():
    return list(AccessEvent.objects.order_by("pk").values_list("what", "patient_id"))


def test_the_waitlist_is(place, desk):
    entry = WaitlistEntryFactory(patient=place.patient, facility=place.facility)
    assert desk.get(f"{V1}/waitlist").status_code == 200
    assert desk.get(f"{V1}/waitlist/{entry.pk}").status_code == 200
    assert logged() == [("waitlist", place.patient.pk)] * 2
    gone = desk.post(f"{V1}/waitlist/{entry.pk}/remove", {"reason": "Moved away"})
    assert gone.status_code == 200
    assert logged()[2:] == [("waitlist", place.patient.pk)]


def test_a_series_is(place, desk):
    made = desk.post(f"{V1}/series", place.wanted(count=2))
    assert made.status_code == 201, made.json()
    desk.get(f"{V1}/series")
    assert logged() == [("series", place.patient.pk)] * 2


def test_what_an_absence_affects_is(place, desk):
    visit = AppointmentFactory(
        facility=place.facility, doctor=place.doctor, patient=place.patient, starts_at=place.at(9)
    )
    away = TimeOff.objects.create(
        doctor=place.doctor, starts_at=visit.starts_at, ends_at=visit.ends_at
    )
    there = f"{V1}/doctors/{place.doctor.pk}/time-off"
    assert desk.get(f"{there}/{away.pk}").status_code == 200
    assert logged() == []
    assert desk.get(f"{there}/{away.pk}/affected").status_code == 200
    assert logged() == [("appointment list", place.patient.pk)]


def test_the_record_beside_a_registration_is():
    facility = FacilityFactory()
    known = PatientFactory(facility=facility)
    waits = RegistrationFactory(facility=facility, candidate=known)
    RegistrationFactory(facility=facility)
    desk = api(staff_of(facility))
    assert desk.get(f"{V1}/registrations").json()["count"] == 2
    assert desk.get(f"{V1}/registrations/{waits.pk}").status_code == 200
    assert logged() == [("registration", known.pk)] * 2


def test_elsewhere_nobody_is_shown(place):
    entry = WaitlistEntryFactory(patient=place.patient, facility=place.facility)
    assert place.elsewhere().get(f"{V1}/waitlist/{entry.pk}").status_code == 404
    assert logged() == []
