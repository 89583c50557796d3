"""How somebody wants to see the pages: kept on the account, or in a cookie before signing in."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.addresses import path_of
from accounts.models import User


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Show pages in this language: to whoever is signed in, or else in this browser."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        raise BadRequest(_("There is no such language."))
    response = redirect(_looked_at(request))
    if isinstance(request.user, User):
        request.user.prefer(language=chosen)
    else:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    return response


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Show pages in light or in dark colours, or with an empty text as the system has them."""
    try:
        request.user.prefer(theme=request.POST.get("theme", ""))  # type: ignore[union-attr]
    except ValidationError as error:
        raise BadRequest(_("There is no such theme.")) from error
    return redirect(_looked_at(request))


def _looked_at(request: HttpRequest) -> str:
    """Return the address of the page on which the choice was made, or the desk's.

    The referrer comes first, as a script may have changed the address since the page was made, and
    it tells what follows the path, which a page does not repeat: it may be what was searched for. A
    page that was itself an answer to a form names no `next`: its address may not be for reading.
    """
    named = request.POST.get("next", "")
    for address in (request.headers.get("Referer", ""), named) if named else ():
        if path := path_of(request, address):
            return path
    return settings.LOGIN_REDIRECT_URL
