"""When doctors can be booked: weekly hours, less their time off and the facility's closures."""

from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from facilities.models import Doctor, Facility
from scheduling.availability import Period
from scheduling.free_time_triggers import (
    ALONE,
    CLOSURE,
    SHARED,
    TIME_OFF,
    WORKING_HOURS,
    free_time_triggers,
)
from scheduling.querysets import ClosureQuerySet, TimeOffQuerySet, WorkingHoursQuerySet
from scheduling.ranges import Days, TimesOfDay, WeeksOfTwo

AN_A_WEEK = date(2000, 1, 3)
OVERLAPPING_HOURS = _(
    "This doctor has hours on that weekday which overlap these, here or at another facility. "
    "Change those first."
)


def _at(field: str, code: str, message: str) -> ValidationError:
    return ValidationError({field: ValidationError(message, code=code)})


if TYPE_CHECKING:
    from scheduling.querysets import AppointmentQuerySet


class WorkingHours(models.Model):
    """Hours that a doctor works at a facility on one weekday, in the facility's local time."""

    class Weekday(models.IntegerChoices):
        """ISO 8601 weekdays, as `date.isoweekday()` gives them."""

        MONDAY = 1, WEEKDAYS[0]
        TUESDAY = 2, WEEKDAYS[1]
        WEDNESDAY = 3, WEEKDAYS[2]
        THURSDAY = 4, WEEKDAYS[3]
        FRIDAY = 5, WEEKDAYS[4]
        SATURDAY = 6, WEEKDAYS[5]
        SUNDAY = 7, WEEKDAYS[6]

    class Weeks(models.IntegerChoices):
        """Weeks from Monday to Sunday, counted from the one of 3 January 2000, an A week."""

        EVERY = 0, _("Every week")
        A = 1, _("A weeks")
        B = 2, _("B weeks")

    doctor = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="working_hours")
    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    starts_at = models.TimeField(pgettext_lazy("time of day", "from"))
    ends_at = models.TimeField(
        pgettext_lazy("time of day", "to"),
        help_text=_("12:00 AM is the midnight at the end of the day."),
    )
    weeks = models.PositiveSmallIntegerField(
        choices=Weeks,
        default=Weeks.EVERY,
        db_default=Weeks.EVERY,
        help_text=_("A and B weeks alternate; the week of 3 January 2000 was an A week."),
    )
    valid_from = models.DateField(help_text=_("The first day on which these hours apply."))
    valid_until = models.DateField(
        null=True, blank=True, help_text=_("The last day; leave empty when no end is known.")
    )

    objects = WorkingHoursQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("working hours")
        ordering = ["doctor", "weekday", "starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")) | Q(ends_at=time(0)),
                name="working_hours_end_after_start",
                violation_error_message=_(
                    "The hours must end after they start. Split hours that "
                    "pass midnight into two rows."
                ),
            ),
            models.CheckConstraint(condition=Q(weeks__range=(0, 2)), name="working_hours_weeks"),
            models.CheckConstraint(
                condition=Q(weekday__range=(1, 7)), name="working_hours_weekday"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="working_hours_validity_in_order",
                violation_error_message=_("The last day must not lie before the first."),
            ),
            ExclusionConstraint(
                name="working_hours_distinct",
                expressions=[
                    ("doctor", RangeOperators.EQUAL),
                    ("weekday", RangeOperators.EQUAL),
                    (TimesOfDay("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                    (Days("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                    (WeeksOfTwo("weeks"), RangeOperators.OVERLAPS),
                ],
                violation_error_code="working_hours_overlap",
                violation_error_message=OVERLAPPING_HOURS,
            ),
        ]
        triggers = free_time_triggers(*WORKING_HOURS, lock=SHARED)

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts_at:%H:%M}–{self.ends_at:%H:%M}"

    def clean(self) -> None:
        """Refuse what is no period, by its field: PostgreSQL makes no range of it to compare."""
        super().clean()
        if self.starts_at and self.ends_at and time(0) != self.ends_at <= self.starts_at:
            raise _at(
                "ends_at",
                "end_before_start",
                gettext(
                    "The hours must end after they start. Split hours that pass midnight into two "
                    "rows."
                ),
            )
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise _at(
                "valid_until", "validity", gettext("The last day must not lie before the first.")
            )

    def overlaps(self, other: "WorkingHours") -> bool:
        """Say what `working_hours_distinct` would of two rows of one doctor."""
        same_weeks = self.weeks == other.weeks or self.Weeks.EVERY in {self.weeks, other.weeks}
        return (
            same_weeks
            and self.weekday == other.weekday
            and self._starts_before_end_of(other)
            and other._starts_before_end_of(self)  # noqa: SLF001 - of the same class
        )

    def _starts_before_end_of(self, other: "WorkingHours") -> bool:
        """Compare times and days; an end of 00:00 is midnight, no last day is for ever."""
        in_time = other.ends_at == time(0) or self.starts_at < other.ends_at
        return in_time and (other.valid_until is None or self.valid_from <= other.valid_until)

    def applies_on(self, day: date) -> bool:
        return (
            self.weekday == day.isoweekday()
            and self.weeks in {self.Weeks.EVERY, self.week_of(day)}
            and self.valid_from <= day
            and (self.valid_until is None or day <= self.valid_until)
        )

    @classmethod
    def week_of(cls, day: date) -> Weeks:
        """Say whether a day lies in an A week or in a B week."""
        return cls.Weeks.B if (day - AN_A_WEEK).days // 7 % 2 else cls.Weeks.A


class Absence(models.Model):
    """A period in which nothing is booked."""

    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True
        ordering = ["starts_at"]

    def get_absolute_url(self) -> str:
        """Return the address of the work list."""
        raise NotImplementedError

    def clean(self) -> None:
        super().clean()
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise _at("ends_at", "end_before_start", gettext("The end must lie after the start."))

    @property
    def fingerprint(self) -> str:
        """Return what tells whether the row is still as somebody has read it."""
        ends = (at.astimezone(UTC).isoformat() for at in (self.starts_at, self.ends_at))
        return sha256("|".join([*ends, self.reason]).encode()).hexdigest()[:16]

    def save_over(self, read: str) -> None:
        """Save a change of the row whose fingerprint was `read`.

        Raises ValidationError `stale` where somebody has changed or deleted it since.
        """
        with transaction.atomic():
            kind: Any = type(self)
            stored = kind.objects.select_for_update().filter(pk=self.pk).first()
            if stored is None or stored.fingerprint != read:
                raise ValidationError(
                    gettext("Somebody else has changed this meanwhile."), code="stale"
                )
            self.save()

    def affected(self, now: datetime) -> "AppointmentQuerySet":
        """Return the visits still to come for which somebody or somewhere is missing now."""
        whose: Any = self.whose
        booked: AppointmentQuerySet = whose.appointments.expected(now)
        return booked.during(Period(self.starts_at, self.ends_at))

    @property
    def whose(self) -> Doctor | Facility:
        """Return the doctor who is away or the facility that is closed."""
        raise NotImplementedError


class TimeOff(Absence):
    """A doctor is away: leave, a course, a lunch."""

    doctor = models.ForeignKey(Doctor, on_delete=models.CASCADE, related_name="time_off")

    objects = TimeOffQuerySet.as_manager()

    class Meta(Absence.Meta):
        verbose_name_plural = _("time off")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="time_off_end_after_start"
            )
        ]
        indexes = [models.Index(fields=["doctor", "starts_at"], name="time_off_doctor_start")]
        triggers = free_time_triggers(*TIME_OFF)

    def __str__(self) -> str:
        return self.reason or gettext("Time off")

    def get_absolute_url(self) -> str:
        return reverse("scheduling:time-off", args=[self.pk])

    def enter_once(self) -> "tuple[TimeOff, bool]":
        """Save this, unless the same stands there; return what stands, and whether it is this.

        One at a time for each doctor: two who press at once would not see each other's.
        """
        with transaction.atomic():
            Doctor.objects.select_for_update(no_key=True).get(pk=self.doctor_id)
            same = (
                type(self)
                .objects.filter(
                    doctor=self.doctor_id,
                    starts_at=self.starts_at,
                    ends_at=self.ends_at,
                    reason=self.reason,
                )
                .first()
            )
            if same is None:
                self.save()
        return same or self, same is None

    @property
    def whose(self) -> Doctor:
        return self.doctor


class Closure(Absence):
    """A whole facility is closed: a holiday, a burst pipe."""

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="closures")

    objects = ClosureQuerySet.as_manager()

    class Meta(Absence.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="closure_end_after_start"
            )
        ]
        indexes = [models.Index(fields=["facility", "starts_at"], name="closure_facility_start")]
        triggers = free_time_triggers(*CLOSURE, lock=ALONE)

    def __str__(self) -> str:
        return self.reason or gettext("Closed")

    def get_absolute_url(self) -> str:
        return reverse("scheduling:closure", args=[self.pk])

    @property
    def whose(self) -> Facility:
        return self.facility
