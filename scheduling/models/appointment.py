"""Appointments, and the one path by which they are written.

Browser, API, admin and commands all call `Appointment.objects.book()` and the operations below.
Each runs in its own transaction, locks the appointment, its doctors, its patient and its room in
that fixed order, checks the rules that need a kind message, writes, and records an event. Double
bookings are not looked for: the exclusion constraints refuse them, whoever writes, and the refusal
comes back as a `ValidationError` with the constraint's own code and words. The locks are there
because exclusion constraints alone deadlock under racing inserts.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeAlias

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from facilities.models import Doctor, Facility, Room
from patients.models import Patient
from scheduling import calendars, rules
from scheduling.availability import DEFAULT_DURATION, Period
from scheduling.constraints import MOST_OVERBOOKED, appointment_constraints
from scheduling.free_time_triggers import appointment_free_time_triggers
from scheduling.models.appointment_type import AppointmentType
from scheduling.models.event import AppointmentEvent
from scheduling.querysets import HOLD, LONGEST_HOLD, AppointmentQuerySet
from scheduling.statements import insert, lock_appointment, lock_occupied, locked, update
from scheduling.status import HOLDING_TIME, MOVABLE, NEXT, Status
from scheduling.triggers import appointment_triggers
from scheduling.writing import one_write

# Inside the class, `Status` is the attribute: `Appointment.Status.BOOKED`.
AppointmentStatus: TypeAlias = Status


class Appointment(models.Model):
    """A patient sees a doctor at a facility in the period [starts_at, ends_at).

    The doctor and the room stay blocked until `blocked_until`, which is the end plus the buffer of
    the appointment's type.
    """

    Status = Status

    class Source(models.TextChoices):
        DESK = "desk", _("Front desk")
        WALK_IN = "walk-in", _("Walk-in")
        ONLINE = "online", _("Online")
        IMPORT = "import", _("Imported")

    # Of these four, an index that goes on by time stands for one of its own.
    patient = models.ForeignKey(
        Patient,
        on_delete=models.PROTECT,
        null=True,
        related_name="appointments",
        db_index=False,
        help_text=_("Unknown only while a time is held, or of a hold that was given up."),
    )
    doctor = models.ForeignKey(
        Doctor, on_delete=models.PROTECT, related_name="appointments", db_index=False
    )
    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, related_name="appointments", db_index=False
    )
    room = models.ForeignKey(
        Room,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
        db_index=False,
    )
    type = models.ForeignKey(
        AppointmentType,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
    )
    series = models.ForeignKey(
        "scheduling.AppointmentSeries",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="appointments",
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    blocked_until = models.DateTimeField(editable=False)
    status = models.CharField(max_length=20, choices=Status, default=Status.BOOKED)
    reason = models.CharField(max_length=200, blank=True, help_text=_("Why the patient comes."))
    notes = models.TextField(
        max_length=2000, blank=True, help_text=_("For the desk; nothing clinical.")
    )
    cancel_reason = models.CharField(max_length=200, blank=True)
    hold_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    overbook = models.PositiveSmallIntegerField(default=0, editable=False)
    override_reason = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text=_("Why this was booked over a taken time or outside hours."),
    )
    source = models.CharField(max_length=10, choices=Source, default=Source.DESK)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        permissions = [
            ("book_appointment", "Can book an appointment"),
            ("reschedule_appointment", "Can move an appointment"),
            ("cancel_appointment", "Can cancel an appointment"),
            ("arrive_appointment", "Can mark a patient as arrived or checked in"),
            ("fulfil_appointment", "Can mark an appointment as done"),
            ("noshow_appointment", "Can mark a patient as not having come"),
            ("override_appointment", "Can book over a taken time or outside hours, with a reason"),
            ("view_insight", "Can see the figures of how the clinic does"),
        ]
        constraints = appointment_constraints()
        indexes = [
            models.Index(fields=["doctor", "starts_at"], name="appointment_doctor_start"),
            models.Index(fields=["facility", "starts_at"], name="appointment_facility_start"),
            models.Index(fields=["patient", "starts_at"], name="appointment_patient_start"),
            models.Index(fields=["room", "starts_at"], name="appointment_room_start"),
            models.Index(
                fields=["hold_expires_at"],
                condition=models.Q(status=Status.PENDING),
                name="appointment_held_until",
            ),
        ]
        triggers = [*appointment_triggers(), *appointment_free_time_triggers()]

    def __str__(self) -> str:
        return f"{calendars.local(self.starts_at, self.facility):%Y-%m-%d %H:%M} {self.doctor}"

    def get_absolute_url(self) -> str:
        return reverse("scheduling:appointment", args=[self.pk])

    def clean(
        self, calendar: calendars.Calendar | None = None, before: "Appointment | None" = None
    ) -> None:
        """Check the rules that compare fields or read other rows, in words for a person.

        With an `override_reason` the time may lie outside hours or in an absence. The doctor's
        calendar is loaded unless it is given. What the visit had `before`, its time, room, type
        and doctor, it may keep, even if it could not be booked so today.
        """
        super().clean()
        rules.refuse_times(self)
        rules.refuse_room(self, before)
        rules.refuse_by_type(self, before)
        if rules.keeps_its_time(self, before):
            return
        if self.override_reason:
            rules.refuse_doctor_elsewhere(self.doctor, self.facility)
        else:
            calendars.refuse_closed_time(self, calendar)

    @one_write
    def reschedule(
        self,
        *,
        starts_at: datetime,
        by: User | None,
        doctor: Doctor | None = None,
        room: Room | None = None,
        override: str = "",
        version: int | None = None,
    ) -> None:
        """Move to another start, and to another doctor or room if given; the length stays.

        With a reason to `override`, the new time may be taken or outside hours. Without `room` the
        visit keeps its own. Who has arrived and is moved to a later day is booked again.
        Raises ValidationError when the appointment has changed since `version`, is over, or the
        new time cannot be had (`doctor_busy`, `patient_busy`, `room_busy`, `in_the_past`, …), or
        for a patient's account who has arrived (`not_movable`).
        """
        before = self._lock(
            version, doctor=doctor.pk if doctor else None, room=room.pk if room else None
        )
        if self.status not in MOVABLE:
            raise ValidationError(
                gettext("This appointment is %(status)s and cannot be moved. Book a new one.")
                % {"status": self.get_status_display().lower()},
                code="not_movable",
            )
        rules.refuse_move_once_arrived(self, by)
        rules.refuse_others_hold(self, by)
        shift = starts_at - self.starts_at
        self.starts_at, self.ends_at = starts_at, self.ends_at + shift
        self.blocked_until += shift
        self.doctor = doctor or self.doctor
        self.room = room or self.room
        self.take_time(override, by, before)
        if self.status == Status.ARRIVED and not rules.day_has_come(self, timezone.now()):
            self.status = Status.BOOKED
        self._save_change(AppointmentEvent.Kind.MOVED, before, by, override)

    @one_write
    def describe(
        self, *, reason: str, notes: str, by: User | None, version: int | None = None
    ) -> None:
        """Change what is said of the visit; its time and status stay.

        History tells who has done so and when, not the words. Patients do so as long as their visit
        can be moved: `wrong_status`.
        """
        before = self._lock_row(version)
        rules.refuse_words_of_what_is_over(self, by)
        self.reason, self.notes = reason, notes
        self.clean_fields(exclude={f.name for f in self._meta.fields} - {"reason", "notes"})
        self._save_change(AppointmentEvent.Kind.DESCRIBED, before, by)

    @one_write
    def confirm(
        self,
        *,
        patient: Patient,
        by: User | None,
        type: AppointmentType | None = None,
        ends_at: datetime | None = None,
        room: Room | None = None,
        reason: str = "",
        notes: str = "",
        version: int | None = None,
    ) -> None:
        """Turn a hold into a booking for `patient`; another type or end changes the length.

        A hold that has run out can still be confirmed as long as nobody else has wanted its time.
        Raises ValidationError `already_booked` for who confirmed it before, `hold_lost`,
        `held_by_other`, or what booking raises.
        """
        before = self._lock(version, patient=patient.pk, room=room.pk if room else None)
        if self.status != Status.PENDING:
            raise self._confirmed_before(by)
        if self.is_held_by_other(by):
            raise ValidationError(
                gettext("Somebody else holds this time. Choose another time."), code="held_by_other"
            )
        self.patient, self.reason, self.notes = patient, reason, notes
        self.room = room or self.room
        if type != self.type or ends_at:
            self.type = type
            length = type.duration if type else DEFAULT_DURATION
            self.ends_at = ends_at or self.starts_at + length
            self.blocked_until = self.ends_at + (type.buffer if type else timedelta())
        self.status, self.hold_expires_at = Status.BOOKED, None
        rules.refuse_past(self, timezone.now())
        if self.source == self.Source.ONLINE or (by and by.role == User.Role.PATIENT):
            rules.refuse_online(self, self.created_at)
            rules.refuse_other_length(self)
        self.clean()
        self._save_change(AppointmentEvent.Kind.STATUS, before, by)

    @one_write
    def keep_on(self, now: datetime) -> None:
        """Hold for five minutes from `now`, up to a quarter of an hour after it was first held.

        Raises ValidationError `hold_lost`.
        """
        self._lock_row(None)
        if self.status != Status.PENDING or self.hold_expires_at is None:
            raise _hold_lost()
        longest = min(now + HOLD, self.created_at + LONGEST_HOLD)
        self.hold_expires_at = max(self.hold_expires_at, longest)
        self.save(update_fields=["hold_expires_at", "updated_at"])

    def cancel(self, reason: str, *, by: User | None, version: int | None = None) -> None:
        """Cancel with a reason; the time is free at once."""
        if not reason.strip():
            missing = ValidationError(
                gettext("Say why the appointment is cancelled."), code="no_reason"
            )
            raise ValidationError({"cancel_reason": missing})
        self._step(Status.CANCELLED, by, version, reason.strip())

    def mark_arrived(self, *, by: User | None, version: int | None = None) -> None:
        self._step(Status.ARRIVED, by, version)

    def check_in(self, *, by: User | None, version: int | None = None) -> None:
        self._step(Status.CHECKED_IN, by, version)

    def fulfil(self, *, by: User | None, version: int | None = None) -> None:
        """Mark as done."""
        self._step(Status.FULFILLED, by, version)

    def mark_noshow(
        self, *, by: User | None, version: int | None = None, now: datetime | None = None
    ) -> None:
        """Mark the patient as not having come, which can be said once the start has passed."""
        self._step(Status.NOSHOW, by, version, now=now)

    def mark_entered_in_error(self, *, by: User | None, version: int | None = None) -> None:
        """Take out of the books what should never have been booked."""
        self._step(Status.ENTERED_IN_ERROR, by, version)

    @one_write
    def undo(
        self,
        *,
        by: User | None,
        version: int | None = None,
        now: datetime | None = None,
        judge: Callable[[AppointmentEvent], None] | None = None,
    ) -> None:
        """Take back the last step or move, on the day it was made, if its time is still free.

        A patient takes back only what they did themselves (`not_yours`), to a time that they may
        book online. `judge` sees the change that is taken back, under the lock, and raises what
        forbids it. Raises ValidationError when there is nothing to take back or the time has been
        taken.
        """
        now = now or timezone.now()
        before = self._lock_row(version)
        event = self.last_undoable_event(now)
        if event is None:
            raise ValidationError(
                gettext(
                    "There is nothing to undo here: only today's last change can be taken back."
                ),
                code="nothing_to_undo",
            )
        if judge:
            judge(event)
        rules.refuse_others_change(event, by)
        lock_occupied(
            doctors={self.doctor_id, event.from_doctor_id},
            patients={self.patient_id},
            rooms={self.room_id, event.from_room_id},
        )
        self.blocked_until += event.from_ends_at - self.ends_at
        self.status = event.from_status
        self.cancel_reason = event.reason if self.status == Status.CANCELLED else ""
        self.starts_at, self.ends_at = event.from_starts_at, event.from_ends_at
        self.doctor_id, self.room_id = event.from_doctor_id, event.from_room_id
        self.overbook = event.from_overbook
        self.override_reason = event.from_override_reason
        if by is not None and by.role == User.Role.PATIENT:
            rules.refuse_online(self, now)
        takes_time = before.status not in HOLDING_TIME or event.kind == AppointmentEvent.Kind.MOVED
        if takes_time and self.status in HOLDING_TIME and not self.override_reason:
            calendars.refuse_closed_time(self)
        self._save_change(AppointmentEvent.Kind.UNDONE, before, by)

    def _confirmed_before(self, by: User | None) -> ValidationError:
        """Return why what is no hold any more cannot be confirmed by this person."""
        confirming = self.events.filter(from_status=Status.PENDING, to_status=Status.BOOKED, by=by)
        if self.status in HOLDING_TIME and confirming.exists():
            return ValidationError(
                gettext(
                    "You have booked this time already. Look at the appointment before you change "
                    "it."
                ),
                code="already_booked",
            )
        return _hold_lost()

    def last_undoable_event(self, now: datetime) -> AppointmentEvent | None:
        """Return the last change if it can be taken back at `now`: on its own local day only."""
        event = self.last_change()
        if event is None or not event.is_undoable:
            return None
        day = calendars.local(event.at, self.facility).date()
        return event if day == calendars.local(now, self.facility).date() else None

    def last_change(self) -> AppointmentEvent | None:
        """Return the last change of time or status, which other words about the visit are not."""
        changes = self.events.exclude(kind=AppointmentEvent.Kind.DESCRIBED)
        return changes.select_related("from_doctor").first()

    @property
    def next_steps(self) -> frozenset[AppointmentStatus]:
        return NEXT[self.status]

    def is_held_by_other(self, user: User | None) -> bool:
        """Say whether this is a hold of somebody else; None stands for the system, which may."""
        own = user is None or self.created_by_id in {None, user.pk}
        return self.status == Status.PENDING and not own

    @property
    def is_movable(self) -> bool:
        return self.status in MOVABLE

    @property
    def duration(self) -> timedelta:
        return self.ends_at - self.starts_at

    def holds_time_at(self, now: datetime) -> bool:
        """Say whether the time is taken: a hold that has run out takes it no longer."""
        if self.hold_expires_at is not None:
            return self.hold_expires_at > now
        return self.status in HOLDING_TIME

    @one_write
    def _step(
        self,
        status: AppointmentStatus,
        by: User | None,
        version: int | None,
        reason: str = "",
        now: datetime | None = None,
    ) -> None:
        now = now or timezone.now()
        before = self._lock(version)
        rules.refuse_step(self, status, now)
        rules.refuse_once_arrived(self, by)
        rules.refuse_others_hold(self, by)
        self.status = status
        self.cancel_reason = reason if status == Status.CANCELLED else ""
        self.hold_expires_at = None
        self._save_change(AppointmentEvent.Kind.STATUS, before, by, reason or before.cancel_reason)

    def _lock(self, version: int | None, **wanted: int | None) -> "Appointment":
        """Lock this row, what it occupies and the `doctor`, `patient` or `room` that is wanted.

        Reads the row anew and returns a copy of it as it stands.
        """
        return self._read(lock_appointment(Appointment, self.pk, **wanted), version)

    def _lock_row(self, version: int | None) -> "Appointment":
        """Lock this row alone, where nothing else is meant or only the row tells what is."""
        return self._read(locked(Appointment, self.pk), version)

    def _read(self, before: "Appointment", version: int | None) -> "Appointment":
        unread = {"_state": self._state, "_prefetched_objects_cache": {}}
        vars(self).update({**vars(before), **unread})
        self._state.fields_cache.clear()
        if version is not None and version != self.version:
            raise ValidationError(
                gettext(
                    "Somebody else has just changed this appointment. Look at it again, then "
                    "repeat what you meant to do."
                ),
                code="stale",
            )
        return before

    def take_time(
        self, override: str, by: User | None, before: "Appointment | None" = None
    ) -> None:
        """Check the rules for the time that is to be taken.

        What a new appointment occupies is locked here; what is moved has been locked before.
        With a reason to override, hours do not count, and a taken time is booked once more. The
        reason holds for this time only: another needs its own, and who keeps the time keeps it.
        """
        calendar = None if before else calendars.locked_for_booking(self)
        now, override = timezone.now(), override.strip()
        if before is None or before.starts_at != self.starts_at:
            rules.refuse_past(self, now)
        by_themselves = by is not None and by.role == User.Role.PATIENT
        if by_themselves or (before is None and self.source == self.Source.ONLINE):
            rules.refuse_online(self, now)
        if before is None and (by_themselves or self.source == self.Source.ONLINE):
            rules.refuse_other_length(self)
        if override or not rules.keeps_its_time(self, before):
            self.override_reason = override
            self.overbook = self._free_level() if override else 0
        self.clean(calendar, before)

    def _free_level(self) -> int:
        """Return the lowest level of overbooking at which the doctor is free."""
        period = Period(self.starts_at, self.blocked_until)
        others = Appointment.objects.holding_time().besides(self).overlapping(period)
        taken = set(others.filter(doctor=self.doctor_id).values_list("overbook", flat=True))
        free = (level for level in range(MOST_OVERBOOKED + 1) if level not in taken)
        level = next(free, None)
        if level is None:
            raise ValidationError(
                gettext("This time is overbooked twice already. Choose another time."),
                code="doctor_busy",
            )
        return level

    def insert(self, kind: str, by: User | None) -> None:
        """Write a new row, with the event of its kind; see `objects.book()`."""
        insert(self, AppointmentEvent.of(self, kind, by, self.override_reason))

    def _save_change(
        self, kind: str, before: "Appointment", by: User | None, reason: str = ""
    ) -> None:
        self.version += 1
        update(self, before, AppointmentEvent.of(self, kind, by, reason, before))


def _hold_lost() -> ValidationError:
    return ValidationError(
        gettext("The time is not held for you any more. Book it again, or choose another time."),
        code="hold_lost",
    )
