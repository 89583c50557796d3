"""Where care is given and by whom: the facility network, its service areas, rooms and doctors."""

import zoneinfo
from functools import cache

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from facilities.querysets import (
    CareTypeQuerySet,
    DoctorQuerySet,
    FacilityQuerySet,
    RoomQuerySet,
    ZipCodeRangeQuerySet,
    zip_span,
)
from facilities.refusals import refusals
from facilities.triggers import range_triggers

zip_code_validator = RegexValidator(
    r"^\d{5}$", _("Enter a ZIP code of five digits, such as 02134.")
)
known_timezones = cache(zoneinfo.available_timezones)


def validate_timezone(name: str) -> None:
    if name not in known_timezones():
        raise ValidationError(gettext("Choose a time zone from the list, such as America/Chicago."))


OVERLAPPING_RANGES = _(
    "This facility has a range with some of these ZIP codes already. Change that range instead."
)


class ZoneOffset(models.Model):
    """How far a zone's clocks are ahead of UTC from `since` up to `until`; see `facilities.zones`.

    SQL turns wall-clock times into instants by these rows.
    """

    zone = models.TextField()
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    utc_offset = models.DurationField()

    class Meta:
        indexes = [models.Index(fields=["zone", "until"], name="zone_offset_until")]

    def __str__(self) -> str:
        return f"{self.zone} {self.utc_offset}"


class CareType(models.Model):
    """A kind of care that a facility offers, such as cardiology."""

    name = models.CharField(max_length=100)

    objects = CareTypeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("name"),
                name="care_type_name_unique",
                violation_error_code="name_taken",
                violation_error_message=_("There is a care type with this name. Use that one."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Facility(models.Model):
    """A place of care: it has a time zone, a service area, and room for so many patients.

    `registered_count` is kept by triggers on patients, so that the CHECK beside it makes the
    database itself refuse a registration into a full facility.
    """

    name = models.CharField(max_length=200)
    address_line = models.CharField(_("address"), max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=50, blank=True)
    zip_code = models.CharField(
        _("ZIP code"), max_length=5, blank=True, validators=[zip_code_validator]
    )
    phone = PhoneNumberField(blank=True)
    timezone = models.CharField(
        _("time zone"), max_length=64, default="America/New_York", validators=[validate_timezone]
    )
    capacity = models.PositiveIntegerField(
        help_text=_("How many active patients can be registered here."),
    )
    registered_count = models.PositiveIntegerField(
        _("registered"), default=0, editable=False, db_default=0
    )
    care_types = models.ManyToManyField(CareType, related_name="facilities", blank=True)
    staff = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="facilities", blank=True)
    identifier = models.CharField(
        max_length=64,
        unique=True,
        null=True,
        blank=True,
        help_text=_("The facility's id in the system it was imported from."),
    )
    is_active = models.BooleanField(default=True)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now(), db_index=True)

    objects = FacilityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("facilities")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(registered_count__lte=F("capacity")),
                name="facility_has_room",
                violation_error_code="facility_full",
                violation_error_message=_(
                    "This facility is full. Choose another facility, or ask an administrator "
                    "to raise its capacity."
                ),
            ),
            models.CheckConstraint(
                condition=Q(zip_code="") | Q(zip_code__regex=r"^\d{5}$"),
                name="facility_zip_code_five_digits",
            ),
        ]
        indexes = [models.Index(fields=["zip_code"], name="facility_zip_code")]
        triggers = [
            # Only the triggers on patients change the count; a form that saves every column of a
            # facility must not write back the count that it read.
            pgtrigger.Trigger(
                name="facility_count_kept",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("registered_count"),  # type: ignore[no-untyped-call]
                func="""
                    IF pg_trigger_depth() = 1 THEN
                        NEW.registered_count := OLD.registered_count;
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.capacity is not None and self.capacity < self.registered_count:
            refusal = gettext(
                "Enter at least %(count)s, which is how many patients are registered here."
            )
            raise ValidationError({"capacity": refusal % {"count": self.registered_count}})

    @property
    def tz(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.timezone)

    @property
    def is_full(self) -> bool:
        return self.registered_count >= self.capacity

    @property
    def places_left(self) -> int:
        """Return how many more patients can be registered here."""
        return max(0, self.capacity - self.registered_count)


class ZipCodeRange(models.Model):
    """ZIP codes that a facility serves, both ends included; facilities may share a range."""

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="zip_code_ranges")
    zip_min = models.CharField(_("first ZIP code"), max_length=5, validators=[zip_code_validator])
    zip_max = models.CharField(_("last ZIP code"), max_length=5, validators=[zip_code_validator])

    objects = ZipCodeRangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("ZIP code range")
        ordering = ["facility", "zip_min"]
        constraints = [
            models.CheckConstraint(
                condition=Q(zip_min__regex=r"^\d{5}$", zip_max__regex=r"^\d{5}$"),
                name="zip_code_range_five_digits",
                violation_error_message=_("Enter ZIP codes of five digits, such as 02134."),
            ),
            models.CheckConstraint(
                condition=Q(zip_min__lte=F("zip_max")),
                name="zip_code_range_in_order",
                violation_error_message=_(
                    "The last ZIP code must not be below the first. Swap the two."
                ),
            ),
            ExclusionConstraint(
                name="zip_code_range_distinct",
                expressions=[
                    ("facility", RangeOperators.EQUAL),
                    (zip_span(), RangeOperators.OVERLAPS),
                ],
                violation_error_code="zip_codes_overlap",
                violation_error_message=OVERLAPPING_RANGES,
            ),
        ]
        indexes = [
            GistIndex(zip_span(), name="zip_code_range_serves"),
        ]
        triggers = range_triggers()

    def __str__(self) -> str:
        return self.zip_min if self.zip_min == self.zip_max else f"{self.zip_min}–{self.zip_max}"

    def overlaps(self, other: "ZipCodeRange") -> bool:
        return self.zip_min <= other.zip_max and other.zip_min <= self.zip_max


class Room(models.Model):
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="rooms")
    name = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)

    objects = RoomQuerySet.as_manager()

    class Meta:
        ordering = ["facility", "name"]
        constraints = [
            models.UniqueConstraint(
                "facility",
                models.functions.Lower("name"),
                name="room_name_unique",
                violation_error_code="name_taken",
                violation_error_message=_("This facility has a room with that name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Doctor(models.Model):
    """Somebody who sees patients, at one facility or several; FHIR calls this a Practitioner."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="doctor",
        help_text=_("The account this doctor signs in with, if any."),
    )
    name = models.CharField(max_length=150)
    specialization = models.CharField(max_length=100, db_index=True)
    licence_number = models.CharField(max_length=50, unique=True, null=True, blank=True)
    years_of_experience = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(0)]
    )
    facilities = models.ManyToManyField(Facility, related_name="doctors", blank=True)
    care_types = models.ManyToManyField(
        CareType, related_name="doctors", blank=True, help_text=_("What this doctor provides.")
    )
    identifier = models.CharField(
        max_length=64,
        unique=True,
        null=True,
        blank=True,
        help_text=_("The doctor's id in the system they were imported from."),
    )
    is_active = models.BooleanField(default=True)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now(), db_index=True)

    objects = DoctorQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def activate(self) -> None:
        self.is_active = True
        self.save(update_fields=["is_active", "updated_at"])

    def deactivate(self) -> None:
        """Let them take no more appointments; raise ValidationError while visits are to come."""
        self.is_active = False
        with refusals(), transaction.atomic():
            self.save(update_fields=["is_active", "updated_at"])
