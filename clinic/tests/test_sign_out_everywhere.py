"""Signing out everywhere, a new password or role and the end of an account end all at once."""

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import Session
from accounts.passwords import user_of
from accounts.tests.clients import ME, signed_in
from accounts.tests.factories import PASSWORD, UserFactory
from facilities.tests.factories import FacilityFactory, staff_of

pytestmark = pytest.mark.django_db

PAGE, SESSIONS = "/patients/", reverse("account_sessions")
SIGN_IN, EVERYWHERE = reverse("account_login"), reverse("account_sign_out_everywhere")
NEW_PASSWORD = "another-long-password"


@pytest.fixture
def person():
    return staff_of(FacilityFactory(), username="nora")


def by_page(user, password=PASSWORD):
    """Sign in as a person does; return the browser."""
    browser = Client()
    answer = browser.post(SIGN_IN, {"login": user.username, "password": password})
    assert answer.status_code == 302, answer.content.decode()
    return browser


def are_in(*clients):
    """Say of each browser and each app whether it is still signed in."""
    asked = [(client, ME if isinstance(client, APIClient) else PAGE) for client in clients]
    return [client.get(address).status_code == 200 for client, address in asked]


def test_the_page_lists_browsers_and_apps_and_ends_them_all(person):
    here, there, app = by_page(person), by_page(person), signed_in(person)
    stranger, strangers_app = by_page(UserFactory(role="admin")), signed_in(UserFactory())
    page = here.get(SESSIONS).content.decode()
    assert (page.count("This browser"), page.count("Another browser")) == (1, 1)
    assert page.count("<strong>An app</strong>") == 1
    ended = here.post(EVERYWHERE, follow=True)
    assert ended.redirect_chain == [(SIGN_IN, 302)]
    assert "You are signed out everywhere." in ended.content.decode()
    assert are_in(here, there, app) == [False] * 3
    assert are_in(stranger, strangers_app) == [True] * 2
    assert are_in(by_page(person), signed_in(person)) == [True] * 2


def test_a_patient_has_the_page_as_well(person):
    patient = by_page(UserFactory(role="patient"))
    assert patient.get(SESSIONS).status_code == 200
    assert patient.post(EVERYWHERE).url == SIGN_IN
    assert patient.get(SESSIONS).status_code == 302


def test_nobody_signs_out_by_following_a_link_or_without_having_signed_in(person, client):
    browser = by_page(person)
    assert browser.get(EVERYWHERE).status_code == 405
    assert browser.post(SESSIONS).status_code == 405
    assert are_in(browser) == [True]
    assert client.post(EVERYWHERE).url.startswith(SIGN_IN)
    assert client.get(SESSIONS).url.startswith(SIGN_IN)


def test_the_page_asks_as_much_for_many_as_for_one(person, django_assert_num_queries):
    browser = by_page(person)
    browser.get(SESSIONS)
    with django_assert_num_queries(4):
        browser.get(SESSIONS)
    for _ in range(3):
        by_page(person)
        signed_in(person)
    with django_assert_num_queries(4):
        browser.get(SESSIONS)


def test_an_administrator_signs_somebody_else_out_everywhere(person):
    chief = UserFactory(role="admin")
    admin, browser, app = by_page(chief), by_page(person), signed_in(person)
    said = {"action": "sign_out", "_selected_action": [person.pk]}
    page = admin.post(reverse("admin:accounts_user_changelist"), said, follow=True)
    assert "Done with 1 of them." in page.content.decode()
    assert are_in(browser, app) == [False] * 2
    assert are_in(admin) == [True]


@pytest.mark.parametrize("role", ["receptionist", "doctor", "nurse", "patient"])
def test_nobody_else_signs_others_out(person, role):
    other = by_page(UserFactory(role=role))
    said = {"action": "sign_out", "_selected_action": [person.pk]}
    browser = by_page(person)
    assert other.post(reverse("admin:accounts_user_changelist"), said).status_code == 403
    assert are_in(browser) == [True]


def test_a_deactivation_ends_all_and_an_activation_brings_nothing_back(person):
    browser, app = by_page(person), signed_in(person)
    person.deactivate()
    assert are_in(browser, app) == [False] * 2
    person.activate()
    assert are_in(browser, app) == [False] * 2
    assert not Session.objects.filter(user=person).exists()


def test_another_role_ends_all_even_behind_the_models_back(person):
    browser, app = by_page(person), signed_in(person)
    type(person).objects.filter(pk=person.pk).update(role="nurse")
    assert are_in(browser, app) == [False] * 2
    assert are_in(by_page(person)) == [True]


def test_a_password_changed_in_an_app_ends_all_but_that_app(person):
    browser, other, app = by_page(person), signed_in(person), signed_in(person)
    said = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    changed = app.post("/api/v1/auth/password/change", said).json()
    app.credentials(HTTP_AUTHORIZATION=f"Bearer {changed['access']}")
    assert are_in(browser, other, app) == [False, False, True]


def test_a_password_chosen_by_the_letters_link_ends_all_here_too(person, letters):
    here, there, app = by_page(person), by_page(person), signed_in(person)
    asked = {"email": person.email}
    _, posted = letters(lambda: app.post("/api/v1/auth/password/reset", asked))
    link = next(word for word in posted[0].body.split() if "/password/reset/key/" in word)
    form = here.get(link, follow=True)
    said = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    done = here.post(form.redirect_chain[-1][0], said, follow=True)
    assert done.status_code == 200
    assert "Your password is changed" in done.content.decode()
    assert are_in(here, there, app) == [False] * 3
    assert are_in(by_page(person, NEW_PASSWORD)) == [True]
    assert user_of(link.rpartition("/key/")[2].rstrip("/")) is None
