"""What every request passes: a log line, an answer when the database is away, no caching."""

from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.translation import gettext as _
from django_structlog.middlewares import RequestMiddleware

from accounts import languages
from accounts.models import User
from api import problems
from clinic.logs import without_secrets

GetResponse = Callable[[HttpRequest], HttpResponse]

logger = structlog.get_logger(__name__)


class RequestLogMiddleware(RequestMiddleware):
    """Log each request with an id, and return that id as `X-Request-ID`.

    Paths are logged without their query: a search term can name a patient. The key of a link to
    set a password and the token of a calendar are left out too: whoever reads one could use it.
    """

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {without_secrets(request.path)}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """Name the account if the view has asked for it; a log line asks the database nothing."""
        user = getattr(request, "_cached_user", None)
        if user is not None:
            structlog.contextvars.bind_contextvars(user_id=user.pk)

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        bound = structlog.contextvars.get_contextvars()
        response.headers["X-Request-ID"] = bound.get("request_id", "")
        super().handle_response(request, response)


class DatabaseUnavailableMiddleware:
    """Answer 503 with `Retry-After` when the database is away, overloaded or too slow to lock.

    Most requests meet the database first when their session is read, which happens here, where the
    error can still be answered, and not in a middleware further in.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        try:
            bool(request.user.is_authenticated)
        except (OperationalError, InterfaceError) as error:
            return self.process_exception(request, error)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, OperationalError | InterfaceError):
            return None
        return unavailable(request, error)


def unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """Log that the database is not to be had, and return the answer that says so."""
    logger.error("database_unavailable", exc_info=error)
    if request.path.startswith("/api/"):
        busy = _("The database is busy. Try again in a few seconds.")
        response: HttpResponse = problems.response(503, "unavailable", busy)
    else:
        # Rendered without the request, whose user cannot be read now.
        response = HttpResponse(render_to_string("503.html"), status=503)
    response.headers["Retry-After"] = "5"
    return response


class PreferencesMiddleware:
    """Show pages in the language and the theme that the account names.

    It comes after the account is read, so it asks the database nothing. Templates read
    `request.theme`; where that is not set, as on an error page without an account, the system
    decides.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        if isinstance(request.user, User):
            languages.speak(request, request.user.language)
            request.theme = request.user.theme  # type: ignore[attr-defined]


class StaffPagesMiddleware:
    """Keep patients' accounts out of the staff's pages, and lead them from the desk to their own.

    An account can become a patient's while its session is open, so every request is looked at.
    """

    OPEN = ("/account/", "/accounts/", "/api/", "/docs", "/health", "/my/", "/redoc")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.path.startswith(self.OPEN):
            return None
        if not isinstance(request.user, User) or request.user.is_clinic_staff:
            return None
        if request.path == reverse(settings.LOGIN_REDIRECT_URL) and request.method == "GET":
            return redirect("portal:visits")
        return render(request, "staff_only.html", status=403)


class PrivatePagesMiddleware:
    """Forbid storing any page that somebody signed in has received.

    Their cookie tells, not their account: the database may be away.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
        if signed_in and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
            patch_cache_control(response, no_store=True)
        return response
