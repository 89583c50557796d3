"""The clinic works as the role that may change no table and no log."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from accounts.tests.clients import sign_in
from accounts.tests.factories import UserFactory
from audit.models import AccessEvent
from audit.verifying import verify
from facilities.tests.api import api
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient, PatientMerge
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_app(db) -> None:
    app, auditor = (f"{connection.settings_dict['NAME']}_{role}" for role in ("app", "auditor"))
    call_command("create_database_roles", "--app", app, "--auditor", auditor)
    with connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{app}"')


@pytest.fixture
def facility():
    return FacilityFactory()


def test_the_desk_books_moves_and_cancels(facility, client):
    visit = AppointmentFactory(facility=facility)
    client.force_login(staff_of(facility))
    assert client.get(reverse("scheduling:board", args=[facility.pk])).status_code == 200
    assert client.get(visit.get_absolute_url()).status_code == 200
    visit.cancel("The patient asked.", by=None, version=visit.version)
    assert Appointment.objects.get(pk=visit.pk).status == "cancelled"


def test_patients_are_registered_merged_and_read(facility, client):
    desk = api(staff_of(facility))
    who = {"given_name": "Ruben", "family_name": "Oakmere", "date_of_birth": "1990-06-01"}
    made = desk.post(
        "/api/v1/patients",
        who | {"facility_id": facility.pk},
        headers={"idempotency-key": "one"},
    )
    assert made.status_code == 201, made.json()
    double = PatientFactory(given_name="Ruben", family_name="Oakmere")
    kept = Patient.objects.get(pk=made.json()["id"])
    Patient.objects.filter(pk=double.pk).update(date_of_birth=kept.date_of_birth)
    PatientMerge.objects.merge(double, into=kept, by=None)
    client.force_login(staff_of(facility))
    assert client.get(f"/patients/{made.json()['id']}/").status_code == 200
    assert AccessEvent.objects.count() == 2
    assert verify().head.position == 2


def test_people_sign_in(facility):
    assert sign_in(staff_of(facility))["access"]


def test_the_admin_and_the_health_check_work(client):
    client.force_login(UserFactory(role="admin"))
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/patients/patient/").status_code == 200
    assert client.get("/health/ready").status_code == 200


def test_what_runs_every_hour_runs():
    call_command("forget_expired")
    call_command("extend_free_time")
