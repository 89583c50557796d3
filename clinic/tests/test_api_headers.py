"""Every header that an answer of the API carries is described, and what is described is sent."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.tests.clients import client_of
from accounts.tests.factories import UserFactory
from api.limits import FairUse
from clinic.tests.access import world
from clinic.tests.access.asking import ask, send, who_may
from clinic.tests.access.described import Operation, operations, schema

pytestmark = pytest.mark.django_db

# Described before a transaction is open, which may not wait for it.
OPERATIONS = operations()
# What every answer of the site carries, and what HTTP itself says of a body.
EVERYWHERE = {
    "Allow",
    "Cache-Control",
    "Content-Disposition",
    "Content-Language",
    "Content-Length",
    "Content-Security-Policy",
    "Content-Type",
    "Cross-Origin-Opener-Policy",
    "Referrer-Policy",
    "Vary",
    "X-Content-Type-Options",
    "X-Frame-Options",
}
NOT_ALWAYS = {"Idempotent-Replayed"}
CARE_TYPES = "/api/v1/care-types"


def described(operation: Operation, answer: Any) -> set[str]:
    said = operation.described["responses"][str(answer.status_code)].get("headers", {})
    return set(said)


def sent(answer: Any) -> set[str]:
    return set(answer.headers) - EVERYWHERE


def of(path: str, method: str) -> Operation:
    return next(each for each in OPERATIONS if (each.path, each.route.method) == (path, method))


@pytest.fixture
def here(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return world.build()


def test_each_operation_sends_the_headers_that_are_described(here):
    succeeded = 0
    for each in OPERATIONS:
        for role in ("anonymous", who_may(each.route)):
            with transaction.atomic():
                answer = ask(here, each.route, role, here.own)
                transaction.set_rollback(True)
            answer.getvalue()  # closes the file that is sent
            found, told = sent(answer), described(each, answer)
            assert found <= told, (str(each), answer.status_code)
            if answer.status_code < 300:
                succeeded += 1
                assert told - found <= NOT_ALWAYS, (str(each), answer.status_code)
    assert succeeded > 140


def test_an_answer_that_is_given_again_says_so_in_a_header_that_is_described(here):
    post = of(CARE_TYPES, "post")
    first, again = (send(here, post.route, '{"name": "Cardiology"}') for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert sent(again) - sent(first) == {"Idempotent-Replayed"}
    assert sent(again) == described(post, again)


def test_what_has_not_changed_and_who_asks_too_often_are_described_too(monkeypatch):
    client, read = client_of(UserFactory(role="admin")), of(CARE_TYPES, "get")
    known = client.get(CARE_TYPES)["ETag"]
    same = client.get(CARE_TYPES, headers={"If-None-Match": known})
    assert sent(same) == described(read, same)
    monkeypatch.setattr(FairUse, "THROTTLE_RATES", {"fair_use": "1/min"})
    refused = client.get(CARE_TYPES)
    assert refused.status_code == 429
    assert sent(refused) == described(read, refused)
    assert 0 < int(refused["Retry-After"]) <= timedelta(minutes=1).total_seconds()


def test_each_header_is_described_once_and_used():
    used = {
        name
        for each in OPERATIONS
        for answer in each.described["responses"].values()
        for name in answer["headers"]
    }
    assert used == set(schema()["components"]["headers"]) - {"Deprecation", "Sunset"}
