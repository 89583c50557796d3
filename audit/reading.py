"""How it comes into the access log that somebody has seen a record.

A view says what it shows: `shows(request, Kind.PATIENT_PAGE, [patient.pk])`. The middleware writes
it when the answer is made and before it is sent, in one statement for each thing shown; without
it nothing is sent. What is refused, and what only leads elsewhere, has shown nothing.

A change whose answer shows a record writes it itself, in the transaction of the change: otherwise
one that could not be logged would be saved and answered as if it were not. See `audit.api`.
"""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

import structlog
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.throttling import BaseThrottle

from api import problems

MARK, WRITTEN = "_shown_of_records", "_written_of_records"
WRITE = """
    INSERT INTO audit_accessevent (
        at, user_id, user_name, role, patient_id, what, route, path, reason, break_glass,
        request_id, network
    )
    SELECT clock_timestamp(), %(user)s, %(name)s, %(role)s, shown.patient, %(what)s, %(route)s,
        %(path)s, %(reason)s, %(break_glass)s, %(request_id)s, %(network)s
    FROM unnest(%(patients)s::bigint[]) AS shown (patient)
"""


class Shown(NamedTuple):
    """What an answer shows of some patients' records, and why."""

    what: str
    patients: tuple[int, ...]
    reason: str
    break_glass: int | None


def shows(
    request: Any,
    what: str,
    patients: Iterable[int],
    *,
    reason: str = "",
    break_glass: int | None = None,
) -> None:
    """Note that the answer to this request shows this of the patients with these ids.

    `what` is a `Kind` or a short name of the app's own, at most 50 characters. `request` is
    Django's or that of REST framework. Nothing is written before there is an answer.
    """
    request = getattr(request, "_request", request)
    ids = tuple(sorted(set(patients)))
    if ids:
        shown = Shown(str(what), ids, reason, break_glass)
        marks: list[Shown] = request.__dict__.setdefault(MARK, [])
        if shown not in marks:
            marks.append(shown)


def write(request: HttpRequest, response: HttpResponseBase) -> None:
    """Write what was noted, unless this answer shows none of it. Raises what the database does.

    Written once: what a change has committed already is left out.
    """
    written: set[Shown] = request.__dict__.get(WRITTEN, set())
    marks = [each for each in request.__dict__.get(MARK, []) if each not in written]
    if not marks or not shows_something(response.status_code) or is_problem(response):
        return
    known = about(request)
    with connection.cursor() as cursor:
        for what, patients, reason, break_glass in marks:
            shown = {"what": what[:50], "patients": list(patients), "reason": reason[:300]}
            cursor.execute(WRITE, known | shown | {"break_glass": break_glass})


def is_marked(request: HttpRequest) -> bool:
    """Say whether a view has noted that its answer shows somebody's record."""
    return MARK in request.__dict__


def is_committed(request: HttpRequest) -> None:
    """Note that what was written for this request so far is kept for good."""
    request.__dict__.setdefault(WRITTEN, set()).update(request.__dict__.get(MARK, []))


def shows_something(status: int) -> bool:
    """Say whether an answer with this status shows what the view meant to show.

    A form comes back with 409, 412 or 422; what the API refuses is only a problem. What a client
    may show again (304) was written when it was sent.
    """
    return 200 <= status < 300 or status in {409, 412, 422}


def is_problem(response: HttpResponseBase) -> bool:
    """Say whether an answer holds nothing but why the API refuses something."""
    return str(response.get("Content-Type", "")).startswith(problems.CONTENT_TYPE)


def about(request: HttpRequest) -> dict[str, Any]:
    """Return who asks for what, and from which network."""
    user: Any = request.user
    match = request.resolver_match
    bound = structlog.contextvars.get_contextvars()
    return {
        "user": user.pk,
        "name": str(user)[:150],
        "role": user.role,
        "route": (match.view_name if match else "")[:150],
        "path": request.path[:300],
        "request_id": str(bound.get("request_id", ""))[:64],
        "network": network(str(BaseThrottle().get_ident(request))),
    }


def network(address: str) -> str:
    """Return the network of an address: enough to tell inside from outside, and no device."""
    try:
        known = ip_address(address)
    except ValueError:
        return ""
    mapped = getattr(known, "ipv4_mapped", None) or known
    return str(ip_network((mapped, 24 if mapped.version == 4 else 48), strict=False))
