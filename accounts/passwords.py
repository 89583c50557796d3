"""Passwords: which are good enough, and the letter that lets its reader choose one.

The code is Django's own, good for three days and until it is used, and is taken by the web page
that the letter links to and by the API alike.
"""

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36

from accounts import mail
from accounts.models import User


def refuse_weak(password: str, user: User, field: str) -> None:
    """Raise ValidationError for this field when the password is too easily guessed."""
    try:
        validate_password(password, user)
    except ValidationError as refusal:
        raise ValidationError({field: refusal}) from refusal


def post_reset(user: User, request: HttpRequest) -> None:
    mail.post_reset(user.email, *_link_and_code(user, request))


def post_invitation(user: User, request: HttpRequest) -> None:
    mail.post_invitation(user.email, *_link_and_code(user, request))


def user_of(code: str) -> User | None:
    """Return the active account that this code was mailed to, if it is still good."""
    key, _, token = code.partition("-")
    try:
        user = User.objects.active().filter(pk=base36_to_int(key)).first()
    except ValueError:
        return None
    return user if user and default_token_generator.check_token(user, token) else None


def _link_and_code(user: User, request: HttpRequest) -> tuple[str, str]:
    key, token = int_to_base36(user.pk), default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": key, "key": token})
    return request.build_absolute_uri(path), f"{key}-{token}"
