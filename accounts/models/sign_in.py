"""One sign-in of an account through the API, and all the tokens that came of it."""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

import structlog
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.tokens import Claims

logger = structlog.get_logger(__name__)


def _lifetime() -> timedelta:
    return cast("timedelta", settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"])


class SignInQuerySet(models.QuerySet["SignIn"]):
    def live(self, now: datetime) -> "SignInQuerySet":
        """Keep what has neither ended nor been revoked, of accounts that may sign in."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=now, user__is_active=True)

    def revoke(self) -> int:
        """End them: their access tokens are refused from the next request on."""
        return self.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())

    def start(self, user: "User", now: datetime) -> "SignIn":
        """Sign the user in, and forget their sign-ins that have expired."""
        self.filter(user=user, expires_at__lte=now).delete()
        user.last_login = now
        user.save(update_fields=["last_login"])
        return self.create(user=user, last_used_at=now, expires_at=now + _lifetime())

    def of(self, claims: "Claims", now: datetime) -> "SignIn | None":
        """Return the sign-in that an access token belongs to, with its user, in one statement.

        None once it was revoked, the account deactivated, or its password or role changed.
        """
        found = self.live(now).select_related("user")
        sign_in = found.filter(pk=claims.family, user=claims.user_id).first()
        return sign_in if sign_in and sign_in.fits(claims) else None

    def refresh(self, claims: "Claims", now: datetime) -> "SignIn | None":
        """Exchange a refresh token: give the sign-in a new `jti`, which makes this one its last.

        A token that was exchanged before is in two hands, and nobody can say which is the thief's:
        the sign-in is revoked. That has to be committed, so call this outside of a transaction.
        None where the token is good no more.
        """
        with transaction.atomic():
            locked = self.live(now).select_related("user").select_for_update(of=("self",))
            sign_in = locked.filter(pk=claims.family, user=claims.user_id).first()
            if sign_in is None or not sign_in.fits(claims):
                return None
            if sign_in.jti != claims.jti:
                self.filter(pk=sign_in.pk).revoke()
                logger.warning("refresh_token_reused", user_id=sign_in.user_id)
                return None
            sign_in.jti, sign_in.last_used_at = uuid.uuid4(), now
            sign_in.expires_at = now + _lifetime()
            sign_in.save(update_fields=["jti", "last_used_at", "expires_at"])
        return sign_in


class SignIn(models.Model):
    """A family of tokens: whoever holds the refresh token `jti` can go on with it.

    Each refresh replaces `jti`. The table holds no token, and nothing to make one of.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins"
    )
    jti = models.UUIDField(default=uuid.uuid4)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = SignInQuerySet.as_manager()

    class Meta:
        ordering = ["-last_used_at"]

    def __str__(self) -> str:
        return str(self.pk)

    def fits(self, claims: "Claims") -> bool:
        """Say whether password and role are still those that the token was issued for."""
        return self.user.fingerprint() == claims.fingerprint
