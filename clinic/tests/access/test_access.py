"""Who gets in where: every route of the API, by role, at their own facility and at another."""

from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from django.urls import reverse
from rest_framework.test import APIClient

from clinic.tests.access import world
from clinic.tests.access.asking import ask
from clinic.tests.access.routes import Route, routes
from clinic.tests.access.rows import EVERYONE, ROWS, Row

pytestmark = pytest.mark.django_db

ROUTES = routes()
LISTS = [
    each
    for each in ROUTES
    if each.method == "get" and each.name.endswith("-list") and not each.kwargs
]
ANYBODY = ["anonymous", *sorted(EVERYONE)]


@pytest.fixture(autouse=True)
def _pictures(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(scope="module")
def here(django_db_setup, django_db_blocker):
    """Build the two facilities once; every request is rolled back.

    Passwords are hashed as in the tests, whose own setting is not there yet.
    """
    hasher = "django.contrib.auth.hashers.MD5PasswordHasher"
    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(PASSWORD_HASHERS=[hasher]):
            built = world.build()
        yield built
        transaction.set_rollback(True)


def test_every_route_has_a_row_and_every_row_a_route():
    rows = {(name, method) for name, methods in ROWS.items() for method in methods}
    assert {(route.name, route.method) for route in ROUTES} == rows


def expected(row: Row, role: str, *, elsewhere: bool) -> int:
    """Return the status that keeps this person out, or 200 for one who gets in."""
    if role == "anonymous":
        return 200 if row.is_open else 401
    if role not in row.roles:
        return 403
    return 404 if elsewhere and role in row.bound else 200


def outcome(route: Route, answer: Any) -> int:
    """Return the status that kept somebody out, or 200 where they could do what it is for.

    A conflict is met by who got in. Of what is open to anybody no right body is known here.
    """
    status: int = answer.status_code
    is_open = ROWS[route.name][route.method].is_open
    if status in (401, 403, 404) and not is_open:
        return status
    let_in = 200 <= status < 300 or status == 409 or (is_open and status == 400)
    return 200 if let_in else status


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_the_right_people_get_in(here, route):
    row = ROWS[route.name][route.method]
    for role in ANYBODY:
        for whose in ("own", "other"):
            with transaction.atomic():
                answer = ask(here, route, role, getattr(here, whose))
                found = f"{role} at {whose}: {answer.status_code} {answer.getvalue()[:300]!r}"
                transaction.set_rollback(True)
            elsewhere = whose == "other" and bool(route.kwargs)
            assert outcome(route, answer) == expected(row, role, elsewhere=elsewhere), found


def ids(answer) -> set:
    found = answer.json()
    rows = found["results"] if isinstance(found, dict) else found
    return {row["id"] for row in rows if "id" in row}


@pytest.mark.parametrize(
    "route",
    [each for each in LISTS if each.name != "slots-list"],
    ids=str,
)
def test_a_list_shows_nothing_of_others(here, route):
    row, kind = ROWS[route.name]["get"], route.name.removesuffix("-list")
    for role in sorted(row.roles):
        client = APIClient()
        client.force_authenticate(here.people[role])
        shown = ids(client.get(reverse(f"api-v1:{route.name}")))
        assert here.own[kind].pk in shown, role
        assert (here.other[kind].pk in shown) == (role not in row.bound), role
