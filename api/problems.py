"""Errors as RFC 9457 describes them: `application/problem+json`, with a code for programs."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import JsonResponse
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions

CONTENT_TYPE = "application/problem+json"
INVALID = _("Some of the input is not right. See `errors`, correct it, and send it again.")
# A rule that is no field's, and has no name.
UNNAMED = "refused"
TITLES = {
    HTTPStatus.BAD_REQUEST: _("Bad Request"),
    HTTPStatus.UNAUTHORIZED: _("Unauthorized"),
    HTTPStatus.FORBIDDEN: _("Forbidden"),
    HTTPStatus.NOT_FOUND: _("Not Found"),
    HTTPStatus.METHOD_NOT_ALLOWED: _("Method Not Allowed"),
    HTTPStatus.NOT_ACCEPTABLE: _("Not Acceptable"),
    HTTPStatus.CONFLICT: _("Conflict"),
    HTTPStatus.PRECONDITION_FAILED: _("Precondition Failed"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("Request Entity Too Large"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: _("Unsupported Media Type"),
    HTTPStatus.UNPROCESSABLE_ENTITY: _("Unprocessable Entity"),
    HTTPStatus.PRECONDITION_REQUIRED: _("Precondition Required"),
    HTTPStatus.TOO_MANY_REQUESTS: _("Too Many Requests"),
    HTTPStatus.INTERNAL_SERVER_ERROR: _("Internal Server Error"),
    HTTPStatus.SERVICE_UNAVAILABLE: _("Service Unavailable"),
}


class Problem(exceptions.APIException):
    """An answer other than success; `more` is added to its body, beside `code` and `detail`."""

    def __init__(self, detail: str, code: str, **more: Any) -> None:
        super().__init__(detail, code)
        self.more = more


class Unauthenticated(Problem):
    """What was sent does not show who is asking."""

    status_code = HTTPStatus.UNAUTHORIZED
    auth_header = 'Bearer realm="api"'


class Refused(Problem):
    """The request breaks a rule; another one may not."""

    status_code = HTTPStatus.BAD_REQUEST


class Forbidden(Problem):
    """This account may not do it as things stand."""

    status_code = HTTPStatus.FORBIDDEN


class Conflict(Problem):
    """The request is right, but what is in the database stands against it."""

    status_code = HTTPStatus.CONFLICT


class PreconditionFailed(Problem):
    """The resource is no longer what `If-Match` names."""

    status_code = HTTPStatus.PRECONDITION_FAILED


class PreconditionRequired(Problem):
    """The request changes a resource without naming the version that it read."""

    status_code = HTTPStatus.PRECONDITION_REQUIRED


class TooLarge(Problem):
    """The request holds more than is read."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class Unprocessable(Problem):
    """The request is well formed and cannot be processed."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY


class Unavailable(Problem):
    """The database is away or busy; the same request may succeed in a moment."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    wait = 5


def body(
    status: int, code: str, detail: str, errors: list[dict[str, str]] | None = None, **more: Any
) -> dict[str, Any]:
    """Return the members of a problem; `errors` holds one entry a refused field."""
    bound = structlog.contextvars.get_contextvars()
    problem = {
        "type": "about:blank",
        "title": str(TITLES.get(HTTPStatus(status), HTTPStatus(status).phrase)),
        "status": int(status),
        "code": code,
        "detail": detail,
        "request_id": bound.get("request_id", ""),
    }
    return problem | ({"errors": errors} if errors else {}) | more


def response(status: int, code: str, detail: str, **headers: str) -> JsonResponse:
    """Return a problem from outside of a view, such as for an address that leads nowhere."""
    return JsonResponse(
        body(status, code, detail), status=status, content_type=CONTENT_TYPE, headers=headers
    )


def refusal_body(status: int, error: DjangoValidationError, **more: Any) -> dict[str, Any]:
    """Return the problem for what a model or the database refused."""
    if not hasattr(error, "error_dict"):
        first = error.error_list[0]
        return body(status, _coded("", first.code), " ".join(error.messages), **more)
    errors = [
        {"field": field, "code": _coded(field, each.code), "detail": " ".join(each.messages)}
        for field, refused in error.error_dict.items()
        for each in refused
    ]
    return _whole_or_fields(status, errors, **more)


def fields_body(error: exceptions.ValidationError) -> dict[str, Any]:
    """Return the problem for what a serializer refused."""
    return _whole_or_fields(error.status_code, list(field_errors(error.detail)))


def _whole_or_fields(status: int, errors: list[dict[str, str]], **more: Any) -> dict[str, Any]:
    """Return a problem of fields, or of the whole request where one rule about that is broken."""
    if [each["field"] for each in errors] == [NON_FIELD_ERRORS]:
        return body(status, errors[0]["code"], errors[0]["detail"], **more)
    for each in errors:
        each["field"] = "" if each["field"] == NON_FIELD_ERRORS else each["field"]
    return body(status, "invalid", str(INVALID), errors, **more)


def _coded(field: str, code: str | None) -> str:
    """Return the code of a refusal; `invalid` is a field's alone."""
    if field in ("", NON_FIELD_ERRORS):
        return code if code and code != "invalid" else UNNAMED
    return code or "invalid"


def field_errors(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Yield one entry for each refused field of a serializer; the path to nested ones has dots."""
    if isinstance(detail, dict):
        for name, value in detail.items():
            inner = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
            yield from field_errors(value, inner)
    elif isinstance(detail, list):
        for number, value in enumerate(detail):
            nested = isinstance(value, dict | list)
            yield from field_errors(value, f"{path}.{number}".lstrip(".") if nested else path)
    else:
        yield {
            "field": path or NON_FIELD_ERRORS,
            "code": _coded(path, str(getattr(detail, "code", ""))),
            "detail": str(detail),
        }
