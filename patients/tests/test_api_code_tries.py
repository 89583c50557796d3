"""The tries of a mailed code are for who knows the password: nobody else can use them up."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import EmailCode
from accounts.models.email_code import MOST_TRIES
from accounts.tests.factories import PASSWORD

REGISTER, VERIFY = "/api/v1/auth/register", "/api/v1/auth/verify"
RUBEN = {
    "email": "ruben@example.org",
    "password": PASSWORD,
    "given_name": "Ruben",
    "family_name": "Oakmere",
    "date_of_birth": "1990-06-01",
}
GUESSED = {"password": "another-persons-guess"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(letters) -> str:
    """Return the code that was mailed to somebody who has registered."""
    _, (letter,) = letters(lambda: APIClient().post(REGISTER, RUBEN))
    return re.search(r"Your code is (\d{6})\.", letter.body)[1]


def other_than(code: str) -> str:
    return "000000" if code != "000000" else "111111"


def verify(code: str, network: int = 1, **said: str):
    own = {"email": RUBEN["email"], "password": PASSWORD, "code": code}
    return APIClient().post(VERIFY, own | said, REMOTE_ADDR=f"192.0.2.{network}")


def test_who_guesses_the_password_uses_no_try_up(code):
    for given in (code, other_than(code)):
        for _ in range(MOST_TRIES - 1):
            answer = verify(given, **GUESSED)
            assert answer.json()["errors"][0]["code"] == "code_refused"
    assert EmailCode.objects.get().tries == 0
    assert verify(code, network=2).status_code == 200


def test_who_knows_the_password_has_so_many_tries(code):
    for _ in range(MOST_TRIES):
        assert verify(other_than(code)).status_code == 400
    assert EmailCode.objects.get().tries == MOST_TRIES
    assert verify(code).status_code == 400


def test_a_wrong_address_password_and_code_are_refused_by_the_same_statements(code):
    steps = []
    for said in ({"email": "nobody@example.org"}, GUESSED, {}):
        with CaptureQueriesContext(connection) as queries:
            answer = verify(other_than(code), **said)
        assert answer.json()["errors"][0]["code"] == "code_refused"
        steps.append([re.sub(r"'[^']*'|\b\d+\b", "?", each["sql"]) for each in queries])
    assert steps[0] == steps[1] == steps[2]
    assert any("emailcode" in each for each in steps[0])
