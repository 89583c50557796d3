"""What signing in takes and gives."""

from typing import Any

from rest_framework import serializers

from accounts.roles import Role
from api.serializers import Serializer

LONGEST_PASSWORD = 1024


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


class CredentialsSerializer(Serializer):
    """An email address or a username, in either field, and the password."""

    email = serializers.CharField(required=False, max_length=254)
    username = serializers.CharField(required=False, max_length=254)
    password = Password()

    default_error_messages = {"no_name": "Send email or username, one of them."}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("email" in attrs) == ("username" in attrs):
            self.fail("no_name")
        return attrs


class TokensSerializer(serializers.Serializer):
    """Both tokens, and who signed in; `expires_in` is in seconds, for the access token."""

    access = serializers.CharField()
    refresh = serializers.CharField(help_text="Good once: each refresh gives a new one.")
    expires_in = serializers.IntegerField()
    role = serializers.ChoiceField(choices=Role.choices)
    user_id = serializers.IntegerField()
    user_name = serializers.CharField()


class RefreshSerializer(Serializer):
    refresh = serializers.CharField(max_length=4096)


class PasswordChangeSerializer(Serializer):
    current_password = Password()
    new_password = Password()


class ResetSerializer(Serializer):
    email = serializers.EmailField(max_length=254)


class ResetConfirmSerializer(Serializer):
    code = serializers.CharField(max_length=100, help_text="From the letter.")
    new_password = Password()


class SaidSerializer(serializers.Serializer):
    """What happens next, in words."""

    detail = serializers.CharField()


class PictureSerializer(serializers.Serializer):
    picture = serializers.CharField(help_text="Where the picture is.")
