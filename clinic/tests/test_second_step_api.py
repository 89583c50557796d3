"""Signing in with an app that speaks to the API, where the account has a second step."""

import pytest
from rest_framework.test import APIClient

from accounts.models import SignIn
from accounts.tests.clients import LOGIN, ME, bearing
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.second_steps import code, recovery_codes_of, with_app, wrong_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return with_app(UserFactory(username="nora"))


def post(password=PASSWORD, **more):
    return APIClient().post(LOGIN, {"username": "nora", "password": password} | more)


def told(answer):
    return answer.status_code, answer.json()["code"]


def test_the_problem_says_what_to_send(user):
    answer = post()
    assert told(answer) == (401, "mfa_required")
    assert "`code`" in answer.json()["detail"]
    assert not SignIn.objects.exists()


def test_a_code_signs_in_once(user):
    answer = post(code=code())
    assert answer.status_code == 200
    assert bearing(answer.json()).get(ME).status_code == 200
    assert told(post(code=code())) == (401, "wrong_code")
    assert post(code=code(1)).status_code == 200


def test_a_recovery_code_signs_in_once(user):
    first, *_ = recovery_codes_of(user)
    assert post(code=first).status_code == 200
    assert told(post(code=first)) == (401, "wrong_code")


def test_a_wrong_password_says_nothing_of_a_second_step_and_uses_no_code_up(user):
    assert told(post("not-the-password", code=code())) == (401, "wrong_credentials")
    assert post(code=code()).status_code == 200


def test_wrong_codes_are_limited_as_wrong_passwords_are(user):
    assert [told(post(code=wrong_code())) for _ in range(10)] == [(401, "wrong_code")] * 10
    assert told(post(code=code())) == (429, "throttled")


def test_without_a_second_step_a_code_is_not_looked_at():
    UserFactory(username="nora")
    assert post(code="123456").status_code == 200


@pytest.mark.parametrize("said", ["1" * 21, ["1"], {"a": 1}])
def test_what_is_no_code_is_named(user, said):
    answer = post(code=said)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "code"
