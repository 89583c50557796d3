"""Refresh tokens are good once."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from accounts.models import SignIn
from accounts.tests.clients import ME, REFRESH, bearing, sign_in
from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def refresh(token: str):
    return APIClient().post(REFRESH, {"refresh": token})


def refused(answer) -> bool:
    return (answer.status_code, answer.json()["code"]) == (401, "refresh_refused")


def test_a_refresh_gives_new_tokens_of_the_same_sign_in():
    user = UserFactory()
    first = sign_in(user)
    before = SignIn.objects.get()
    answer = refresh(first["refresh"])
    second = answer.json()
    assert answer.status_code == 200, second
    assert second["refresh"] != first["refresh"]
    assert second["user_id"] == user.pk
    assert bearing(second).get(ME).status_code == 200
    after = SignIn.objects.get()
    assert after.pk == before.pk
    assert after.expires_at > before.expires_at
    assert refresh(second["refresh"]).status_code == 200


def test_a_token_used_twice_ends_the_sign_in_for_both_holders():
    user = UserFactory()
    first, elsewhere = sign_in(user), sign_in(user)
    second = refresh(first["refresh"]).json()
    assert refused(refresh(first["refresh"]))
    assert refused(refresh(second["refresh"]))
    assert bearing(second).get(ME).status_code == 401
    assert bearing(elsewhere).get(ME).status_code == 200


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "é"])
def test_nonsense_is_refused(token):
    assert refused(refresh(token))


def test_an_access_token_refreshes_nothing():
    assert refused(refresh(sign_in(UserFactory())["access"]))


def test_an_expired_sign_in_is_refused_and_forgotten_with_the_next():
    user = UserFactory()
    tokens = sign_in(user)
    SignIn.objects.update(expires_at=SignIn.objects.get().created_at - timedelta(seconds=1))
    assert refused(refresh(tokens["refresh"]))
    sign_in(user)
    assert SignIn.objects.count() == 1


def test_deactivation_and_a_new_password_end_refreshing():
    user, other = UserFactory(), UserFactory()
    tokens, others = sign_in(user), sign_in(other)
    user.deactivate()
    other.set_password("another-long-password")
    other.save()
    assert refused(refresh(tokens["refresh"]))
    assert refused(refresh(others["refresh"]))


def wait_until_blocked(count: int) -> None:
    """Return once so many connections wait for a lock; fail after ten seconds."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # or a transaction sees the first
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] == count:
                return
    raise AssertionError("They did not all wait for the lock.")


@pytest.mark.django_db(transaction=True)
def test_of_eight_refreshes_at_once_one_succeeds_and_the_sign_in_is_revoked():
    token = sign_in(UserFactory())["refresh"]
    start, answers = threading.Barrier(9), []

    def ask() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '20s'")  # all have to arrive, however slowly
            start.wait(10)
            answers.append(refresh(token))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    with transaction.atomic():
        SignIn.objects.select_for_update().get()
        start.wait(10)
        wait_until_blocked(8)
    for thread in threads:
        thread.join(30)
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
    assert SignIn.objects.get().revoked_at
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert bearing(won).get(ME).status_code == 401
