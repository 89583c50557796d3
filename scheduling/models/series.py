"""Appointments that repeat: every so many weeks on some weekdays, until a day or so many times.

A series remembers how it was booked. Its appointments are rows like any other, booked, moved and
cancelled through `Appointment`'s own methods, and are what counts: a later change of "this and all
that follow" changes the appointments and leaves the rule as it was.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from facilities.models import Doctor, Facility, Room
from patients.models import Patient
from scheduling import reasons, recurrence
from scheduling.availability import instant_of_hours
from scheduling.clashes import Attempt, SeriesClash
from scheduling.models.appointment import Appointment
from scheduling.models.appointment_type import AppointmentType
from scheduling.models.following import cancel_following, move_following
from scheduling.models.hours import WorkingHours
from scheduling.recurrence import Weekly
from scheduling.series_constraints import series_constraints
from scheduling.series_queryset import SeriesQuerySet
from scheduling.statements import lock_occupied, locked
from scheduling.writing import one_write

if TYPE_CHECKING:
    from scheduling.openings import Slot


class AppointmentSeries(models.Model):
    """A patient sees a doctor again and again, at the same time of the facility's day."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="series")
    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="series")
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="series")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, related_name="series")
    type = models.ForeignKey(
        AppointmentType, on_delete=models.PROTECT, null=True, related_name="series"
    )
    rule = models.CharField(
        max_length=100, help_text=_("RFC 5545, such as FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=8.")
    )
    first_day = models.DateField()
    time_of_day = models.TimeField(help_text=_("On the facility's clock."))
    duration_minutes = models.PositiveSmallIntegerField()
    # What the rule comes to, kept so that the database can bound it.
    last_day = models.DateField(editable=False)
    size = models.PositiveSmallIntegerField(editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("appointment series")
        ordering = ["first_day", "time_of_day", "pk"]
        permissions = [("book_series", "Can book a series, and change what follows in one")]
        constraints = series_constraints()

    def __str__(self) -> str:
        return f"{self.rule} from {self.first_day} {self.time_of_day:%H:%M}"

    def clean(self) -> None:
        """Check the rule and its bounds; set `last_day` and `size` to what it comes to."""
        super().clean()
        try:
            weekly = Weekly.parse(self.rule)
        except ValueError:
            raise ValidationError(
                gettext(
                    "Say every how many weeks, on which weekdays, and how many times or until when."
                ),
                code="rule",
            ) from None
        if not 1 <= weekly.interval <= recurrence.LONGEST_INTERVAL:
            raise ValidationError(
                gettext("Choose an interval from 1 to 12 weeks."), code="interval"
            )
        if self.first_day.isoweekday() not in weekly.weekdays:
            raise ValidationError(
                gettext(
                    "The first appointment is on a %(weekday)s. Choose %(weekday)s among the "
                    "weekdays too, or start from another day."
                )
                % {"weekday": WorkingHours.Weekday(self.first_day.isoweekday()).label},
                code="first_day",
            )
        starts = weekly.starts(datetime.combine(self.first_day, self.time_of_day))
        self.size = len(starts)
        self.last_day = starts[-1].date() if starts else self.first_day
        self._refuse_beyond_bounds()

    def _refuse_beyond_bounds(self) -> None:
        if self.size < recurrence.FEWEST:
            raise ValidationError(
                gettext(
                    "This makes fewer than two appointments. Choose a later end, or book a single "
                    "appointment from the day board."
                ),
                code="too_few",
            )
        if self.size > recurrence.MOST:
            raise ValidationError(
                gettext(
                    "A series has 52 appointments at most. Choose an earlier end, and book the "
                    "remainder as a second series."
                ),
                code="too_many",
            )
        if self.last_day > self.first_day + recurrence.LONGEST_SPAN:
            raise ValidationError(
                gettext(
                    "This series would last until %(day)s, and two years are the most. Choose an "
                    "earlier end."
                )
                % {"day": date_format(self.last_day, "DATE_FORMAT")},
                code="too_long",
            )

    @property
    def starts(self) -> list[datetime]:
        """Return the rule's starts as instants, at the same wall-clock time on each day."""
        first = datetime.combine(self.first_day, self.time_of_day)
        return [
            instant_of_hours(at.date(), at.time(), self.facility.tz)
            for at in Weekly.parse(self.rule).starts(first)
        ]

    @property
    def duration(self) -> timedelta:
        return timedelta(minutes=self.duration_minutes)

    @one_write
    def write(
        self,
        replacing: "Mapping[int, Slot]",
        leaving_out: Collection[int],
        details: Mapping[str, Any],
        hold: Appointment | None = None,
    ) -> None:
        """Save this new series with all its appointments, or nothing; see `objects.book()`."""
        starts = self._chosen_starts(replacing, leaving_out)
        held = [locked(Appointment, hold.pk)] if hold else []
        lock_occupied(
            doctors={
                self.doctor_id,
                *(slot.doctor.pk for slot in replacing.values()),
                *(each.doctor_id for each in held),
            },
            patients={self.patient_id, *(each.patient_id for each in held)},
            rooms={self.room_id, *(each.room_id for each in held)},
        )
        for each in held:
            if each.status == Appointment.Status.PENDING:
                each.cancel(reasons.HOLD_GIVEN_UP, by=self.created_by)
        self.save()
        attempt = Attempt()
        for index, (doctor, starts_at) in starts.items():
            wanted = self._wanted(doctor, starts_at)
            with attempt.of(index, wanted):
                Appointment.objects.book(
                    patient=self.patient,
                    doctor=doctor,
                    facility=self.facility,
                    room=self.room,
                    type=self.type,
                    starts_at=starts_at,
                    ends_at=wanted.ends_at,
                    by=self.created_by,
                    series=self,
                    **details,
                )
        attempt.conclude()

    def _chosen_starts(
        self, replacing: "Mapping[int, Slot]", leaving_out: Collection[int]
    ) -> dict[int, tuple[Doctor, datetime]]:
        """Return doctor and start by index, once the choices are made."""
        chosen = {
            index: (replacing[index].doctor, replacing[index].starts_at)
            if index in replacing
            else (self.doctor, starts_at)
            for index, starts_at in enumerate(self.starts)
            if index not in leaving_out
        }
        if not chosen:
            raise ValidationError(
                gettext("Every appointment is left out. Keep at least one of them."),
                code="nothing_left",
            )
        return chosen

    def _wanted(self, doctor: Doctor, starts_at: datetime) -> Appointment:
        ends_at = starts_at + self.duration
        return Appointment(
            patient=self.patient,
            doctor=doctor,
            facility=self.facility,
            room=self.room,
            type=self.type,
            starts_at=starts_at,
            ends_at=ends_at,
            blocked_until=ends_at + (self.type.buffer if self.type else timedelta()),
        )

    def move_from(
        self,
        appointment: Appointment,
        *,
        starts_at: datetime,
        by: User | None,
        doctor: Doctor | None = None,
        version: int | None = None,
        replacing: "Mapping[int, Slot] | None" = None,
        leaving_out: Collection[int] = (),
        now: datetime | None = None,
    ) -> None:
        """Move an appointment and all later ones by the same shift of the wall clock, or none.

        Only those that may still be moved are; each goes to `doctor` if one is given. Raises
        SeriesClash as `objects.book()` does, where an index is an appointment's id: those in
        `replacing` go to another slot, those in `leaving_out` stay where they are.
        """
        try:
            move_following(
                self,
                appointment,
                starts_at=starts_at,
                doctor=doctor,
                by=by,
                version=version,
                replacing=replacing or {},
                leaving_out=leaving_out,
            )
        except SeriesClash as clash:
            clash.offer_alternatives(now or timezone.now())
            raise
        appointment.refresh_from_db()

    def cancel_from(
        self,
        appointment: Appointment,
        reason: str,
        *,
        by: User | None,
        version: int | None = None,
    ) -> None:
        """Cancel an appointment and all later ones that can still be cancelled, or none."""
        cancel_following(self, appointment, reason, by=by, version=version)
        appointment.refresh_from_db()
