"""Signing in and out, refreshing, and passwords."""

from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.parsers import FormParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.exceptions import TokenError

from accounts import mail, passwords, second_step
from accounts.afterwards import afterwards
from accounts.api import limits
from accounts.api.authentication import refuse_missing_second_step
from accounts.api.serializers import (
    SENT,
    CredentialsSerializer,
    PasswordChangeSerializer,
    RefreshSerializer,
    ResetConfirmSerializer,
    ResetSerializer,
    SaidSerializer,
    TokensSerializer,
)
from accounts.models import SignIn, User
from accounts.tokens import issue, read_refresh
from api.parsers import JSONParser
from api.problems import Unauthenticated
from api.views import Action

RESET_POSTED = _("If there is an account with this address, a letter is on its way to it.")


class Open(Action):
    """An action for people who are not signed in."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]


def signed_in(sign_in: SignIn) -> Response:
    """Answer with new tokens of this sign-in."""
    user = sign_in.user
    who = {"role": user.role, "user_id": user.pk, "user_name": str(user)}
    data = TokensSerializer(issue(sign_in)._asdict() | who).data
    return Response(data, headers={"Cache-Control": "no-store"})


class Login(Open):
    serializer_class = CredentialsSerializer
    parser_classes = [JSONParser, FormParser]
    protected_by = (limits.SigningIn,)
    also_answers = (401, 403)

    @extend_schema(
        summary="Sign in with email address or username, and password",
        description="An account with a second step is answered with 401 and `mfa_required`: send "
        "the same once more with `code`. `wrong_code` says that it is wrong, or was used before. "
        "Staff who must have a second step and have none get 403 and `mfa_setup_required`.",
        examples=[
            OpenApiExample("Sent", SENT, request_only=True),
            OpenApiExample("With a second step", SENT | {"code": "492039"}, request_only=True),
        ],
        responses={200: TokensSerializer},
    )
    def post(self, request: Request) -> Response:
        said = self.read()
        name = said.get("email") or said["username"]
        user = User.objects.with_credentials(name, said["password"])
        if user is None:
            raise Unauthenticated(
                gettext(
                    "The name or the password is not right. Check both, or ask for a new password."
                ),
                "wrong_credentials",
            )
        refuse_missing_second_step(user)
        refuse_without_code(user, said.get("code", ""))
        return signed_in(SignIn.objects.start(user, timezone.now()))


class Refresh(Open):
    serializer_class = RefreshSerializer
    protected_by = (limits.Refreshing,)
    also_answers = (401,)

    @extend_schema(
        summary="Exchange a refresh token for new tokens",
        description="A refresh token is good once. Sending one again ends the sign-in, because it "
        "may have been stolen: keep the new one before you use it.",
        responses={200: TokensSerializer},
    )
    def post(self, request: Request) -> Response:
        try:
            claims = read_refresh(self.read()["refresh"])
        except TokenError:
            claims = None
        sign_in = claims and SignIn.objects.refresh(claims, timezone.now())
        if not sign_in:
            raise Unauthenticated(
                gettext("This refresh token is good no more. Sign in again."), "refresh_refused"
            )
        return signed_in(sign_in)


class Logout(Action):
    @extend_schema(summary="Sign out: end this sign-in", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        request.user.sign_ins.filter(pk=request.auth.pk).revoke()
        return Response(status=204)


class PasswordChange(Action):
    serializer_class = PasswordChangeSerializer
    protected_by = (limits.EnteringPassword,)

    @extend_schema(
        summary="Change your password",
        description="Signs out every other device. Tokens issued before are good no more; go on "
        "with those of the answer.",
        responses={200: TokensSerializer},
    )
    def post(self, request: Request) -> Response:
        said, user = self.read(), request.user
        refuse_wrong_password(user, said["current_password"])
        change_password(user, said["new_password"], keep=request.auth)
        return signed_in(request.auth)


class PasswordReset(Open):
    serializer_class = ResetSerializer
    protected_by = (limits.Resetting,)

    @extend_schema(
        summary="Ask for a new password",
        description="Answers alike whether or not there is an account with the address, and when "
        "so many letters went to it in this hour that none does.",
        responses={202: SaidSerializer},
    )
    def post(self, request: Request) -> Response:
        email = self.read()["email"]
        if limits.RESETS.may_go(request, email):
            afterwards(partial(post_reset, email, request))
        return Response({"detail": str(RESET_POSTED)}, status=202)


class PasswordResetConfirm(Open):
    serializer_class = ResetConfirmSerializer
    protected_by = (limits.ConfirmingReset,)

    @extend_schema(
        summary="Choose a password with the code from the letter",
        description="Signs out everywhere. Serves for an invitation as well.",
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        said = self.read()
        user = passwords.user_of(said["code"])
        if user is None:
            message = gettext("This code is good no more. Ask for a new letter.")
            raise ValidationError({"code": ValidationError(message, code="code_refused")})
        change_password(user, said["new_password"])
        return Response(status=204)


def refuse_without_code(user: User, code: str) -> None:
    """Raise Unauthenticated where the account has a second step and this is no good code of it."""
    if not second_step.has_second_step(user):
        return
    if not code:
        raise Unauthenticated(
            gettext(
                "This account has a second step. Send name and password once more, and as `code` "
                "what the authenticator app shows now, or a recovery code."
            ),
            "mfa_required",
        )
    if second_step.accepted(user, code) is None:
        raise Unauthenticated(
            gettext("This code is not right, or was used already. Send the next one."),
            "wrong_code",
        )


def post_reset(email: str, request: Request) -> None:
    user = User.objects.active().with_email(email).first()
    if user:
        passwords.post_reset(user, request)


def change_password(user: User, password: str, *, keep: SignIn | None = None) -> None:
    """Change it and tell the owner; a refusal names the field `new_password`."""
    passwords.refuse_weak(password, user, "new_password")
    user.change_password(password, keep=keep)
    mail.post_password_changed(user.email)


def refuse_wrong_password(user: User, password: str) -> None:
    """Raise ValidationError unless this is the password of who is asking."""
    if not user.check_password(password):
        message = gettext("This is not your password. Type it again, or ask for a new one.")
        raise ValidationError({"current_password": ValidationError(message, code="wrong_password")})
