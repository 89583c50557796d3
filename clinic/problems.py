"""Every failure of the API as a problem: of a view, of a model, of the database, of an address."""

from typing import Any

import structlog
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.db import IntegrityError, InterfaceError, OperationalError
from django.db.models import ProtectedError, RestrictedError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response

from api import problems
from api.problems import Conflict, Problem, TooLarge, Unavailable
from api.wording import worded
from facilities.conflicts import TAKEN, codes_of, is_conflict
from facilities.refusals import duplicates, translated

logger = structlog.get_logger(__name__)

OVERTAKEN = _(
    "Somebody else has just changed what this refers to, or taken what only one can have. "
    "Read it again, then repeat what you meant to do."
)
TOO_LARGE = _("This is more than the clinic takes in one request. Send less at a time.")
IN_USE = _(
    "Other records refer to this one, so it cannot be deleted. Change those first, or deactivate "
    "this one where it has `is_active`."
)


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Return the problem for what a view raised; None for a defect, which is answered with 500."""
    error = _as_refusal(error)
    if isinstance(error, ValidationError):
        return _answer(*_refused(error))
    if isinstance(error, exceptions.APIException):
        return _answer(error.status_code, _described(error), _headers(error))
    return None


def _as_refusal(error: Exception) -> Exception:
    """Return the error that says the same in the API's terms, or the error itself."""
    match error:
        case IntegrityError():
            return _stopped(error)
        case Http404():
            return exceptions.NotFound()
        case PermissionDenied():
            return exceptions.PermissionDenied()
        case RequestDataTooBig():
            return TooLarge(str(TOO_LARGE), "too_large")
        case SuspiciousOperation():
            return exceptions.ParseError(gettext("This request cannot be read. Send fewer fields."))
        case OperationalError() | InterfaceError():
            logger.error("database_unavailable", exc_info=error)
            return Unavailable(
                gettext("The database is busy. Try again in a few seconds."), "unavailable"
            )
    return error


_IN_USE = (ProtectedError, RestrictedError)
# Of a unique value or a reference, which were checked: somebody else has been quicker.
OVERTAKEN_STATES = {"23505", "23503"}


def _stopped(error: IntegrityError) -> Exception:
    """Return what a constraint refuses in its own words, or in these where it has none."""
    if isinstance(error, _IN_USE):
        return Conflict(str(IN_USE), "in_use")
    refusal = translated(error)
    sqlstate = getattr(error.__cause__, "sqlstate", None)
    overtaken = refusal is error and sqlstate in OVERTAKEN_STATES
    return Conflict(str(OVERTAKEN), "overtaken") if overtaken else refusal


def _refused(error: ValidationError) -> tuple[int, dict[str, Any]]:
    codes = codes_of(error)
    if "stale" in codes:
        return 412, problems.refusal_body(412, error)
    if "disk_full" in codes:
        return 507, problems.refusal_body(507, error)
    if is_conflict(error):
        by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
        return 409, _conflict(by_field)
    return 400, problems.refusal_body(400, error)


def _conflict(by_field: dict[str, list[ValidationError]]) -> dict[str, Any]:
    """Return the problem of one conflict or several; the first gives its code and its words."""
    told = [
        {"field": field, "code": str(each.code), "detail": " ".join(each.messages)}
        for field, errors in by_field.items()
        for each in errors
    ]
    for each in told:
        if each["code"] in TAKEN:
            each["code"] = f"{each['field'].removesuffix('_id')}_taken"
        if each["field"] in ("", NON_FIELD_ERRORS):
            each["field"] = duplicates().get(each["code"], "")
    code, words = told[0]["code"], " ".join(each["detail"] for each in told)
    return problems.body(409, code, words, [each for each in told if each["field"]])


def _described(error: exceptions.APIException) -> dict[str, Any]:
    more = error.more if isinstance(error, Problem) else {}
    if isinstance(error, exceptions.ValidationError):
        return problems.fields_body(error)
    if isinstance(error.detail, dict):  # some say it once more inside
        detail = error.detail["detail"]
        return problems.body(error.status_code, str(detail.code), str(detail))
    code = str(error.get_codes())
    return problems.body(error.status_code, code, worded(error), **more)


def _headers(error: exceptions.APIException) -> dict[str, str]:
    wait = getattr(error, "wait", None)
    challenge = getattr(error, "auth_header", None)
    return ({"Retry-After": str(int(wait) or 1)} if wait else {}) | (
        {"WWW-Authenticate": challenge} if challenge else {}
    )


def _answer(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(body, status=status, headers=headers, content_type=problems.CONTENT_TYPE)


@csrf_exempt
@login_not_required
def not_found(request: HttpRequest) -> HttpResponse:
    """Answer for an address below `/api/` that leads nowhere."""
    return problems.response(404, "not_found", gettext("There is nothing at this address."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for a defect, in the form that the path's clients read."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    return problems.response(
        500,
        "server_error",
        gettext("Something went wrong here. Try again; if it stays, report the id."),
    )
