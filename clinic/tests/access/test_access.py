"""Who gets in where: every route of the API, by role, at their own facility and at another."""

import io
import json
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse
from PIL import Image
from rest_framework.test import APIClient

from accounts.tests.clients import given_tokens
from clinic.tests.access import world
from clinic.tests.access.routes import Route, routes
from clinic.tests.access.rows import BODIES, EVERYONE, ROWS, Row
from records.models import Document

pytestmark = pytest.mark.django_db

ROUTES = routes()
LISTS = [
    each
    for each in ROUTES
    if each.method == "get" and each.name.endswith("-list") and not each.kwargs
]
ANYBODY = ["anonymous", *sorted(EVERYONE)]
# What an address is below of.
PARENTS = {"facility_id": "facilities", "doctor_id": "doctors", "patient_id": "patients"}


@pytest.fixture(autouse=True)
def _pictures(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(scope="module")
def here(django_db_setup, django_db_blocker):
    """Build the two facilities once; every request is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield world.build()
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


def address(route: Route, rows: dict) -> str:
    """Return the address of a row: of the kind with the longest name that the route begins with."""
    kind = max((kind for kind in rows if route.name.startswith(kind)), key=len, default="")
    values = {name: rows[PARENTS.get(name, kind)].pk for name in route.kwargs}
    return reverse(f"api-v1:{route.name}", kwargs=values)


def with_pictures(users: list) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(drawn, "PNG")
    for user in users:
        user.set_picture(drawn.getvalue())


def with_file(document: Document) -> None:
    path = Path(document.file.path)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_the_right_people_get_in(here, route):
    row = ROWS[route.name][route.method]
    said = BODIES.get(route.name, lambda own: {})
    for role in ANYBODY:
        for whose in ("own", "other"):
            with transaction.atomic():
                client, place = APIClient(raise_request_exception=False), getattr(here, whose)
                if role != "anonymous":
                    access = given_tokens(here.people[role])["access"]
                    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
                if "picture" in route.name:
                    with_pictures([*here.people.values(), place["user"]])
                if route.name == "documents-content":
                    with_file(place["documents"])
                answer = client.generic(
                    route.method, address(route, place),
                    json.dumps(said(here.own)), "application/json",
                    headers={"If-Match": "*"},
                )  # fmt: skip
                transaction.set_rollback(True)
            status = answer.status_code if answer.status_code in (401, 403, 404) else 200
            found = f"{role} at {whose}: {answer.status_code} {answer.getvalue()[:300]!r}"
            assert answer.status_code < 500, found
            elsewhere = whose == "other" and bool(route.kwargs)
            assert status == expected(row, role, elsewhere=elsewhere), found


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
