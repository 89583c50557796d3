"""One request at one page, as the browser of somebody of a role sends it; it is rolled back."""

import re
from copy import deepcopy
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db import models, transaction
from django.test import Client
from django.urls import reverse

from clinic.tests.access.pages.routes import Route
from clinic.tests.access.pages.rows import NAMED
from clinic.tests.access.pages.world import World
from clinic.tests.access.rows import EVERYONE
from clinic.tests.access.world import Place
from clinic.tests.canary import CANARY

ALL = ("anonymous", *sorted(EVERYONE))
SIGN_IN = reverse("account_login")
ADDRESSES = re.compile(r'\b(?:href|src|action|hx-get|hx-post)="([^"]*)')
# What stands for a name in a path, where it is the same in every path.
VALUES = {
    "facility_id": "facilities",
    "doctor_id": "doctors",
    "patient_id": "patients",
    "other_pk": "second",
    "token": "feed-token",
    "type_id": "appointment-types",
}
FIXED = {"kind": "allergy", "slug": "utilisation", "uidb36": "1", "key": "none"}
# What `<int:pk>` stands for, by the words before it in the path.
BEFORE_PK = {
    "appointments": "appointments",
    "holds": "holds",
    "my/holds": "kept",
    "my/visits": "appointments",
    "patients": "patients",
    "merges": "merges",
    "duplicates": "duplicates",
    "calendar/feeds": "feeds",
    "calendar/feeds/doctors": "doctors",
    "hours": "doctor-working-hours",
    "absences/time-off": "doctor-time-off",
    "absences/closures": "facility-closures",
    "waitlist": "waitlist",
    "documents": "documents",
    "notes": "medical-records",
    "passkeys": "passkeys",
    "<kind:kind>": "allergies",
    "<finding:kind>": "allergies",
}
# What is about a note that is not signed yet.
OF_A_DRAFT = {("records:discard", "get"), ("records:discard", "post"), ("records:note", "post")}


class Met(NamedTuple):
    """What a request was answered with: "in", "sign in", or the status that kept somebody out."""

    outcome: object
    status: int
    begins: str
    is_kept: bool  # by a cache
    leak: str  # of a patient's name, where none belongs


def ask(
    world: World,
    role: str,
    method: str,
    route: Route,
    whose: str,
    instead: dict[str, Any] | None = None,
) -> Met:
    """Ask for the rows of somebody's place, naming no more than an answer takes.

    `instead` holds rows that take the place of some.
    """
    place = world.place(whose, role) | (instead or {})
    where, said = address(route, method, place), named(route, place)
    query = f"?{urlencode(said)}" if said else ""
    return sent(world.browsers[role], method, f"{where}{query}", said)


def sent(client: Client, method: str, address: str, said: dict[str, Any]) -> Met:
    """Return what is answered; neither the database nor the client keeps anything of it."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        answer = client.get(address) if method == "get" else client.post(address, said)
        met = of(answer, answer.getvalue().decode("latin-1"))
        transaction.set_rollback(True)
    client.cookies = cookies
    return met


def of(answer: Any, text: str) -> Met:
    is_kept = "no-store" not in answer.get("Cache-Control", "")
    return Met(outcome(answer), answer.status_code, text[:200], is_kept, leak(answer, text))


def leak(answer: Any, text: str) -> str:
    """Return what of a record stands in an address, or in the page of a refusal."""
    told = [answer.get("Location", ""), *ADDRESSES.findall(text)]
    if answer.status_code not in (409, 422) and answer.status_code >= 400:
        told.append(text)
    found = CANARY.search("\n".join(told))
    return found[0] if found else ""


def outcome(answer: Any) -> object:
    if answer.status_code == 302 and answer["Location"].startswith(SIGN_IN):
        return "sign in"
    let_in = 200 <= answer.status_code < 400 or answer.status_code in (409, 422)
    return "in" if let_in else answer.status_code


def address(route: Route, method: str, place: Place) -> str:
    if route.name == route.path:  # it has no name
        return f"/{route.path.strip('^')}"
    values = {name: value(route, method, name, place) for name in route.kwargs}
    return reverse(route.name, kwargs=values)


def value(route: Route, method: str, name: str, place: Place) -> Any:
    """Return what stands for a name in the route's path."""
    if name in FIXED:
        return FIXED[name]
    row = place[
        "drafts" if (route.name, method) in OF_A_DRAFT and name == "pk" else kind_of(route, name)
    ]
    return row.pk if isinstance(row, models.Model) else row


def kind_of(route: Route, name: str) -> str:
    """Return which row of a place a name in the path stands for."""
    if name in VALUES:
        return VALUES[name]
    before = route.path.partition("<int:pk>")[0].strip("/")
    return BEFORE_PK[max((each for each in BEFORE_PK if before.endswith(each)), key=len)]


def found_at(route: Route) -> list[str]:
    """Return which rows an address names, in the order of its path."""
    return [kind_of(route, name) for name in route.kwargs if name not in FIXED]


def named(route: Route, place: Place) -> dict[str, Any]:
    """Return the fields of the query and the form that say what an answer takes."""
    said = {name: place.get(kind, kind) for name, kind in NAMED.get(route.name, {}).items()}
    return {k: each.pk if isinstance(each, models.Model) else each for k, each in said.items()}
