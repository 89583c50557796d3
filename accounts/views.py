"""Signing in, where somebody is signed in, and signing out everywhere."""

from typing import Any, cast

from allauth.account.views import LoginView
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.adapter import TOO_MANY_TRIES
from accounts.models import Session, User

# As many as a person looks through; all of them are ended all the same.
MOST_SHOWN = 50


class SignInPage(LoginView):
    """The one page for signing in; it says why somebody finds themselves there."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        said = self.request.GET
        more = {"notice": notice(said.get("why", "")), "is_unsent": "unsent" in said}
        return cast("dict[str, Any]", super().get_context_data(**kwargs)) | more

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        for error in form.errors.as_data().get(NON_FIELD_ERRORS, ()):
            if error.code == TOO_MANY_TRIES and error.params:
                response.status_code = 429
                response["Retry-After"] = error.params["seconds"]
        return response


def notice(why: str) -> str:
    """Return what ended a session, in a sentence; nothing for what ends none."""
    if why == Session.Ended.IDLE:
        minutes = max(1, settings.SESSION_IDLE_SECONDS // 60)
        return ngettext(
            "You were signed out, as nobody was at work here for a minute. "
            "Sign in to go on where you were.",
            "You were signed out, as nobody was at work here for %(minutes)s minutes. "
            "Sign in to go on where you were.",
            minutes,
        ) % {"minutes": minutes}
    if why == Session.Ended.OVER:
        hours = max(1, settings.SESSION_COOKIE_AGE // 3600)
        return ngettext(
            "You were signed out, as you signed in an hour ago. Sign in to go on where you were.",
            "You were signed out, as you signed in %(hours)s hours ago. "
            "Sign in to go on where you were.",
            hours,
        ) % {"hours": hours}
    if why == Session.Ended.GONE:
        return _("You are signed out. Sign in to go on where you were.")
    return ""


@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """List the browsers and apps with which this person is signed in."""
    user, now = cast("User", request.user), timezone.now()
    context = {
        "browsers": user.sessions.live(now)[:MOST_SHOWN],
        "here": request.session.session_key,
        "apps": user.sign_ins.live(now)[:MOST_SHOWN],
    }
    return render(request, "account/sessions.html", context)


@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    logout(request)
    user.sign_out_everywhere()
    messages.success(request, _("You are signed out everywhere."))
    return redirect(settings.LOGIN_URL)
