"""At the desk somebody decides whose record a registration means."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from patients.models import Patient, Registration
from patients.tests.factories import PatientFactory

pytestmark = pytest.mark.django_db

LIST = reverse("admin:patients_registration_changelist")
BORN = date(1990, 6, 1)


@pytest.fixture
def waiting() -> Registration:
    PatientFactory(given_name="Ruben", family_name="Oakmere", date_of_birth=BORN)
    user = UserFactory(role="patient", email="ruben@example.org")
    registration = Registration.objects.create(
        user=user, given_name="Ruben", family_name="Oakmere", date_of_birth=BORN
    )
    registration.verified(user.email, timezone.now())
    assert registration.status == "waiting"
    return registration


def act(client, registration: Registration, action: str) -> str:
    client.force_login(UserFactory(role="admin"))
    said = {"action": action, "_selected_action": [registration.pk]}
    page = client.post(LIST, said, follow=True).content.decode()
    registration.refresh_from_db()
    return page


def test_the_list_shows_what_was_said_beside_the_record(client, waiting):
    client.force_login(UserFactory(role="admin"))
    page = client.get(f"{LIST}?status__exact=waiting").content.decode()
    for shown in ("Ruben Oakmere", "ruben@example.org", waiting.candidate.mrn, "no email"):
        assert shown in page


def test_the_same_person_is_linked(client, waiting):
    page = act(client, waiting, "confirm")
    assert "is linked to" in page
    assert waiting.status == "linked"
    assert Patient.objects.get().user == waiting.user


def test_somebody_else_gets_a_new_record(client, waiting):
    act(client, waiting, "create_record")
    assert waiting.status == "linked"
    assert waiting.user.patient != Patient.objects.order_by("pk").first()
    assert waiting.user.patient.email == "ruben@example.org"
    assert Patient.objects.count() == 2


def test_a_rejected_account_has_no_record_and_may_be_given_one_later(client, waiting):
    assert "Ruben Oakmere is rejected." in act(client, waiting, "reject")
    assert waiting.status == "rejected"
    assert not hasattr(waiting.user, "patient")
    act(client, waiting, "confirm")
    assert waiting.status == "linked"


def test_a_new_record_leaves_out_an_address_that_another_one_has(waiting):
    other = waiting.candidate
    other.email = "Ruben@example.org"
    other.save()
    waiting.create_record()
    assert waiting.user.patient.email == ""


def test_a_decision_is_made_once(client, waiting):
    act(client, waiting, "confirm")
    assert "This registration is settled: linked." in act(client, waiting, "create_record")
    assert Patient.objects.count() == 1


@pytest.mark.parametrize("closed", [False, True])
def test_a_record_that_is_closed_or_anothers_is_not_linked(waiting, closed):
    patient = waiting.candidate
    if closed:
        patient.is_active = False
    else:
        patient.user = UserFactory(role="patient")
    patient.save()
    with pytest.raises(ValidationError, match="Choose another record"):
        waiting.confirm()
    assert Registration.objects.get().status == "waiting"


def test_another_candidate_can_be_chosen_while_it_waits_and_nothing_else(client, waiting):
    client.force_login(UserFactory(role="admin"))
    other = PatientFactory(date_of_birth=BORN)
    url = reverse("admin:patients_registration_change", args=[waiting.pk])
    client.post(url, {"candidate": other.pk, "given_name": "Eve", "status": "linked"})
    waiting.refresh_from_db()
    assert (waiting.candidate, waiting.given_name, waiting.status) == (other, "Ruben", "waiting")
    act(client, waiting, "confirm")
    client.post(url, {"candidate": PatientFactory().pk})
    waiting.refresh_from_db()
    assert waiting.candidate == other


def test_only_administrators_decide(client, waiting):
    client.force_login(UserFactory(role="receptionist"))
    assert client.get(LIST).status_code == 403
