"""Who is asking: read from the access token and the database, in one statement, at each request."""

import structlog
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError

from accounts import languages, second_step
from accounts.models import SignIn, User
from accounts.tokens import read_access
from api.problems import Forbidden


class AccessToken(JWTAuthentication):
    """An access token in the `Authorization` header, as `Bearer …`; `request.auth` is its sign-in.

    Whether the account is active, its role and its password are read anew each time: a change of
    any of them, or signing out, ends the sign-in by its next request.
    """

    def authenticate(self, request: Request) -> tuple[User, SignIn] | None:  # type: ignore[override]
        header = self.get_header(request)
        token = header and self.get_raw_token(header)
        if not token:
            return None
        try:
            claims = read_access(token)
        except ExpiredTokenError as error:
            raise AuthenticationFailed(
                _("The access token has expired. Get a new one with the refresh token."),
                "token_expired",
            ) from error
        except TokenError as error:
            raise AuthenticationFailed(
                _("This is no access token of ours. Sign in."), "token_invalid"
            ) from error
        sign_in = SignIn.objects.of(claims, timezone.now())
        if sign_in is None:
            raise AuthenticationFailed(_("You are signed out. Sign in again."), "signed_out")
        refuse_missing_second_step(sign_in.user)
        structlog.contextvars.bind_contextvars(user_id=sign_in.user_id)
        languages.speak(request, languages.asked(request) or sign_in.user.language)
        return sign_in.user, sign_in


def refuse_missing_second_step(user: User) -> None:
    """Raise Forbidden for staff who have to set up a second step before anything else."""
    if second_step.is_missing(user):
        raise Forbidden(
            _(
                "Your account needs a second step of signing in. Sign in on the clinic's pages, "
                "set one up there, then sign in here again."
            ),
            "mfa_setup_required",
        )


class AccessTokenScheme(OpenApiAuthenticationExtension):
    target_class = AccessToken
    name = "accessToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
