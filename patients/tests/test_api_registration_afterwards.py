"""Registering and asking for a code take as long for every address: the work is done afterwards."""

import re
import time
from collections.abc import Callable

import pytest
from django.core import mail as mailed
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from rest_framework.test import APIClient

from accounts import mail
from accounts.afterwards import afterwards, thread
from accounts.models import User
from accounts.tests.factories import PASSWORD, UserFactory
from patients.models import Registration

REGISTER, RESEND = "/api/v1/auth/register", "/api/v1/auth/verify/resend"
RUBEN = {
    "email": "ruben@example.org",
    "password": PASSWORD,
    "given_name": "Ruben",
    "family_name": "Oakmere",
    "date_of_birth": "1990-06-01",
}
ADDRESSES = ["new@example.org", "owner@example.org", RUBEN["email"]]


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.django_db
@pytest.mark.parametrize("url", [REGISTER, RESEND])
def test_a_request_takes_the_same_statements_for_every_address(url, letters):
    UserFactory(email="owner@example.org")
    letters(lambda: APIClient().post(REGISTER, RUBEN))
    statements = []
    for email in ADDRESSES:
        said = RUBEN if url == REGISTER else {}
        with CaptureQueriesContext(connection) as captured:
            answer = APIClient().post(url, said | {"email": email})
        assert answer.status_code in (201, 202)
        shapes = [re.sub(r"'[^']*'|\d+", "?", each["sql"]) for each in captured]
        statements.append(shapes)
    assert statements[0] == statements[1] == statements[2]


@pytest.mark.django_db(transaction=True)
def test_the_account_is_made_after_the_answer_and_the_connection_closed():
    assert APIClient().post(REGISTER, RUBEN).status_code == 201
    until(lambda: bool(mailed.outbox))
    assert Registration.objects.get().user == User.objects.get(email=RUBEN["email"])
    assert thread.submit(lambda: connection.connection).result(10) is None
    assert mail.posting.submit(lambda: connection.connection).result(10) is None


@pytest.mark.django_db(transaction=True)
def test_work_that_fails_is_logged_and_the_next_is_done(caplog):
    done = []

    def fail() -> None:
        User.objects.count()
        raise ValueError

    afterwards(fail)
    afterwards(lambda: done.append(User.objects.count()))
    until(lambda: bool(done))
    assert "work_afterwards_failed" in caplog.text
    assert thread.submit(lambda: connection.connection).result(10) is None


@pytest.mark.django_db(transaction=True)
def test_work_afterwards_speaks_the_language_of_the_request():
    spoken = []
    for language in ("pt-br", "es"):
        with translation.override(language):
            afterwards(lambda: spoken.append(translation.get_language()))
    until(lambda: len(spoken) == 2)
    assert spoken == ["pt-br", "es"]
