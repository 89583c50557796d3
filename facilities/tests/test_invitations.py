"""An administrator adds somebody to the staff, who chooses a password by a link in a letter."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.http import int_to_base36

from accounts.models import User
from accounts.tests.factories import PASSWORD, UserFactory
from facilities.tests.factories import FacilityFactory

pytestmark = pytest.mark.django_db

ADD = reverse("admin:accounts_user_add")
USERS = reverse("admin:accounts_user_changelist")
CHOSEN = "another-long-password"
NORA = {
    "username": "nora",
    "full_name": "Nora Field",
    "email": "nora@example.org",
    "role": "nurse",
}
INLINE = "Facility_staff"


@pytest.fixture
def chief():
    return UserFactory(role="admin", username="chief")


@pytest.fixture
def admin(client, chief):
    client.force_login(chief)
    return client


def form(facilities=(), **said) -> dict:
    rows = {f"{INLINE}-{n}-facility": each.pk for n, each in enumerate(facilities)}
    counts = {f"{INLINE}-TOTAL_FORMS": len(rows), f"{INLINE}-INITIAL_FORMS": 0}
    return NORA | said | rows | counts


@pytest.fixture
def invited(admin, letters):
    """Return who was invited, and the letter's link."""
    _, (letter,) = letters(lambda: admin.post(ADD, form()))
    return User.objects.get(username="nora"), link_in(letter)


def link_in(letter) -> str:
    return re.search(r"https?://testserver(\S+)", letter.body)[1]


def choose(link: str, password: str = CHOSEN):
    """Follow the link in a browser of one's own and choose a password; return browser and page."""
    browser = Client()
    page = browser.get(link, follow=True)
    if "password1" not in page.content.decode():
        return browser, page
    said = {"password1": password, "password2": password}
    return browser, browser.post(page.redirect_chain[-1][0], said, follow=True)


def is_refused(link: str) -> bool:
    _, page = choose(link)
    return "This link no longer works" in page.content.decode()


def sign_in(browser, password: str = CHOSEN):
    said = {"login": "nora@example.org", "password": password}
    return browser.post(reverse("account_login"), said)


def test_who_is_added_gets_a_letter_and_works_at_the_facilities(admin, chief, letters):
    facilities = [FacilityFactory(), FacilityFactory()]
    answer, (letter,) = letters(lambda: admin.post(ADD, form(facilities)))
    nora = User.objects.get(username="nora")
    assert answer.status_code == 302
    assert (nora.role, nora.is_active, nora.has_usable_password()) == ("nurse", True, False)
    assert set(nora.facilities.all()) == set(facilities)
    assert letter.to == ["nora@example.org"]
    assert "Nora" not in letter.body
    told = LogEntry.objects.filter(object_id=nora.pk).values_list("user", "change_message")
    assert (chief.pk, "Invited by a letter.") in told


def test_no_administrator_types_a_password(admin):
    page = admin.get(ADD).content.decode()
    assert 'type="password"' not in page
    admin.post(ADD, form(password1=CHOSEN, password2=CHOSEN, usable_password="true"))
    nora = User.objects.get(username="nora")
    assert not nora.has_usable_password()
    change = reverse("admin:accounts_user_change", args=[nora.pk])
    assert "password" not in re.findall(r'name="(\w+)"', admin.get(change).content.decode())
    with pytest.raises(NoReverseMatch):
        reverse("admin:auth_user_password_change", args=[nora.pk])
    assert admin.get(f"{change.removesuffix('change/')}password/").status_code in (302, 404)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"username": "CHIEF"}, "username"),
        ({"email": "chief@example.org"}, "email"),
        ({"email": "nobody"}, "email"),
        ({"role": "patient"}, "role"),
        ({"role": ""}, "role"),
        ({"full_name": ""}, "full_name"),
    ],
)
def test_who_cannot_be_added_gets_no_letter(admin, letters, said, field):
    answer, posted = letters(lambda: admin.post(ADD, form(**said)))
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert posted == []
    assert User.objects.count() == 1


@pytest.mark.parametrize("role", ["receptionist", "doctor", "nurse", "patient"])
def test_nobody_else_invites(client, letters, role):
    client.force_login(UserFactory(role=role))
    waiting = UserFactory(password="!")
    said = {"action": "invite_again", "_selected_action": [waiting.pk]}
    for address, sent in ((ADD, form()), (USERS, said)):
        answer, posted = letters(lambda address=address, sent=sent: client.post(address, sent))
        assert (answer.status_code, posted) == (403, [])
    assert not User.objects.filter(username="nora").exists()


def test_the_link_lets_them_choose_a_password_and_leads_on_to_the_second_step(invited, settings):
    settings.MFA_REQUIRED_FOR_STAFF = True
    nora, link = invited
    browser, page = choose(link)
    assert "Your password is changed" in page.content.decode()
    assert sign_in(browser).status_code == 302
    for address in ("/", "/patients/", "/charts/today/"):
        assert browser.get(address).url == reverse("mfa_index")
    nora.refresh_from_db()
    assert nora.check_password(CHOSEN)


def test_the_link_is_good_once(invited):
    _, link = invited
    choose(link)
    assert is_refused(link)
    assert User.objects.get(username="nora").check_password(CHOSEN)


def test_the_link_is_good_for_three_days(invited, settings):
    assert settings.PASSWORD_RESET_TIMEOUT == 3 * 24 * 60 * 60
    settings.PASSWORD_RESET_TIMEOUT = -1
    _, link = invited
    assert is_refused(link)


def test_the_link_is_good_for_who_was_invited_alone(invited):
    nora, link = invited
    other = UserFactory(password="!")
    key = link.rpartition("/key/")[2].partition("-")[0]
    assert key == int_to_base36(nora.pk)
    assert is_refused(link.replace(f"/{key}-", f"/{int_to_base36(other.pk)}-"))
    assert is_refused(link[:-2] + "x/")


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": "other@example.org"}])
def test_a_deactivation_or_another_address_ends_the_link(invited, change):
    nora, link = invited
    User.objects.filter(pk=nora.pk).update(**change)
    assert is_refused(link)
    assert not User.objects.get(pk=nora.pk).has_usable_password()


def test_a_link_that_is_open_when_they_are_deactivated_sets_no_password(invited):
    nora, link = invited
    browser = Client()
    page = browser.get(link, follow=True)
    nora.deactivate()
    said = {"password1": CHOSEN, "password2": CHOSEN}
    answer = browser.post(page.redirect_chain[-1][0], said, follow=True)
    assert "This link no longer works" in answer.content.decode()
    assert not User.objects.get(pk=nora.pk).has_usable_password()


def test_a_weak_password_is_refused_and_the_link_stays_good(invited):
    _, link = invited
    _, page = choose(link, "short")
    assert "too short" in page.content.decode()
    assert not User.objects.get(username="nora").has_usable_password()
    _, page = choose(link)
    assert "Your password is changed" in page.content.decode()


def test_until_a_password_is_chosen_nobody_signs_in(invited):
    assert sign_in(Client(), "").status_code == 200
    assert sign_in(Client(), PASSWORD).status_code == 200


class TestAgain:
    def again(self, admin, letters, *people):
        said = {"action": "invite_again", "_selected_action": [each.pk for each in people]}
        return letters(lambda: admin.post(USERS, said, follow=True))

    def test_a_new_letter_is_sent_to_who_has_no_password(self, admin, chief, letters, invited):
        nora, _ = invited
        page, (letter,) = self.again(admin, letters, nora)
        assert "Done with 1 of them." in page.content.decode()
        entries = LogEntry.objects.filter(object_id=nora.pk, change_message="Invited by a letter.")
        assert list(entries.values_list("user", flat=True)) == [chief.pk] * 2
        choose(link_in(letter))
        assert User.objects.get(pk=nora.pk).check_password(CHOSEN)

    @pytest.mark.parametrize(
        ("fields", "why"),
        [
            ({}, "has chosen a password already"),
            ({"password": "!", "is_active": False}, "not active"),
        ],
    )
    def test_others_get_none_and_the_page_says_why(self, admin, letters, fields, why):
        page, posted = self.again(admin, letters, UserFactory(**fields))
        assert posted == []
        assert why in page.content.decode()
        assert not LogEntry.objects.filter(change_message="Invited by a letter.").exists()
