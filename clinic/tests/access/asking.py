"""One request at one address, as somebody of a role sends it. Every caller rolls back."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.tests.clients import given_tokens
from clinic.tests.access.routes import Route
from clinic.tests.access.rows import ROWS
from clinic.tests.access.saying import ASKED, SAID
from clinic.tests.access.world import Place, World
from records.models import Document
from records.tests.factories import pdf, png

JSON = "application/json"
# What an address is below of.
PARENTS = {"facility_id": "facilities", "doctor_id": "doctors", "patient_id": "patients"}
# In which order roles are tried where one is enough.
FIRST = ("admin", "receptionist", "doctor", "nurse", "patient")


def who_may(route: Route) -> str:
    """Return the first role that may do it, or nobody's where anybody may."""
    row = ROWS[route.name][route.method]
    return "anonymous" if row.is_open else next(role for role in FIRST if role in row.roles)


def address(route: Route, rows: Place) -> str:
    """Return the address of a row: of the kind with the longest name that the route begins with."""
    kind = max((kind for kind in rows if route.name.startswith(kind)), key=len, default="")
    values = {name: rows[PARENTS.get(name, kind)].pk for name in route.kwargs}
    return reverse(f"api-v1:{route.name}", kwargs=values)


def signed_in(world: World, role: str) -> APIClient:
    client = APIClient(raise_request_exception=False)
    if role != "anonymous":
        access = given_tokens(world.people[role])["access"]
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client


def ask(world: World, route: Route, role: str, rows: Place) -> Any:
    """Ask for a row of this place, saying what can be done with it by those who may."""
    row, method = ROWS[route.name][route.method], route.method
    # Who reaches only what is theirs can name nothing else.
    place = rows if route.kwargs and role not in row.bound else world.own
    _with_files(world, route, rows)
    query = urlencode(ASKED[route.name](place, role)) if route.name in ASKED else ""
    where = f"{address(route, rows)}?{query}".rstrip("?")
    body, kind = _body(route, place, role)
    return signed_in(world, role).generic(method, where, body, kind, headers={"If-Match": "*"})


def send(world: World, route: Route, body: str) -> Any:
    """Send this body as JSON, as somebody who may."""
    client = signed_in(world, who_may(route))
    headers = {"If-Match": "*", "Idempotency-Key": "one"}
    return client.generic(route.method, address(route, world.own), body, JSON, headers=headers)


def _body(route: Route, place: Place, role: str) -> tuple[Any, str]:
    if route.method == "put" and "picture" in route.name:
        return png(), "image/png"
    if (route.name, route.method) == ("documents-list", "post"):
        file = SimpleUploadedFile("scan.pdf", pdf(), "application/pdf")
        said = {"patient_id": place["patients"].pk, "title": "Scan", "file": file}
        return encode_multipart(BOUNDARY, said), MULTIPART_CONTENT
    said = SAID.get((route.name, route.method), lambda place, role: {})(place, role)
    return json.dumps(said), JSON


def _with_files(world: World, route: Route, rows: Place) -> None:
    """Put the files there that the address is about."""
    if "picture" in route.name:
        for user in (*world.people.values(), rows["user"]):
            user.set_picture(png(8, 8))
    if route.name == "documents-content":
        _with_file(rows["documents"])


def _with_file(document: Document) -> None:
    path = Path(document.file.path)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
