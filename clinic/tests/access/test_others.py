"""Whoever creates something names only what is theirs: ids of others are refused in every body."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.db import transaction
from rest_framework.test import APIClient

from clinic.tests.access import world
from clinic.tests.access.rows import DESK, PATIENT
from scheduling.tests.factories import in_days

pytestmark = pytest.mark.django_db

KINDS = {
    "patient_id": "patients",
    "doctor_id": "doctors",
    "assigned_doctor_id": "doctors",
    "facility_id": "facilities",
    "room_id": "rooms",
    "type_id": "appointment-types",
}
WRITTEN = ("Appointment", "AppointmentSeries", "WaitlistEntry", "TimeOff", "Closure")


class Creation(NamedTuple):
    """A POST: which ids its body names, what it says besides, and who may send it."""

    path: str
    ids: tuple[str, ...]
    said: Callable[[world.Place], dict[str, Any]]
    roles: tuple[str, ...]


def visit(own: world.Place) -> dict[str, Any]:
    return {"starts_at": in_days(3, 11, facility=own["facilities"]).isoformat()}


def absence(own: world.Place) -> dict[str, Any]:
    ends_at = in_days(200, 12, facility=own["facilities"]).isoformat()
    starts_at = in_days(200, 11, facility=own["facilities"]).isoformat()
    return {"starts_at": starts_at, "ends_at": ends_at, "reason": "Leave"}


def person(own: world.Place) -> dict[str, Any]:
    return {"given_name": "Ada", "family_name": "Brook", "date_of_birth": "1990-01-01"}


PLACE = ("doctor_id", "facility_id")
CREATIONS = [
    Creation("appointments", ("patient_id", *PLACE, "room_id", "type_id"), visit, (DESK,)),
    Creation("appointments", ("patient_id", *PLACE, "type_id"), visit, (PATIENT,)),
    Creation("appointments/hold", ("patient_id", *PLACE, "room_id"), visit, (DESK,)),
    Creation("appointments/hold", ("patient_id", *PLACE, "type_id"), visit, (PATIENT,)),
    Creation("series", ("patient_id", *PLACE), lambda own: visit(own) | {"count": 2}, (DESK,)),
    Creation("waitlist", ("patient_id", *PLACE), lambda own: {}, (DESK,)),
    Creation("patients", ("facility_id", "assigned_doctor_id"), person, (DESK,)),
    Creation("doctors/{doctor_id}/time-off", ("doctor_id",), absence, (DESK,)),
    Creation("facilities/{facility_id}/closures", ("facility_id",), absence, (DESK,)),
]  # fmt: skip
CASES = [(each, role) for each in CREATIONS for role in each.roles]
# Types belong to the whole network, and everybody sees them.
SHARED = {"type_id"}


@pytest.fixture(scope="module")
def here(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield world.build()
        transaction.set_rollback(True)


def rows() -> dict[str, int]:
    models = [apps.get_model("scheduling", name) for name in WRITTEN]
    models.append(apps.get_model("patients", "Patient"))
    return {model.__name__: model._default_manager.count() for model in models}


def post(here: world.World, made: Creation, role: str, **ids: int) -> tuple[Any, bool]:
    """Return the answer, and whether anything was written; all of it is rolled back."""
    before = rows()
    named = {name: here.own[KINDS[name]].pk for name in made.ids} | ids
    body = made.said(here.own) | {n: v for n, v in named.items() if f"{{{n}}}" not in made.path}
    client = APIClient()
    client.force_authenticate(here.people[role])
    with transaction.atomic():
        answer = client.post(f"/api/v1/{made.path.format(**named)}", body, format="json")
        wrote = rows() != before
        transaction.set_rollback(True)
    return answer, wrote


@pytest.mark.parametrize(("made", "role"), CASES, ids=lambda each: getattr(each, "path", each))
def test_what_is_ones_own_may_be_named_and_nothing_of_others(here, made, role):
    answer, wrote = post(here, made, role)
    assert (answer.status_code, wrote) == (201, True), answer.json()
    for name in sorted({*made.ids} - SHARED):
        answer, wrote = post(here, made, role, **{name: here.other[KINDS[name]].pk})
        assert answer.status_code in (400, 404), (name, answer.json())
        assert not wrote, name
