"""Two people edit one record: what one alone changed merges, of what both changed one chooses."""

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import UserFactory
from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient, PatientChange
from patients.tests.factories import PatientFactory
from patients.tests.test_forms import posted

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def user(facility: Facility, client: Client) -> User:
    user: User = staff_of(facility)
    client.force_login(user)
    return user


@pytest.fixture
def patient(facility: Facility) -> Patient:
    return PatientFactory(facility=facility, phone="+14025550142", city="Lindow", state="NE")


def opened(patient: Patient, user: User) -> dict[str, Any]:
    """Return what a browser would send back of the form as it is now."""
    return posted(patient, user)


def save(client: Client, patient: Patient, typed: dict[str, Any]) -> Any:
    return client.post(reverse("patients:edit", args=[patient.pk]), typed)


def change(client: Client, patient: Patient, **fields: Any) -> User:
    """Let a colleague save the form in between."""
    colleague: User = staff_of(patient.facility, full_name="Imani Okafor")
    theirs = Client()
    theirs.force_login(colleague)
    assert save(theirs, patient, opened(patient, colleague) | fields).status_code == 302
    return colleague


def test_fields_that_one_side_changed_merge_by_themselves(client, user, patient) -> None:
    mine = opened(patient, user) | {"city": "Mine"}
    change(client, patient, phone="+14025550199", state="IA")
    answer = save(client, patient, mine)
    assert answer.status_code == 302
    patient.refresh_from_db()
    assert (patient.city, patient.state, str(patient.phone)) == ("Mine", "IA", "+14025550199")
    kept = client.get(answer.headers["Location"]).content.decode()
    assert "changes meanwhile are kept too: Phone, State" in kept


def test_what_both_changed_is_asked_with_who_and_both_values(client, user, patient) -> None:
    mine = opened(patient, user) | {"city": "Mine", "given_name": "Typed"}
    change(client, patient, city="Theirs", state="IA")
    answer = save(client, patient, mine)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Changed by Imani Okafor at" in page
    assert "Keep yours: <strong>Mine</strong>" in page
    assert "Take theirs: <strong>Theirs</strong>" in page
    assert 'value="Typed"' in page
    assert 'value="IA"' in page
    assert page.count('name="undecided"') == 1
    patient.refresh_from_db()
    assert (patient.city, patient.given_name) == ("Theirs", "Given" + patient.given_name[5:])


@pytest.mark.parametrize(("choice", "city"), [("mine", "Mine"), ("theirs", "Theirs")])
def test_the_choice_is_saved_with_what_else_was_typed(client, user, patient, choice, city) -> None:
    mine = opened(patient, user) | {"city": "Mine", "given_name": "Typed"}
    change(client, patient, city="Theirs")
    form = save(client, patient, mine).context["form"]
    again = dict(form.data.items()) | {"undecided": "city", "choice_city": choice}
    assert save(client, patient, again).status_code == 302
    patient.refresh_from_db()
    assert (patient.city, patient.given_name) == (city, "Typed")


def test_without_a_choice_nothing_is_saved(client, user, patient) -> None:
    mine = opened(patient, user) | {"city": "Mine"}
    change(client, patient, city="Theirs")
    form = save(client, patient, mine).context["form"]
    answer = save(client, patient, dict(form.data.items()) | {"undecided": "city"})
    assert answer.status_code == 422
    assert "Choose one of the two values below" in answer.content.decode()
    patient.refresh_from_db()
    assert patient.city == "Theirs"


def test_the_same_change_by_both_is_no_conflict(client, user, patient) -> None:
    mine = opened(patient, user) | {"city": "Same"}
    change(client, patient, city="Same")
    assert save(client, patient, mine).status_code == 302


def test_a_change_nobody_signed_is_shown_without_a_name(client, user, patient) -> None:
    mine = opened(patient, user) | {"city": "Mine"}
    Patient.objects.update(city="Theirs")
    answer = save(client, patient, mine)
    assert answer.status_code == 409
    assert "Changed by somebody else" in answer.content.decode()


def test_a_save_notes_who_changed_what(client, user, patient) -> None:
    save(client, patient, opened(patient, user) | {"city": "Mine"})
    noted = PatientChange.objects.get()
    assert (noted.by, noted.fields, noted.version) == (user, {"city": "Mine"}, 2)


def test_only_names_of_fields_are_undecided(client, user, patient) -> None:
    typed = opened(patient, user) | {"undecided": ["version", "no-field"], "city": "Mine"}
    data = QueryDict(mutable=True)
    for name, value in typed.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    assert save(client, patient, {k: data.getlist(k) for k in data}).status_code == 302


def test_a_role_without_the_permission_is_refused(client, patient) -> None:
    client.force_login(UserFactory(role="patient"))
    assert save(client, patient, {}).status_code == 403
