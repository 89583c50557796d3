"""Who waits for an earlier or a suitable time: what, where and when would suit them.

An entry is open until an appointment ends it or somebody takes it off the list, with a reason. It
is written by the operations below, each in one transaction. Booking locks the entry before it
locks what a booking locks, so that of two people at two desks one books and the other is told.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from facilities.models import CareType, Doctor, Facility, zip_code_validator
from facilities.zip_codes import centroid
from patients.models import Patient
from scheduling import wishes
from scheduling.availability import DEFAULT_DURATION
from scheduling.models.appointment import Appointment
from scheduling.models.appointment_type import AppointmentType
from scheduling.models.hours import WorkingHours
from scheduling.priority import Priority
from scheduling.statements import locked
from scheduling.status import HOLDING_TIME
from scheduling.waitlist_querysets import WaitlistQuerySet
from scheduling.waitlist_rules import FARTHEST_MILES, waitlist_constraints, waitlist_triggers
from scheduling.writing import one_write

if TYPE_CHECKING:
    from scheduling.openings import Slot


class WaitlistEntry(models.Model):
    """A patient's wish for a visit. What is left empty may be anything.

    Times of day are on the clock of the facility where a time becomes free.
    """

    Priority = Priority

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        BOOKED = "booked", _("Booked")
        REMOVED = "removed", _("Removed")

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="waitlist_entries")
    care_type = models.ForeignKey(
        CareType, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    specialization = models.CharField(max_length=100, blank=True)
    doctor = models.ForeignKey(
        Doctor, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    type = models.ForeignKey(
        AppointmentType, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    duration_minutes = models.PositiveSmallIntegerField(
        _("minutes"),
        default=30,
        validators=[MinValueValidator(5), MaxValueValidator(720)],
    )

    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    zip_code = models.CharField(
        _("ZIP code"), max_length=5, blank=True, validators=[zip_code_validator]
    )
    within_miles = models.PositiveSmallIntegerField(
        _("miles"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(FARTHEST_MILES)],
    )

    weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=WorkingHours.Weekday), default=list, blank=True
    )
    from_time = models.TimeField(_("not earlier than"), null=True, blank=True)
    to_time = models.TimeField(_("over by"), null=True, blank=True)
    not_before = models.DateField(_("first day"), null=True, blank=True)
    not_after = models.DateField(_("last day"), null=True, blank=True)

    priority = models.CharField(max_length=10, choices=Priority, default=Priority.ROUTINE)
    note = models.CharField(
        max_length=300,
        blank=True,
        help_text=_("For the desk, such as when to call; nothing clinical."),
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING, editable=False)
    appointment = models.ForeignKey(
        Appointment,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="waitlist_entries",
        help_text=_("The booking that ended it."),
    )
    removed_reason = models.CharField(max_length=200, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    ended_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = WaitlistQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("waitlist entries")
        ordering = ["created_at", "pk"]
        constraints = waitlist_constraints()
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(status="waiting"), name="waitlist_waiting_since"
            )
        ]
        triggers = waitlist_triggers()

    def __str__(self) -> str:
        return f"{self.what}, {self.where}"

    def get_absolute_url(self) -> str:
        return reverse("scheduling:waitlist-entry", args=[self.pk])

    def clean(self) -> None:
        """Refuse wishes that no time could ever meet, in words for a person."""
        super().clean()
        self.specialization = self.specialization.strip()
        if self.zip_code and centroid(self.zip_code) is None:
            unknown = gettext("This ZIP code is not known. Check it, or take one nearby.")
            raise ValidationError({"zip_code": ValidationError(unknown, code="zip_code_unknown")})
        if self.doctor:
            wishes.refuse_impossible(self, self.doctor)

    @one_write
    def change(self, *, version: int | None = None, **wish: Any) -> None:
        """Change what is wished for.

        Raises ValidationError `stale` when the entry has changed since `version`.
        """
        self._lock(version)
        for name, value in wish.items():
            setattr(self, name, value)
        self.version += 1
        self.check_and_save()

    @one_write
    def book(self, slot: "Slot", *, by: User | None) -> Appointment:
        """Book the visit waited for at the slot's start, and end the entry with it.

        Raises ValidationError `not_waiting` when somebody has ended it meanwhile, or as
        `Appointment.objects.book()` does; the entry then stays open.
        """
        self._lock()
        appointment = Appointment.objects.book(
            patient=self.patient,
            doctor=slot.doctor,
            facility=slot.facility,
            starts_at=slot.starts_at,
            ends_at=slot.starts_at + self.duration,
            type=self.type,
            by=by,
        )
        self._end(self.Status.BOOKED, by, appointment=appointment)
        return appointment

    @one_write
    def close(self, appointment: Appointment, *, by: User | None) -> None:
        """End the entry with an appointment of the same patient that is booked already."""
        self._lock()
        status = locked(Appointment, appointment.pk).status
        if status == Appointment.Status.PENDING or status not in HOLDING_TIME:
            raise ValidationError(
                gettext(
                    "That appointment is not booked. Keep the patient on the waitlist, or remove "
                    "them with a reason."
                ),
                code="not_booked",
            )
        self._end(self.Status.BOOKED, by, appointment=appointment)

    @one_write
    def remove(self, reason: str, *, by: User | None) -> None:
        """Take the patient off the list without an appointment."""
        if not reason.strip():
            missing = ValidationError(
                gettext("Say why the patient no longer waits."), code="no_reason"
            )
            raise ValidationError({"removed_reason": missing})
        self._lock()
        self._end(self.Status.REMOVED, by, removed_reason=reason.strip())

    @property
    def is_waiting(self) -> bool:
        return self.status == self.Status.WAITING

    @property
    def duration(self) -> timedelta:
        return timedelta(minutes=self.duration_minutes)

    @property
    def what(self) -> str:
        return wishes.what(self)

    @property
    def where(self) -> str:
        return wishes.where(self)

    @property
    def when(self) -> str:
        return wishes.when(self)

    def check_and_save(self) -> None:
        """Save what the fields and `clean()` allow; the database has the last word.

        Without minutes the visit is as long as its type, or 30 minutes.
        """
        if self.duration_minutes is None:
            usual = self.type.duration if self.type else DEFAULT_DURATION
            self.duration_minutes = int(usual.total_seconds()) // 60
        self.clean_fields(exclude=["patient", "care_type", "doctor", "type", "facility"])
        self.clean()
        self.save()

    def _lock(self, version: int | None = None) -> None:
        """Lock this row; raise ValidationError unless it is open and as it was at `version`."""
        rows = WaitlistEntry.objects.select_for_update(no_key=True)
        self.refresh_from_db(from_queryset=rows)
        if not self.is_waiting:
            raise ValidationError(
                gettext("This entry has been closed meanwhile: %(status)s. Look at the list again.")
                % {"status": self.get_status_display().lower()},
                code="not_waiting",
            )
        if version is not None and version != self.version:
            raise ValidationError(
                gettext(
                    "Somebody else has just changed this entry. Check what it says now, then save "
                    "again."
                ),
                code="stale",
            )

    def _end(self, status: str, by: User | None, **how: Any) -> None:
        self.status, self.ended_by, self.ended_at = status, by, timezone.now()
        for name, value in how.items():
            setattr(self, name, value)
        self.version += 1
        self.save()
