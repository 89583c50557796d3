"""One limit and one check of the password, whichever door somebody comes to."""

import threading

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.tests.clients import LOGIN
from accounts.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

SIGN_IN = reverse("account_login")
WRONG = "not-the-password"
TOO_MANY = "These were too many tries."


def by_page(name, password=WRONG, address="192.0.2.1"):
    return Client().post(SIGN_IN, {"login": name, "password": password}, REMOTE_ADDR=address)


def by_api(name, password=WRONG, address="192.0.2.1"):
    return APIClient().post(LOGIN, {"username": name, "password": password}, REMOTE_ADDR=address)


@pytest.fixture
def nora():
    return UserFactory(username="nora", email="nora@example.org")


def test_the_page_stops_after_ten_tries_and_says_for_how_long(nora):
    codes = [by_page("nora").status_code for _ in range(10)]
    assert codes == [200] * 10
    refused = by_page("NORA", PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 300
    assert TOO_MANY in refused.content.decode()
    assert by_page("nora", PASSWORD, address="192.0.2.2").status_code == 302


def test_what_one_door_counts_the_other_has_counted(nora):
    assert [by_api("nora").status_code for _ in range(5)] == [401] * 5
    assert [by_page("nora").status_code for _ in range(5)] == [200] * 5
    assert by_page("nora", PASSWORD).status_code == 429
    assert by_api("nora", PASSWORD).status_code == 429


def test_an_unknown_name_and_an_address_are_limited_alike(nora):
    for name in ("nobody", "nora@example.org"):
        assert [by_page(name).status_code for _ in range(11)] == [200] * 10 + [429]


def test_one_address_tries_thirty_names_a_minute_by_both_doors(nora):
    doors = [by_page, by_api] * 15
    codes = [door(f"name{n}").status_code for n, door in enumerate(doors)]
    assert codes == [200, 401] * 15
    assert by_page("nora", PASSWORD).status_code == 429
    assert by_page("nora", PASSWORD, address="192.0.2.2").status_code == 302


def test_the_admin_has_no_door_of_its_own(client):
    chief, login = UserFactory(role="admin"), reverse("admin:login")
    leads_here = f"{SIGN_IN}?next=/admin/"
    said = {"username": chief.username, "password": PASSWORD}
    assert client.get(f"{login}?next=/admin/").url == leads_here
    assert client.get("/admin/").url == leads_here
    assert client.post(login, said).url == leads_here
    assert "_auth_user_id" not in client.session
    client.force_login(chief)
    assert client.post(login, said | {"password": WRONG}).url == "/admin/"
    client.force_login(UserFactory(role="nurse"))
    assert client.get(login).status_code == 403


class CountingHasher(MD5PasswordHasher):
    hashed = 0

    def encode(self, password, salt):
        CountingHasher.hashed += 1
        return super().encode(password, salt)


@pytest.mark.parametrize("door", [by_page, by_api])
@pytest.mark.parametrize("name", ["nora", "nora@example.org", "nobody", "gone", "invited"])
def test_every_try_hashes_one_password(nora, settings, door, name):
    UserFactory(username="gone", is_active=False)
    UserFactory(username="invited", password="!")
    settings.PASSWORD_HASHERS = [f"{__name__}.{CountingHasher.__name__}"]
    door("nora")
    before = CountingHasher.hashed
    door(name)
    assert CountingHasher.hashed - before == 1


@pytest.mark.parametrize("name", ["nobody", "gone", "invited"])
def test_the_page_tells_nobody_whether_there_is_an_account(nora, name):
    UserFactory(username="gone", is_active=False)
    UserFactory(username="invited", password="!")
    wrong, other = by_page("nora"), by_page(name, PASSWORD)
    assert wrong.status_code == other.status_code == 200
    assert wrong.context["form"].errors == other.context["form"].errors != {}


@pytest.mark.django_db(transaction=True)
def test_of_sixty_at_once_by_both_doors_exactly_the_limit_reaches_the_password():
    UserFactory(username="nora")
    start, codes = threading.Barrier(60), []

    def try_once(door) -> None:
        try:
            start.wait(30)
            codes.append(door("nora").status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=try_once, args=[each]) for each in [by_page, by_api] * 30]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert codes.count(429) == 50
    assert codes.count(200) + codes.count(401) == 10
