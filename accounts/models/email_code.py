"""Proof that somebody reads an address: six digits that were mailed to it."""

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

if TYPE_CHECKING:
    from accounts.models import User

GOOD_FOR = timedelta(minutes=30)
MOST_TRIES = 5


class EmailCodeQuerySet(models.QuerySet["EmailCode"]):
    def issue(self, user: "User", now: datetime) -> str:
        """Return a new code for the user's address as it is now; an older one is good no more."""
        code = f"{secrets.randbelow(10**6):06}"
        values = {"code_hash": _hash(user, code), "expires_at": now + GOOD_FOR, "tries": 0}
        self.update_or_create(user=user, defaults=values)
        return code

    def accepts(self, user: "User", code: str, now: datetime) -> bool:
        """Count a try, and say whether it was the code. Call it outside of a transaction.

        A code is good for 30 minutes and five tries, and for the address it was mailed to alone.
        """
        tries = self.filter(user=user, tries__lt=MOST_TRIES, expires_at__gt=now)
        counted = tries.update(tries=F("tries") + 1)
        known = self.filter(user=user).values_list("code_hash", flat=True).first()
        is_right = constant_time_compare(known or "", _hash(user, code))
        return bool(counted) and is_right


class EmailCode(models.Model):
    """The code last mailed to a user; its hash is keyed, as six digits are soon guessed."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="email_code"
    )
    code_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    objects = EmailCodeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"code for account {self.user_id}"


def _hash(user: "User", code: str) -> str:
    text = f"{user.pk} {user.email.lower()} {code}"
    return salted_hmac("accounts.email_code", text, algorithm="sha256").hexdigest()
