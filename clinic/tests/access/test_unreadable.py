"""JSON that nobody honest sends is refused at every address that takes any."""

import pytest
from django.db import transaction

from clinic.tests.access import world
from clinic.tests.access.asking import send
from clinic.tests.access.described import Operation, operations

pytestmark = pytest.mark.django_db

WRITES = [each for each in operations() if each.route.method in ("post", "put", "patch")]
UNREADABLE = [
    "[" * 100_000,
    '{"reason":' * 50_000,
    r'{"reason": "x", "\ud800": 1}',
    r'{"reason": "\udfff"}',
]


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(scope="module")
def here(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield world.build()
        transaction.set_rollback(True)


@pytest.mark.parametrize("operation", WRITES, ids=str)
def test_json_that_cannot_be_read_is_refused(here, operation: Operation):
    for body in UNREADABLE:
        with transaction.atomic():
            answer = send(here, operation.route, body)
            transaction.set_rollback(True)
        assert answer.status_code < 500, answer.getvalue()
        if operation.takes_json:
            assert (answer.status_code, answer.json()["code"]) == (400, "parse_error"), body[:40]


def test_there_are_such_addresses():
    assert sum(each.takes_json for each in WRITES) > 60
