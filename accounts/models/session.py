"""One sign-in of a person with a browser."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone


def longest_idle() -> timedelta:
    return timedelta(seconds=settings.SESSION_IDLE_SECONDS)


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self, now: datetime) -> "SessionQuerySet":
        """Keep those with which somebody is signed in."""
        alive = self.filter(expire_date__gt=now, seen_at__gt=now - longest_idle())
        return alive.filter(user__isnull=False)

    def saw_somebody(self, now: datetime) -> int:
        """Note that a person is at work, and so keep the session from ending as idle."""
        return self.update(seen_at=now)


class Session(AbstractBaseSession):
    """What the cookie of a browser names; its `user` is empty until somebody signs in.

    It ends at `expire_date` whatever happens, and before that once nobody was at work with it for
    `SESSION_IDLE_SECONDS`. See `accounts.sessions`.
    """

    class Ended(models.TextChoices):
        """Why a session is good no more."""

        IDLE = "idle"
        OVER = "over"
        GONE = "gone"

    # Django makes a session anew until it is taken: one refused for its user never would be.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="sessions",
        db_constraint=False,
    )
    signed_in_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(default=timezone.now)

    objects = SessionQuerySet.as_manager()  # type: ignore[assignment, misc]

    class Meta:
        ordering = ["-seen_at"]

    def save(self, **options: Any) -> None:
        """Save; a session that is there already keeps its `seen_at`, as others note it."""
        if options.get("force_update"):
            options["update_fields"] = ["session_data", "expire_date", "user", "signed_in_at"]
        super().save(**options)

    def why_ended(self, now: datetime) -> str:
        """Return an empty text as long as it is good."""
        if self.expire_date <= now:
            return self.Ended.OVER if self.user_id else self.Ended.GONE
        is_idle = self.user_id is not None and self.seen_at <= now - longest_idle()
        return self.Ended.IDLE if is_idle else ""
