"""Who closes a record and opens it again: the desk, in the browser as by the API."""

import pytest
from django.test import Client
from django.urls import reverse

from facilities.tests.api import api, current
from facilities.tests.factories import FacilityFactory, staff_of
from patients.forms import PatientForm
from patients.tests.factories import PatientFactory
from patients.tests.test_forms import posted

pytestmark = pytest.mark.django_db

ROLES = {"admin": True, "receptionist": True, "doctor": False, "nurse": False}
by_role = pytest.mark.parametrize(("role", "may"), ROLES.items(), ids=ROLES)
either_way = pytest.mark.parametrize("is_active", [True, False], ids=["open", "closed"])


@pytest.fixture
def patient(is_active):
    return PatientFactory(facility=FacilityFactory(), is_active=is_active)


@by_role
@either_way
@pytest.mark.parametrize("method", ["patch", "put"])
def test_by_the_api_only_the_desk_closes_and_reopens(patient, role, may, is_active, method):
    client, there = api(staff_of(patient.facility, role)), f"/api/v1/patients/{patient.pk}"
    names = {name: str(getattr(patient, name)) for name in ("given_name", "family_name")}
    said = names | {"date_of_birth": str(patient.date_of_birth), "is_active": not is_active}
    answer = getattr(client, method)(there, said, headers=current(client, there))
    patient.refresh_from_db()
    if may:
        assert (answer.status_code, patient.is_active) == (200, not is_active)
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "desk_only")
        assert patient.is_active == is_active


@by_role
@either_way
def test_what_is_as_it_was_may_be_said(patient, role, may, is_active):
    client, there = api(staff_of(patient.facility, role)), f"/api/v1/patients/{patient.pk}"
    said = {"is_active": is_active, "city": "Omaha"}
    answer = client.patch(there, said, headers=current(client, there))
    assert (answer.status_code, answer.json()["city"]) == (200, "Omaha")


@by_role
@either_way
def test_in_the_browser_only_the_desk_closes_and_reopens(patient, role, may, is_active):
    user, client = staff_of(patient.facility, role), Client()
    client.force_login(user)
    typed = posted(patient, user) | {"city": "Omaha", "is_active": "" if is_active else "on"}
    answer = client.post(reverse("patients:edit", args=[patient.pk]), typed)
    assert answer.status_code == 302
    patient.refresh_from_db()
    assert (patient.city, patient.is_active) == ("Omaha", is_active != may)


@by_role
@pytest.mark.parametrize("is_active", [True])
def test_the_form_says_who_closes_it(patient, role, may):
    field = PatientForm(user=staff_of(patient.facility, role), instance=patient).fields["is_active"]
    assert field.disabled != may
    assert ("Only the desk" in str(field.help_text)) != may


@pytest.mark.parametrize("is_active", [True])
def test_what_the_desk_closed_meanwhile_stays_closed(patient):
    nurse, client = staff_of(patient.facility, "nurse"), Client()
    client.force_login(nurse)
    opened = posted(patient, nurse)
    patient.close()
    typed = opened | {"city": "Omaha"}
    answer = client.post(reverse("patients:edit", args=[patient.pk]), typed)
    assert answer.status_code == 302
    patient.refresh_from_db()
    assert (patient.city, patient.is_active) == ("Omaha", False)
