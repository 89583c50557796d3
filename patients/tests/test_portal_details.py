"""A patient reads their details and changes how to reach them."""

import pytest
from django.urls import reverse

from accounts.tests.factories import UserFactory
from facilities.tests.factories import FacilityFactory
from patients.models import Patient, PatientChange
from patients.tests.factories import PatientFactory

pytestmark = pytest.mark.django_db

ADDRESS = reverse("portal:details")
SAID = {
    "phone": "(402) 555-0142",
    "address_line": "12 Oak Street",
    "city": "Omaha",
    "state": "NE",
    "zip_code": "68112",
    "language": "es",
}


@pytest.fixture
def patient():
    user = UserFactory(role="patient")
    return PatientFactory(user=user, facility=FacilityFactory(), email="zelie@example.org")


@pytest.fixture
def portal(client, patient):
    client.force_login(patient.user)
    return client


def test_the_page_shows_what_the_clinic_knows(portal, patient):
    page = portal.get(ADDRESS).content.decode()
    for told in (str(patient), patient.mrn, "zelie@example.org", "Feb 29, 1980"):
        assert told in page


def test_how_to_reach_them_is_saved_and_noted(portal, patient):
    answer = portal.post(ADDRESS, SAID | {"version": patient.version})
    assert answer.url == ADDRESS
    stored = Patient.objects.get(pk=patient.pk)
    assert {name: str(getattr(stored, name)) for name in SAID} == SAID | {"phone": "+14025550142"}
    assert PatientChange.objects.get(patient=patient).by == patient.user


def test_nothing_else_is_changed_by_this_form(portal, patient):
    more = {"given_name": "Eve", "email": "eve@example.org", "is_active": "", "mrn": "1"}
    portal.post(ADDRESS, SAID | more | {"version": patient.version})
    stored = Patient.objects.get(pk=patient.pk)
    names = ("given_name", "email", "is_active", "mrn")
    assert [getattr(stored, name) for name in names] == [getattr(patient, name) for name in names]


@pytest.mark.parametrize("wrong", [{"phone": "12"}, {"zip_code": "6811"}, {"language": "tlh"}])
def test_what_cannot_be_is_refused_beside_its_field(portal, patient, wrong):
    answer = portal.post(ADDRESS, SAID | wrong | {"version": patient.version})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(wrong)
    assert Patient.objects.get(pk=patient.pk).city == ""


def test_a_language_that_the_clinic_has_typed_stays(portal, patient):
    Patient.objects.filter(pk=patient.pk).update(language="hmn")
    patient.refresh_from_db()
    portal.post(ADDRESS, SAID | {"language": "hmn", "version": patient.version})
    assert Patient.objects.get(pk=patient.pk).language == "hmn"


def test_what_the_desk_changed_meanwhile_is_shown_and_kept(portal, patient):
    seen = patient.version
    patient.city = "Lincoln"
    patient.save()
    answer = portal.post(ADDRESS, SAID | {"version": seen})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Nothing of yours was saved" in page
    assert 'value="Lincoln"' in page
    assert Patient.objects.get(pk=patient.pk).address_line == ""
    form = answer.context["form"]
    again = portal.post(ADDRESS, SAID | {"version": form["version"].value()})
    assert again.status_code == 302
