"""Calendar feeds: the secret address under which a calendar application reads a doctor's days."""

import hashlib
import secrets
from datetime import datetime, timedelta

import pgtrigger
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from facilities.models import Doctor
from facilities.refusals import RefusalTrigger
from scheduling.writing import one_write

NOTED_EVERY = timedelta(hours=1)


def hash_of(token: str) -> str:
    """Return what is kept of a token: 256 random bits need neither salt nor a slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def visible_to(self, user: User) -> "CalendarFeedQuerySet":
        """Keep all for an administrator, for a doctor their own."""
        if user.is_admin:
            return self
        return self.filter(doctor__user=user) if user.role == User.Role.DOCTOR else self.none()

    def live(self) -> "CalendarFeedQuerySet":
        return self.filter(revoked_at__isnull=True)

    def readable(self) -> "CalendarFeedQuerySet":
        """Keep the live feeds of doctors who still work here and may still sign in, if ever."""
        signs_in = Q(doctor__user__isnull=True) | Q(doctor__user__is_active=True)
        return self.live().filter(signs_in, doctor__is_active=True)

    def with_token(self, token: str) -> "CalendarFeedQuerySet":
        """Find by hash, in an index, so that timing tells nothing of the token."""
        return self.filter(token_hash=hash_of(token))

    @one_write
    def issue(self, doctor: Doctor, *, by: User | None) -> "tuple[CalendarFeed, str]":
        """Return a new feed and its token, which is kept nowhere and cannot be read again.

        Raises ValidationError when the doctor has a live feed (`feed_live`) or is not active.
        """
        token = secrets.token_urlsafe(32)
        return self.create(doctor=doctor, token_hash=hash_of(token), created_by=by), token


class CalendarFeed(models.Model):
    """Whoever holds the token reads the doctor's calendar, without signing in, until revoked."""

    doctor = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="calendar_feeds")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True)
    last_read_at = models.DateTimeField(null=True, help_text=_("To the hour."))

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [
            ("issue_calendarfeed", "Can make the address of a calendar"),
            ("revoke_calendarfeed", "Can revoke the address of a calendar"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["doctor"],
                condition=Q(revoked_at__isnull=True),
                name="calendar_feed_one_per_doctor",
                violation_error_code="feed_live",
                violation_error_message=_(
                    "This doctor's calendar has an address already. "
                    "Replace that one if nobody remembers it."
                ),
            ),
            models.CheckConstraint(
                condition=Q(token_hash__regex=r"^[0-9a-f]{64}$"),  # nosec B106 # noqa: S106 - what a hash is
                name="calendar_feed_token_hashed",
            ),
            models.CheckConstraint(
                condition=Q(revoked_by__isnull=True) | Q(revoked_at__isnull=False),
                name="calendar_feed_revoked_when",
            ),
        ]
        triggers = [
            RefusalTrigger(
                constraint="calendar_feed_doctor_active",
                operation=pgtrigger.Insert,
                condition_sql="NOT (SELECT is_active FROM facilities_doctor "
                "WHERE id = NEW.doctor_id)",
                violation_error_code="doctor_inactive",
                violation_error_message=_(
                    "This doctor does not work here any more, so their "
                    "calendar gets no address. Choose another doctor."
                ),
            ),
            RefusalTrigger(
                constraint="calendar_feed_stays_revoked",
                operation=pgtrigger.UpdateOf("doctor_id", "token_hash", "revoked_at"),  # type: ignore[no-untyped-call]
                condition_sql="NEW.doctor_id <> OLD.doctor_id OR NEW.token_hash <> OLD.token_hash "
                "OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM "
                "OLD.revoked_at)",
                violation_error_code="stale",
                violation_error_message=_(
                    "The address of a calendar is never changed or revived. Make a new one."
                ),
            ),
        ]

    def __str__(self) -> str:
        return gettext("Calendar of %(doctor)s") % {"doctor": self.doctor}

    @one_write
    def revoke(self, *, by: User | None) -> None:
        """End the feed for good; raise ValidationError (`stale`) when somebody has already."""
        self.refresh_from_db(from_queryset=CalendarFeed.objects.select_for_update(no_key=True))
        if self.revoked_at:
            raise ValidationError(
                gettext(
                    "Somebody has revoked or replaced this address already. Look at the list again."
                ),
                code="stale",
            )
        self.revoked_at, self.revoked_by = timezone.now(), by
        self.save(update_fields=["revoked_at", "revoked_by"])

    @one_write
    def replace(self, *, by: User | None) -> "tuple[CalendarFeed, str]":
        """Revoke this feed and issue another for its doctor, both or neither."""
        self.revoke(by=by)
        return CalendarFeed.objects.issue(self.doctor, by=by)

    def note_read(self, now: datetime) -> None:
        """Remember that the feed is in use, by one write an hour however often it is read."""
        if self.last_read_at is None or now - self.last_read_at >= NOTED_EVERY:
            CalendarFeed.objects.filter(pk=self.pk).update(last_read_at=now)
