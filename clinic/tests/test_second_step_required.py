"""Where staff must have a second step, they reach nothing else until they have set one up."""

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.tests.clients import LOGIN, ME, given_tokens
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.second_steps import code, with_app
from facilities.tests.factories import FacilityFactory, staff_of

pytestmark = pytest.mark.django_db

STEPS = reverse("mfa_index")
STAFF = ["admin", "receptionist", "doctor", "nurse"]


@pytest.fixture(autouse=True)
def _required(settings):
    settings.MFA_REQUIRED_FOR_STAFF = True


def person(role):
    return UserFactory(role=role) if role == "admin" else staff_of(FacilityFactory(), role)


def browser_of(user):
    browser = Client()
    browser.force_login(user)
    return browser


def app_of(user):
    app = APIClient()
    app.credentials(HTTP_AUTHORIZATION=f"Bearer {given_tokens(user)['access']}")
    return app


@pytest.mark.parametrize("role", STAFF)
def test_pages_and_admin_lead_to_setting_it_up(role):
    browser = browser_of(person(role))
    for address in ("/", "/patients/", "/admin/", "/admin/accounts/user/"):
        assert browser.get(address).url == STEPS
    assert browser.post("/admin/accounts/user/add/").url == STEPS
    page = browser.get(STEPS)
    assert "Everybody who works here signs in with a second step." in page.content.decode()


def test_a_script_leads_the_whole_window_there():
    browser = browser_of(person("receptionist"))
    asked = browser.get(reverse("patients:duplicate-count"), headers={"HX-Request": "true"})
    assert (asked.status_code, asked["HX-Redirect"]) == (200, STEPS)


def test_their_own_account_stays_open():
    browser = browser_of(person("receptionist"))
    assert browser.get(reverse("account_sessions")).status_code == 200
    assert browser.post(reverse("account_logout")).status_code == 302
    assert "_auth_user_id" not in browser.session


@pytest.mark.parametrize("role", STAFF)
def test_an_app_gets_neither_tokens_nor_anything_for_tokens_it_has(role):
    user = person(role)
    signing_in = APIClient().post(LOGIN, {"username": user.username, "password": PASSWORD})
    for refused in (signing_in, app_of(user).get(ME)):
        assert (refused.status_code, refused.json()["code"]) == (403, "mfa_setup_required")


def test_once_it_is_set_up_all_is_open():
    user = with_app(person("admin"))
    assert browser_of(user).get("/admin/").status_code == 200
    assert app_of(user).get(ME).status_code == 200
    assert "Everybody who works here" not in browser_of(user).get(STEPS).content.decode()


def test_patients_need_none():
    user = UserFactory(role="patient")
    assert app_of(user).get(ME).status_code == 200
    assert browser_of(user).get("/").url == "/my/"


def test_where_it_is_not_required_nobody_is_led_there(settings):
    settings.MFA_REQUIRED_FOR_STAFF = False
    user = person("admin")
    assert browser_of(user).get("/admin/").status_code == 200
    assert app_of(user).get(ME).status_code == 200


def test_signing_in_on_the_page_leads_from_the_password_to_setting_it_up():
    user = person("receptionist")
    browser = Client()
    said = {"login": user.username, "password": PASSWORD}
    page = browser.post(reverse("account_login"), said, follow=True)
    assert page.redirect_chain[-1][0] == STEPS
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    form = browser.get(reverse("mfa_activate_totp")).context["form"]
    browser.post(reverse("mfa_activate_totp"), {"code": code(secret=form.secret)})
    assert browser.get("/patients/").status_code == 200
