"""What happened to an appointment: every step and every move, written once and never changed."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from facilities.models import Doctor, Room
from scheduling.status import Status

if TYPE_CHECKING:
    from scheduling.models.appointment import Appointment


# What an event tells both sides of, besides the status.
SIDES = ("starts_at", "ends_at", "doctor_id", "room_id", "overbook", "override_reason")


class AppointmentEvent(models.Model):
    """One change of an appointment: who, when, and each side of what changed.

    A booking and a hold have no earlier status, and otherwise both their sides are alike.
    """

    class Kind(models.TextChoices):
        BOOKED = "booked", _("Booked")
        HELD = "held", _("Held")
        MOVED = "moved", _("Moved")
        STATUS = "status", _("Status changed")
        UNDONE = "undone", _("Undone")
        DESCRIBED = "described", _("Described")

    appointment = models.ForeignKey(
        "scheduling.Appointment", on_delete=models.CASCADE, related_name="events"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)

    from_status = models.CharField(max_length=20, choices=Status, blank=True)
    to_status = models.CharField(max_length=20, choices=Status)
    from_starts_at = models.DateTimeField()
    to_starts_at = models.DateTimeField()
    from_ends_at = models.DateTimeField()
    to_ends_at = models.DateTimeField()
    from_doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="+")
    to_doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="+")
    from_room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, related_name="+")
    from_overbook = models.PositiveSmallIntegerField(default=0, db_default=0)
    to_overbook = models.PositiveSmallIntegerField(default=0, db_default=0)
    from_override_reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    to_override_reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    to_room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]
        indexes = [
            # What a doctor's calendar has lost to another doctor.
            models.Index(
                fields=["from_doctor", "from_starts_at"],
                condition=~Q(from_doctor=F("to_doctor")),
                name="event_moved_away",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"

    @classmethod
    def of(
        cls,
        appointment: "Appointment",
        kind: str,
        by: User | None,
        reason: str = "",
        before: "Appointment | None" = None,
    ) -> "AppointmentEvent":
        """Return the unsaved event of a change; a new row has no `before`."""
        was = before or appointment
        sides = {"from_status": before.status if before else "", "to_status": appointment.status}
        for name in SIDES:
            sides |= {f"from_{name}": getattr(was, name), f"to_{name}": getattr(appointment, name)}
        return cls(kind=kind, at=timezone.now(), by=by, reason=reason, **sides)

    @property
    def is_undoable(self) -> bool:
        """Say whether this kind of change can be taken back.

        A new booking is cancelled instead, a confirmed hold too, and a hold that was given up is
        gone for good.
        """
        return (
            self.kind in {self.Kind.MOVED, self.Kind.STATUS} and self.from_status != Status.PENDING
        )
