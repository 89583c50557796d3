"""The pages that stand in for an answer: a conflict, a method that is not allowed, too much sent.

They name nobody and nothing that was sent, and ask the database nothing. Django itself renders
those for 400, 403, 404 and 500, the middleware for a database that is away the one for 503.
"""

from collections.abc import Callable

import structlog
from django.contrib import messages
from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
    ValidationError,
)
from django.db import IntegrityError
from django.db.models import ProtectedError, RestrictedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.views import csrf, defaults
from django_htmx.http import reswap

from clinic import problems
from facilities import conflicts
from facilities.refusals import translated

GetResponse = Callable[[HttpRequest], HttpResponse]
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
# For programs, which read no pages.
OTHERS = ("/api/", "/health")
# A 403 that is about no role; what is sent by a script shows no page.
FORM_TOO_OLD = "X-Form-Too-Old"

logger = structlog.get_logger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be read, and apart from it what is more than is taken at once."""
    if isinstance(exception, TOO_MUCH):
        return HttpResponse(render_to_string("413.html"), status=413)
    return defaults.bad_request(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form from before somebody signed in or out; a header tells the page so too."""
    response = csrf.csrf_failure(request, reason)
    response.headers[FORM_TOO_OLD] = "1"
    return response


class ErrorPagesMiddleware:
    """Give a page to conflicts that no view has answered, and to a method that is not allowed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not request.path.startswith(OTHERS):
            response.content = render_to_string("405.html")
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if request.path.startswith(OTHERS) or not is_conflict(error):
            return None
        logger.warning("conflict", exc_info=error)
        if not getattr(request, "htmx", False):
            words = render_to_string("409.html", {"refusal": words_of(error)})
            return HttpResponse(words, status=409)
        text = gettext("Somebody else was quicker, and nothing was saved. Reload the page.")
        messages.error(request, text)
        return reswap(render(request, "includes/_toasts.html", {"oob": True}, status=409), "none")


def is_conflict(error: Exception) -> bool:
    """Say whether another request, or the same at another moment, would not have met this."""
    if isinstance(error, ProtectedError | RestrictedError):
        return True
    if isinstance(error, IntegrityError):
        refusal = translated(error)
        state = getattr(error.__cause__, "sqlstate", None)
        return state in problems.OVERTAKEN_STATES if refusal is error else is_conflict(refusal)
    return isinstance(error, ValidationError) and conflicts.is_conflict(error)


def words_of(error: Exception) -> list[str]:
    """Return what stands beside the constraint, which names nobody; nothing for all others."""
    refusal = translated(error) if isinstance(error, IntegrityError) else None
    return refusal.messages if isinstance(refusal, ValidationError) else []
