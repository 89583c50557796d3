"""What signing in takes and gives."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.roles import Role
from api.examples import exemplified
from api.serializers import Serializer

LONGEST_PASSWORD = 1024
EMAIL, PASSWORD, NEW_PASSWORD = "ada@example.org", "a-long-enough-password", "another-long-one"
TOKEN = "eyJhbGciOi…"  # nosec B105 # noqa: S105 - the beginning of every token
TOKENS = {
    "access": TOKEN,
    "refresh": TOKEN,
    "expires_in": 600,
    "role": "patient",
    "user_id": 7,
    "user_name": "Ada Example",
}


class Password(serializers.CharField):
    """A password as it was typed, spaces included; never shown."""

    def __init__(self, **options: Any) -> None:
        style = {"input_type": "password"}
        super().__init__(
            write_only=True,
            trim_whitespace=False,
            max_length=LONGEST_PASSWORD,
            style=style,
            **options,
        )


SENT = {"email": EMAIL, "password": PASSWORD}


@exemplified(sent=SENT)
class CredentialsSerializer(Serializer):
    """An email address or a username, in either field, the password, and perhaps a code."""

    email = serializers.CharField(required=False, max_length=254)
    username = serializers.CharField(required=False, max_length=254)
    password = Password()
    code = serializers.CharField(
        required=False,
        max_length=20,
        help_text="Of the authenticator app, or a recovery code: after the problem `mfa_required`.",
    )

    default_error_messages = {"no_name": _("Send email or username, one of them.")}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("email" in attrs) == ("username" in attrs):
            self.fail("no_name")
        return attrs


@exemplified(shown=TOKENS)
class TokensSerializer(serializers.Serializer):
    """Both tokens, and who signed in; `expires_in` is in seconds, for the access token."""

    access = serializers.CharField()
    refresh = serializers.CharField(help_text="Good once: each refresh gives a new one.")
    expires_in = serializers.IntegerField()
    role = serializers.ChoiceField(choices=Role.choices)
    user_id = serializers.IntegerField()
    user_name = serializers.CharField()


@exemplified(sent={"refresh": TOKEN})
class RefreshSerializer(Serializer):
    refresh = serializers.CharField(max_length=4096)


@exemplified(sent={"current_password": PASSWORD, "new_password": NEW_PASSWORD})
class PasswordChangeSerializer(Serializer):
    current_password = Password()
    new_password = Password()


@exemplified(sent={"email": EMAIL})
class ResetSerializer(Serializer):
    email = serializers.EmailField(max_length=254)


@exemplified(sent={"code": "3-d2m1x9-5f0c1e", "new_password": NEW_PASSWORD})
class ResetConfirmSerializer(Serializer):
    code = serializers.CharField(max_length=100, help_text="From the letter.")
    new_password = Password()


@exemplified(shown={"detail": "A letter is on its way to this address."})
class SaidSerializer(serializers.Serializer):
    """What happens next, in words."""

    detail = serializers.CharField()


@exemplified(shown={"picture": "/api/v1/auth/me/picture"})
class PictureSerializer(serializers.Serializer):
    picture = serializers.CharField(help_text="Where the picture is.")
