"""Passwords: which are good enough, and the letter that lets its reader choose one.

The code is Django's own, good for three days and until it is used, and is taken by the web page
that the letter links to and by the API alike.
"""

import structlog
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36
from django.utils.translation import gettext as _

from accounts import mail
from accounts.models import User

logger = structlog.get_logger(__name__)


def refuse_weak(password: str, user: User, field: str) -> None:
    """Raise ValidationError for this field when the password is too easily guessed."""
    try:
        validate_password(password, user)
    except ValidationError as refusal:
        raise ValidationError({field: refusal}) from refusal


def post_reset(user: User, request: HttpRequest) -> None:
    mail.post_reset(user.email, *_link_and_code(user, request))


def invite(user: User, request: HttpRequest) -> None:
    """Mail somebody who has no password yet a link to choose it.

    Raises ValidationError for an account that is not active, or that has a password.
    """
    if not user.is_active:
        raise ValidationError(
            _("This account is not active. Let the person sign in first, then invite them.")
        )
    if user.has_usable_password():
        raise ValidationError(
            _(
                "This person has chosen a password already. Whoever forgot it asks for a new one "
                "on the sign-in page."
            )
        )
    mail.post_invitation(user.email, *_link_and_code(user, request))
    logger.info("invited", invited_user_id=user.pk, by_user_id=request.user.pk)


def user_of(code: str) -> User | None:
    """Return the active account that this code was mailed to, if it is still good."""
    key, _dash, token = code.partition("-")
    try:
        user = User.objects.active().filter(pk=base36_to_int(key)).first()
    except ValueError:
        return None
    return user if user and default_token_generator.check_token(user, token) else None


def _link_and_code(user: User, request: HttpRequest) -> tuple[str, str]:
    key, token = int_to_base36(user.pk), default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": key, "key": token})
    return request.build_absolute_uri(path), f"{key}-{token}"
