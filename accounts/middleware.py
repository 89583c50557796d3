"""Sessions and signing in, for every page."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts import second_step
from accounts.addresses import path_of, sign_in_address
from accounts.models import Session, User
from accounts.sessions import POLL


class SignInFirstMiddleware(LoginRequiredMiddleware):
    """Lead whoever is not signed in to the sign-in page, which says why and leads back.

    What a person does keeps their session from ending as idle. What a page asks for by itself does
    not, and leaves the cookie of a session that has ended to the next press, which is told why.
    A form that a script sends stays on its page, see `session.js`.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> Any:
        answer = super().process_view(request, view_func, view_args, view_kwargs)
        is_somebody = needs_sign_in(view_func) and request.user.is_authenticated
        if is_somebody and POLL not in request.headers:
            request.session.saw_somebody()  # type: ignore[attr-defined]
        return answer

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> Any:
        address = sign_in_address(request, why_signed_out(request))
        if POLL in request.headers:
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        is_form = request.htmx and request.method == "POST"  # type: ignore[attr-defined]
        return keep_the_form(address) if is_form else lead_to(request, address)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Lead to the desk where the way back ended at an address that only takes forms."""
        if response.status_code == 405 and request.method == "GET" and came_from_sign_in(request):
            return redirect(settings.LOGIN_REDIRECT_URL)
        return response


class SecondStepMiddleware:
    """Lead staff who still lack a second step of signing in, and need one, to set it up.

    Until then they reach nothing but their own account.
    """

    OPEN = ("/account/", "/accounts/")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        user, is_own = request.user, request.path.startswith(self.OPEN)
        if is_own or not needs_sign_in(view_func) or not isinstance(user, User):
            return None
        return lead_to(request, reverse("mfa_index")) if second_step.is_missing(user) else None


def needs_sign_in(view: Callable[..., Any]) -> bool:
    return getattr(view, "login_required", True)


def lead_to(request: HttpRequest, address: str) -> HttpResponse:
    """Lead the whole window to this address, from a script's request too."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(address)
    return redirect(address)


def keep_the_form(address: str) -> HttpResponse:
    """Refuse what a script has sent; its page stays, with what was typed and a way to sign in."""
    words = render_to_string("includes/_signed_out.html", {"address": address})
    return HttpResponse(words, status=401)


def came_from_sign_in(request: HttpRequest) -> bool:
    came_from = path_of(request, request.headers.get("Referer", ""))
    return came_from.startswith((reverse("account_login"), reverse("mfa_authenticate")))


def why_signed_out(request: HttpRequest) -> str:
    """Return what the sign-in page is to say; nothing to somebody who just comes in."""
    if ended := request.session.ended:  # type: ignore[attr-defined]
        return str(ended)
    came_in = request.method == "GET" and not request.htmx  # type: ignore[attr-defined]
    had_session = settings.SESSION_COOKIE_NAME in request.COOKIES
    return "" if came_in and not had_session else str(Session.Ended.GONE)
