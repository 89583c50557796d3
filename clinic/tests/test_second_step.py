"""Signing in on the pages with a second step: an app's codes and recovery codes, each good once."""

import re
import threading

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.second_step import accepted
from accounts.tests.clients import ME, signed_in
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.second_steps import SECRET, code, recovery_codes_of, with_app, wrong_code
from facilities.tests.factories import FacilityFactory, staff_of

pytestmark = pytest.mark.django_db

PAGE, SIGN_IN = "/patients/", reverse("account_login")
STEPS, ENTER = reverse("mfa_index"), reverse("mfa_authenticate")
ADD_APP, RECOVERY = reverse("mfa_activate_totp"), reverse("mfa_view_recovery_codes")


@pytest.fixture
def person():
    return staff_of(FacilityFactory(), username="nora")


def by_password(user, **more):
    browser = Client()
    said = {"login": user.username, "password": PASSWORD} | more
    return browser, browser.post(SIGN_IN, said)


def confirmed(user):
    """Return a browser of somebody who has signed in and typed the password once more."""
    browser, _ = by_password(user)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return browser


def is_in(browser):
    return browser.get(PAGE).status_code == 200


def test_an_app_is_set_up_with_the_password_and_recovery_codes_are_shown_once(person):
    (browser, _), (elsewhere, _), app = by_password(person), by_password(person), signed_in(person)
    asked = browser.get(ADD_APP)
    assert asked.url.startswith(reverse("account_reauthenticate"))
    page = browser.post(asked.url, {"password": PASSWORD, "next": ADD_APP}, follow=True)
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    done = browser.post(ADD_APP, {"code": code(secret=secret)}, follow=True)
    assert done.redirect_chain == [(RECOVERY, 302)]
    codes = re.findall(r"<code>(\d{8})</code>", done.content.decode())
    assert len(set(codes)) == 10
    assert codes[0] not in browser.get(RECOVERY).content.decode()
    assert (is_in(browser), is_in(elsewhere), app.get(ME).status_code) == (True, False, 401)
    other, answer = by_password(person)
    assert answer.url == ENTER
    assert other.post(ENTER, {"code": code(secret=secret)}).status_code == 200
    assert other.post(ENTER, {"code": code(1, secret)}).status_code == 302
    assert is_in(other)


def test_the_password_alone_lets_nobody_in_and_the_code_leads_to_the_page_left(person):
    browser, answer = by_password(with_app(person), next=PAGE)
    assert answer.url == ENTER
    assert not is_in(browser)
    page = browser.get(ENTER).content.decode()
    assert "authenticator app shows now" in page
    assert "Use a passkey" not in page
    assert browser.post(ENTER, {"code": code()}).url == PAGE
    assert is_in(browser)


def test_a_wrong_code_is_refused_in_words(person):
    browser, _ = by_password(with_app(person))
    page = browser.post(ENTER, {"code": wrong_code()})
    assert "This code is not right, or was used already." in page.content.decode()
    assert not is_in(browser)


def test_a_code_works_once_and_none_before_it_works_after_it(person):
    with_app(person)
    for said, gets_in in ((code(), True), (code(), False), (code(-1), False), (code(1), True)):
        browser, _ = by_password(person)
        browser.post(ENTER, {"code": said})
        assert is_in(browser) == gets_in


def test_a_recovery_code_works_once(person):
    first, second, *_ = recovery_codes_of(with_app(person))
    for said, gets_in in ((first, True), (first, False), (second, True)):
        browser, _ = by_password(person)
        browser.post(ENTER, {"code": said})
        assert is_in(browser) == gets_in


def test_wrong_codes_count_with_wrong_passwords(person):
    browser, _ = by_password(with_app(person))
    pages = [browser.post(ENTER, {"code": wrong_code()}).content.decode() for _ in range(9)]
    assert all("This code is not right" in page for page in pages)
    assert "These were too many tries." in browser.post(ENTER, {"code": code()}).content.decode()
    assert not is_in(browser)
    _, refused = by_password(person)
    assert refused.status_code == 429


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_send_the_same_code_at_once_one_gets_in():
    user, said = with_app(UserFactory()), code()
    start, results = threading.Barrier(8), []

    def try_once() -> None:
        try:
            start.wait(20)
            results.append(accepted(user, said) is not None)
        finally:
            connection.close()

    threads = [threading.Thread(target=try_once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results) == [False] * 7 + [True]


def test_new_recovery_codes_take_the_place_of_the_old(person):
    old, *_ = recovery_codes_of(with_app(person))
    browser = confirmed_with_code(person)
    page = browser.post(reverse("mfa_generate_recovery_codes"), follow=True)
    assert len(re.findall(r"<code>\d{8}</code>", page.content.decode())) == 10
    assert accepted(person, old) is None


def confirmed_with_code(user):
    browser, _ = by_password(user)
    browser.post(ENTER, {"code": code()})
    browser.post(reverse("mfa_reauthenticate"), {"code": code(1)})
    return browser


def test_an_app_is_removed_by_its_owner_after_a_code(person):
    browser, _ = by_password(with_app(person))
    browser.post(ENTER, {"code": code()})
    remove = reverse("mfa_deactivate_totp")
    assert browser.post(remove).url.startswith(reverse("account_reauthenticate"))
    browser.post(reverse("mfa_reauthenticate"), {"code": code()})
    assert Authenticator.objects.filter(user=person, type="totp").exists()
    browser.post(reverse("mfa_reauthenticate"), {"code": code(1)})
    assert browser.post(remove).url == STEPS
    assert not Authenticator.objects.filter(user=person).exists()


def test_an_administrator_takes_away_the_second_step_of_a_lost_phone(person):
    browser, _ = by_password(with_app(person))
    browser.post(ENTER, {"code": code()})
    admin = Client()
    admin.force_login(UserFactory(role="admin"))
    said = {"action": "remove_second_step", "_selected_action": [person.pk]}
    page = admin.post(reverse("admin:accounts_user_changelist"), said, follow=True)
    assert "Done with 1 of them." in page.content.decode()
    assert not is_in(browser)
    assert is_in(by_password(person)[0])


def test_a_copy_of_the_database_makes_nobodys_codes(person, settings):
    kept = Authenticator.objects.get(user=with_app(person))
    assert SECRET not in str(kept.data)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-long-secret-" * 3
    assert accepted(person, code())


@pytest.mark.parametrize("address", [STEPS, RECOVERY, ADD_APP, reverse("mfa_add_webauthn")])
def test_nobody_sees_these_pages_without_having_signed_in(client, address):
    assert client.get(address).url.startswith(SIGN_IN)


def test_nobody_removes_anothers_passkey(person):
    other = Authenticator.objects.create(user=UserFactory(), type="webauthn", data={"name": "x"})
    browser = confirmed(person)
    assert browser.post(reverse("mfa_remove_webauthn", args=[other.pk])).status_code == 404


def test_no_page_has_a_script_of_its_own_in_it(person):
    browser = confirmed(person)
    for address in (STEPS, ADD_APP, reverse("mfa_add_webauthn")):
        text = browser.get(address).content.decode()
        scripts = re.findall(r"<script([^>]*)>", text)
        assert scripts
        assert [each for each in scripts if "src=" not in each and "json" not in each] == []
