"""The headers of answers, as the description of the API tells of them: once each, by reference."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.utils.http import http_date

from api.idempotency import REPLAYED

ALWAYS = ("X-Request-ID", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
DEPRECATED = ("Deprecation", "Sunset")
OF_PROBLEMS = {
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate",),
    HTTPStatus.TOO_MANY_REQUESTS: ("Retry-After",),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Retry-After",),
}
HALF_A_YEAR = timedelta(days=180)
TEXT = {"type": "string"}
DESCRIBED: dict[str, tuple[str, dict[str, Any]]] = {
    "X-Request-ID": ("Finds the request in the clinic's log.", TEXT),
    "RateLimit-Limit": (
        "What the limit nearest to its end lets pass; left out where nothing was counted yet.",
        {"type": "integer", "minimum": 1},
    ),
    "RateLimit-Remaining": ("How many of them are left.", {"type": "integer", "minimum": 0}),
    "RateLimit-Reset": (
        "In how many seconds the count begins anew.",
        {"type": "integer", "minimum": 1},
    ),
    "Retry-After": ("How many seconds to wait.", {"type": "integer", "minimum": 1}),
    "WWW-Authenticate": ("How to sign in: with a bearer token.", TEXT),
    "ETag": ("What to send as `If-Match` with a change, or as `If-None-Match`.", TEXT),
    "Location": ("The address of what was made.", {"type": "string", "format": "uri-reference"}),
    REPLAYED: (
        "There where the answer was given before, to the same `Idempotency-Key`.",
        {"type": "string", "enum": ["true"]},
    ),
    "Deprecation": ("Since when: an @ and seconds of the epoch (RFC 9745).", TEXT),
    "Sunset": ("When it goes away, as an HTTP date (RFC 8594).", TEXT),
}


@dataclass(frozen=True)
class Deprecation:
    """Since when an endpoint is deprecated, and when it will be taken away: half a year later."""

    since: datetime
    sunset: datetime

    def __post_init__(self) -> None:
        if self.sunset - self.since < HALF_A_YEAR:
            raise ValueError("What is deprecated stays for half a year.")

    def headers(self) -> dict[str, str]:
        return {
            "Deprecation": f"@{int(self.since.timestamp())}",
            "Sunset": http_date(self.sunset.timestamp()),
        }


def sends(status: int, *names: str) -> Callable[[Any], Any]:
    """Name the headers of an action's success, where they are not those of its kind."""

    def mark(handler: Any) -> Any:
        handler.sends = {status: names}
        return handler

    return mark


def sent(status: int, handler: Any, *, has_etag: bool, is_deprecated: bool) -> dict[str, Any]:
    """Return what the description says of the headers of one answer of an operation.

    `has_etag` says that the operation answers with a row or a list, which has one.
    """
    names = [*ALWAYS, *OF_PROBLEMS.get(HTTPStatus(status), ())]
    is_idempotent = getattr(handler, "is_idempotent", False)
    if status < HTTPStatus.BAD_REQUEST:
        usual: tuple[str, ...] = ("ETag", "Location") if status == HTTPStatus.CREATED else ("ETag",)
        usual = usual if has_etag or is_idempotent else ()
        names += getattr(handler, "sends", {}).get(status, usual)
        names += [REPLAYED] if is_idempotent else []
    names += DEPRECATED if is_deprecated else ()
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def described_headers(result: dict[str, Any], generator: Any, **kwargs: Any) -> dict[str, Any]:
    """Say in the description of the API what each header holds."""
    result["components"]["headers"] = {
        name: {"description": description, "schema": schema}
        for name, (description, schema) in DESCRIBED.items()
    }
    return result
