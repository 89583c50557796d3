"""Limits of signing in hold for one account and for one address, however many ask at once."""

import threading

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.tests.clients import LOGIN, REFRESH
from accounts.tests.factories import PASSWORD, UserFactory
from api.models import RateCount

pytestmark = pytest.mark.django_db


def attempt(name: str, password: str = "not-the-password", address: str = "192.0.2.1"):
    said = {"username": name, "password": password}
    return APIClient().post(LOGIN, said, REMOTE_ADDR=address)


def test_after_ten_tries_an_account_waits_there_even_with_the_right_password():
    UserFactory(username="nora")
    codes = [attempt("nora").status_code for _ in range(10)]
    assert codes == [401] * 10
    answer = attempt("NORA", PASSWORD)
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert 0 < int(answer["Retry-After"]) <= 300
    assert (answer["RateLimit-Limit"], answer["RateLimit-Remaining"]) == ("10", "0")


def test_whose_tries_fail_elsewhere_keeps_nobody_out():
    UserFactory(username="nora")
    assert [attempt("nora").status_code for _ in range(11)][-1] == 429
    assert attempt("nora", PASSWORD, address="192.0.2.2").status_code == 200


def test_one_address_alone_keeps_nobody_out_however_often_it_tries():
    UserFactory(username="nora")
    codes = [attempt("nora").status_code for _ in range(60)]
    assert codes == [401] * 10 + [429] * 50
    assert attempt("nora", PASSWORD, address="192.0.2.2").status_code == 200


@pytest.mark.parametrize("name", ["nora", "nobody"])
def test_from_all_addresses_together_a_name_is_tried_fifty_times(name):
    UserFactory(username="nora")
    codes = [attempt(name, address=f"192.0.2.{n}").status_code for n in range(51)]
    assert codes == [401] * 50 + [429]


def test_an_unknown_name_is_limited_alike():
    codes = [attempt("nobody").status_code for _ in range(11)]
    assert codes == [401] * 10 + [429]


def test_of_ipv6_what_one_household_has_is_one_address():
    codes = [attempt("nora", address=f"2001:db8:0:1::{n:x}").status_code for n in range(11)]
    assert codes == [401] * 10 + [429]
    assert attempt("nora", address="2001:db8:0:2::1").status_code == 401
    mapped = [attempt("nora", address=f"::ffff:192.0.2.{n}").status_code for n in range(11)]
    assert mapped == [401] * 11


def test_one_address_tries_thirty_names_a_minute():
    codes = [attempt(f"name{n}").status_code for n in range(31)]
    assert codes == [401] * 30 + [429]
    UserFactory(username="nora")
    assert attempt("nora", PASSWORD, address="192.0.2.2").status_code == 200


@pytest.mark.parametrize("name", ["\\ud800", "\\u0000"])
def test_a_name_that_is_no_text_is_refused(name):
    said = f'{{"username": "{name}", "password": "x"}}'
    answer = APIClient().generic("POST", LOGIN, said, "application/json")
    assert answer.status_code == 400


def test_refreshing_is_limited():
    key = "refresh:192.0.2.1"
    APIClient().post(REFRESH, {"refresh": "x"}, REMOTE_ADDR="192.0.2.1")
    assert RateCount.objects.filter(key=key).update(count=300) == 1
    answer = APIClient().post(REFRESH, {"refresh": "x"}, REMOTE_ADDR="192.0.2.1")
    assert answer.status_code == 429


def test_the_counts_tell_nobody_who_was_here():
    APIClient().post(LOGIN, {"email": "nora@example.org", "password": "x"})
    assert not RateCount.objects.filter(key__icontains="nora").exists()


@pytest.mark.django_db(transaction=True)
def test_of_forty_at_once_exactly_the_limit_reaches_the_password():
    UserFactory(username="nora")
    start, codes = threading.Barrier(40), []

    def try_once() -> None:
        try:
            start.wait(20)
            codes.append(attempt("nora").status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=try_once) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(codes) == [401] * 10 + [429] * 30
