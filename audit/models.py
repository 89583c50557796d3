"""The tables of the access log. The database lets nobody change or delete a row of them.

They refer to accounts and patients by number alone: a row outlives what it is about.
"""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Func, Value
from django.db.models.lookups import GreaterThan, LessThan

from accounts.roles import Role
from audit.kinds import label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import User


class AccessEventQuerySet(models.QuerySet["AccessEvent"]):
    def visible_to(self, user: "User") -> "AccessEventQuerySet":
        """Keep everything for an administrator, and nothing for others."""
        return self if user.is_admin else self.none()

    def within(self, begin: "datetime | None", end: "datetime | None") -> "AccessEventQuerySet":
        """Keep what happened from one instant until before another; None is open."""
        rows = self.filter(at__gte=begin) if begin else self
        return rows.filter(at__lt=end) if end else rows

    def beyond(self, last: "AccessEvent", order: "Sequence[str]") -> "AccessEventQuerySet":
        """Keep what follows a row in this order, whose names all begin with a minus or none.

        The rows are compared as wholes, as an index on these columns keeps them.
        """
        names = [name.removeprefix("-") for name in order]
        after = LessThan if order[0].startswith("-") else GreaterThan
        known = [Value(getattr(last, name)) for name in names]
        return self.filter(after(_row(*map(F, names)), _row(*known)))


def _row(*columns: F | Value) -> Func:
    return Func(*columns, function="ROW", output_field=models.TextField())


class AccessEvent(models.Model):
    """An answer that showed something of a patient's record to somebody.

    `at` is the database's clock, whatever is inserted. Write through `audit.reading`.
    """

    at = models.DateTimeField(editable=False)
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=150, help_text="The name at the time.")
    role = models.CharField(max_length=20, help_text="The role at the time.")
    patient_id = models.BigIntegerField()
    what = models.CharField(max_length=50, help_text="What of the record was shown.")
    route = models.CharField(max_length=150, help_text="The name of the address.")
    path = models.CharField(max_length=300, help_text="The address without its query.")
    reason = models.CharField(max_length=300, blank=True)
    break_glass = models.BigIntegerField(
        null=True, help_text="The number of the emergency access that it was part of."
    )
    request_id = models.CharField(max_length=64, help_text="As in the log and in X-Request-ID.")
    network = models.CharField(
        max_length=50, help_text="The network of the client: a /24 of IPv4, a /48 of IPv6."
    )

    objects = AccessEventQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["patient_id", "id"], name="access_of_patient"),
            models.Index(fields=["user_id", "id"], name="access_by_user"),
            models.Index(fields=["at", "id"], name="access_at"),
            models.Index(fields=["user_name", "user_id", "id"], name="access_by_name"),
            models.Index(fields=["what", "id"], name="access_by_what"),
        ]

    def __str__(self) -> str:
        return f"{self.what} at {self.at:%Y-%m-%d %H:%M}"

    @property
    def role_label(self) -> str:
        return str(dict(Role.choices).get(self.role, self.role))

    @property
    def what_label(self) -> str:
        return label(self.what)


class AccessLink(models.Model):
    """The link of one event in the chain; its hash covers the event and the link before it."""

    position = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    hash = models.CharField(max_length=64, help_text="SHA-256 in hexadecimal digits.")
    linked_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"


class UnlinkedEvent(models.Model):
    """An event whose writer found the chain's end taken; whoever writes next links it."""

    event_id = models.BigIntegerField(primary_key=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.event_id)


APPEND_ONLY = (AccessEvent, AccessLink)
