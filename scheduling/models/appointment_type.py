from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from facilities.models import CareType


class AppointmentType(models.Model):
    """A kind of visit, which says how long it takes and how long the doctor needs afterwards."""

    name = models.CharField(max_length=100, unique=True)
    duration_minutes = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(5), MaxValueValidator(720)]
    )
    buffer_minutes = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(240)],
        help_text="Minutes kept free after the visit, for notes or cleaning.",
    )
    care_type = models.ForeignKey(
        CareType, on_delete=models.PROTECT, null=True, blank=True, related_name="appointment_types"
    )
    bookable_online = models.BooleanField(default=False)
    colour = models.CharField(
        max_length=7,
        default="#4c6ef5",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", "Enter a colour such as #4c6ef5.")],
    )
    is_active = models.BooleanField(default=True)

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
