from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from facilities.models import CareType, Doctor
from scheduling.availability import Period


class AppointmentTypeQuerySet(models.QuerySet["AppointmentType"]):
    def visible_to(self, user: User) -> "AppointmentTypeQuerySet":
        """Keep all for staff; for a patient what they may book themselves."""
        if user.is_clinic_staff:
            return self
        return self.filter(is_active=True, bookable_online=True)

    def offered_by(self, doctor: Doctor) -> "AppointmentTypeQuerySet":
        """Keep what can be booked with this doctor."""
        return self.filter(offered_by(doctor), is_active=True)


def offered_by(doctor: Doctor) -> Q:
    """Return the condition on types: the doctor is named or, nobody being named, gives the care."""
    provided = Q(care_type__isnull=True) | Q(care_type__in=doctor.care_types.all())
    return Q(doctors=doctor) | Q(doctors__isnull=True) & provided


class AppointmentType(models.Model):
    """A kind of visit, which says how long it takes and how long the doctor needs afterwards."""

    name = models.CharField(max_length=100, unique=True)
    duration_minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(5), MaxValueValidator(720)]
    )
    buffer_minutes = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(240)],
        help_text=_("Minutes kept free after the visit, for notes or cleaning."),
    )
    care_type = models.ForeignKey(
        CareType, on_delete=models.PROTECT, null=True, blank=True, related_name="appointment_types"
    )
    doctors = models.ManyToManyField(
        Doctor,
        related_name="appointment_types",
        blank=True,
        help_text=_("Who offers it. Nobody named: every doctor who provides its care type."),
    )
    bookable_online = models.BooleanField(default=False)
    minimum_notice_minutes = models.PositiveIntegerField(
        _("minimum notice"),
        default=120,
        db_default=120,
        validators=[MaxValueValidator(60 * 24 * 60)],
        help_text=_("Online only: minutes from booking to the earliest start."),
    )
    bookable_days_ahead = models.PositiveSmallIntegerField(
        _("bookable how far ahead"),
        default=90,
        db_default=90,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
        help_text=_("Online only: days from booking to the latest start."),
    )
    colour = models.CharField(
        max_length=7,
        default="#4c6ef5",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Enter a colour such as #4c6ef5."))],
    )
    is_active = models.BooleanField(default=True)

    objects = AppointmentTypeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(duration_minutes__gt=0, duration_minutes__lte=720),
                name="appointment_type_duration",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def duration(self) -> timedelta:
        return timedelta(minutes=self.duration_minutes)

    @property
    def buffer(self) -> timedelta:
        return timedelta(minutes=self.buffer_minutes)

    def is_offered_by(self, doctor: Doctor) -> bool:
        """Say whether the doctor is one for it, whether or not it can be booked any more."""
        return AppointmentType.objects.filter(offered_by(doctor), pk=self.pk).exists()

    @property
    def offering(self) -> Q:
        """Return the condition on doctors who offer this type."""
        if self.doctors.exists():
            return Q(appointment_types=self)
        return Q(care_types=self.care_type_id) if self.care_type_id else Q()

    def online_window(self, now: datetime) -> Period:
        """Return when a visit that is booked online at `now` may start."""
        return Period(
            now + timedelta(minutes=self.minimum_notice_minutes),
            now + timedelta(days=self.bookable_days_ahead),
        )
