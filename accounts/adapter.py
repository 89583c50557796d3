from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext

from accounts import limits
from accounts.models import User

TOO_MANY_TRIES = "too_many_tries"


class StaffAccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator: nobody signs up for the staff application."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Count the try and check it, as the API does; an address is also tried as a username."""
        name = credentials.get("email") or credentials.get("username") or ""
        refuse_too_many(request, name)
        return User.objects.with_credentials(name, credentials.get("password") or "")

    def set_password(self, user: Any, password: str) -> None:
        """Sign out everywhere, this browser included."""
        logout(self.request)
        user.change_password(password)


def refuse_too_many(request: HttpRequest, *names: str) -> None:
    """Count a try at signing in; raises ValidationError, with the `seconds` until the next one."""
    passed = limits.passed(limits.SIGNING_IN, request, names)
    if passed is None:
        return
    seconds = passed.seconds_left(timezone.now())
    minutes = -(-seconds // 60)
    words = ngettext(
        "These were too many tries. Wait a minute, then try again.",
        "These were too many tries. Wait %(minutes)s minutes, then try again.",
        minutes,
    )
    raise ValidationError(
        words, code=TOO_MANY_TRIES, params={"minutes": minutes, "seconds": seconds}
    )
