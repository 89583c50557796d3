"""The admin begins with where the clinic stands today, and with what to do first."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from clinic import today
from clinic.tests.admin_world import populate
from facilities.tests.factories import FacilityFactory
from patients.tests.factories import PatientFactory, RegistrationFactory
from scheduling.models import Closure, FreeTimeHorizon, TimeOff
from scheduling.tests.factories import (
    AppointmentFactory,
    WaitlistEntryFactory,
    early_facility,
    visit_today,
    working_doctor,
)
from scheduling.tests.raw import doctors_who_had_left

pytestmark = pytest.mark.django_db

INDEX = reverse("admin:index")


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(UserFactory(role="admin"))
    return client


def at(facility):
    return {each.facility: each for each in today.figures(timezone.now())}[facility]


def test_visits_count_on_the_facilitys_own_day() -> None:
    facility = early_facility()
    booked, arrived = visit_today(facility=facility), visit_today(facility=facility)
    AppointmentFactory(facility=facility, doctor=booked.doctor)
    arrived.mark_arrived(by=None)
    found = at(facility)
    assert (found.booked, found.arrived, found.missed) == (1, 1, 0)
    assert found.day == timezone.now().astimezone(facility.tz).date()


def test_who_did_not_come_is_counted() -> None:
    facility = early_facility()
    visit = visit_today(facility=facility)
    visit.mark_noshow(by=None, now=visit.starts_at + timedelta(minutes=1))
    assert (at(facility).booked, at(facility).missed) == (0, 1)


def test_free_time_is_what_can_still_be_booked_today() -> None:
    facility = early_facility()
    working_doctor(facility)
    assert at(facility).free is None
    FreeTimeHorizon.extend(timezone.now().date())
    assert at(facility).free == timedelta(hours=10)
    visit_today(facility=facility, doctor=facility.doctors.get())
    assert at(facility).free == timedelta(hours=9.5)
    with doctors_who_had_left():
        facility.doctors.update(is_active=False)
    assert at(facility).free == timedelta()


def test_a_visit_in_an_absence_counts_once_until_it_is_moved() -> None:
    facility, other = early_facility(), FacilityFactory()
    visit = AppointmentFactory(facility=facility)
    period = {"starts_at": visit.starts_at, "ends_at": visit.ends_at}
    assert at(facility).to_move == 0
    TimeOff.objects.create(doctor=visit.doctor, **period)
    Closure.objects.create(facility=facility, **period)
    assert (at(facility).to_move, at(other).to_move) == (1, 0)
    visit.cancel("Closed", by=None)
    assert at(facility).to_move == 0


def test_whoever_waits_is_counted_where_they_wait() -> None:
    facility, other = FacilityFactory(), FacilityFactory()
    WaitlistEntryFactory(facility=facility)
    WaitlistEntryFactory(specialization="Cardiology")
    RegistrationFactory(facility=None, candidate=PatientFactory(facility=facility))
    RegistrationFactory(facility=None, candidate=None)
    assert (at(facility).waiting, at(facility).registrations) == (1, 1)
    assert (at(other).waiting, at(other).registrations) == (0, 0)
    nowhere = today.settled(UserFactory())
    assert (nowhere.waiting, nowhere.registrations) == (1, 1)


def test_the_page_leads_to_where_one_acts(administrator: Client) -> None:
    visit = visit_today()
    page = administrator.get(INDEX).content.decode()
    for address in (
        reverse("scheduling:board", args=[visit.facility.pk]),
        reverse("scheduling:list", args=[visit.facility.pk]),
        reverse("scheduling:waitlist"),
        reverse("scheduling:absences"),
        reverse("admin:facilities_facility_change", args=[visit.facility.pk]),
        reverse("scheduling:desk"),
    ):
        assert f'href="{address}"' in page
    assert "1 visit still to come at" in page


def test_an_empty_clinic_says_what_to_do_first(administrator: Client) -> None:
    page = administrator.get(INDEX).content.decode()
    assert "Before the first booking" in page
    assert "By facility" not in page
    assert f'href="{reverse("admin:facilities_facility_add")}">Add a facility' in page
    FacilityFactory()
    page = administrator.get(INDEX).content.decode()
    assert "<s>Add a facility" in page
    assert "By facility" in page


def test_a_clinic_that_is_set_up_is_not_told_how(administrator: Client) -> None:
    populate(1)
    assert "Before the first booking" not in administrator.get(INDEX).content.decode()


def test_the_page_asks_eight_statements_at_most_however_many_facilities(
    administrator: Client,
) -> None:
    populate(1)
    administrator.get(INDEX)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            administrator.get(INDEX)
        counts.append(len(asked))
        populate(3)
        visit_today()
    assert counts[0] == counts[1] <= 8
