"""What a booking must satisfy, in the words for whoever books.

These rules compare fields or read other rows. Where a time is taken is not among them: the database
refuses that, see `scheduling.constraints`. Each raises ValidationError with a code.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from scheduling.availability import GRID, on_grid
from scheduling.calendars import local
from scheduling.status import MOVABLE, NEXT, ON_THE_DAY, UNTIL_ARRIVAL, Status
from scheduling.triggers import GRACE_MINUTES

if TYPE_CHECKING:
    from facilities.models import Doctor, Facility
    from scheduling.models.appointment import Appointment
    from scheduling.models.event import AppointmentEvent


def refuse_times(appointment: "Appointment") -> None:
    """Codes: `end_before_start`, `off_grid`."""
    if appointment.ends_at <= appointment.starts_at:
        late = ValidationError(
            _("The appointment must end after it starts."), code="end_before_start"
        )
        raise ValidationError({"ends_at": late})
    if on_grid(appointment.starts_at, GRID, appointment.facility.tz) != appointment.starts_at:
        raise ValidationError(
            _("Appointments start on a full five minutes, such as 9:05. Choose the nearest."),
            code="off_grid",
        )


def refuse_past(appointment: "Appointment", now: datetime) -> None:
    """Code: `in_the_past`. The database refuses it too; said first, it is the plainest reason."""
    if appointment.starts_at < now - timedelta(minutes=GRACE_MINUTES):
        raise ValidationError(
            _("That time has passed. Choose a time from now on."), code="in_the_past"
        )


def open_steps(appointment: "Appointment", now: datetime) -> frozenset[Status]:
    """Return the next steps that can be taken at `now`: what `refuse_step` lets pass."""
    return frozenset(
        step for step in NEXT[appointment.status] if _may_be_taken(appointment, step, now)
    )


def _may_be_taken(appointment: "Appointment", step: Status, now: datetime) -> bool:
    if step == Status.NOSHOW:
        return now >= appointment.starts_at
    return step not in ON_THE_DAY or day_has_come(appointment, now)


def refuse_step(appointment: "Appointment", step: Status, now: datetime) -> None:
    """Codes: `wrong_status`, `not_today`, `not_started`.

    Nobody arrives, is checked in or is done before the visit's own day, or has missed what has not
    begun.
    """
    if step not in NEXT[appointment.status]:
        raise ValidationError(
            # Translators: “status” and “step” are such as “checked in”, “no-show” or “cancelled”.
            _(
                "This appointment is %(status)s and cannot become %(step)s. Look at it again: "
                "somebody may have changed it."
            )
            % {"status": appointment.get_status_display().lower(), "step": step.label.lower()},
            code="wrong_status",
        )
    if _may_be_taken(appointment, step, now):
        return
    if step == Status.NOSHOW:
        raise ValidationError(
            _("The appointment has not started yet. Wait for its start, or cancel it."),
            code="not_started",
        )
    raise ValidationError(
        _("The visit is on %(day)s. Wait for that day, or move it to today first.")
        % {
            "day": date_format(local(appointment.starts_at, appointment.facility), "WEEKDAY_FORMAT")
        },
        code="not_today",
    )


def day_has_come(appointment: "Appointment", now: datetime) -> bool:
    day, today = (local(at, appointment.facility).date() for at in (appointment.starts_at, now))
    return today >= day


def is_with_the_desk(appointment: "Appointment", user: User) -> bool:
    """Say whether a patient can end or move the visit no more: only before they have arrived."""
    return user.role == User.Role.PATIENT and appointment.status not in UNTIL_ARRIVAL


def refuse_once_arrived(appointment: "Appointment", by: User | None) -> None:
    """Code: `wrong_status`, for a patient's account."""
    if by is not None and is_with_the_desk(appointment, by):
        raise ValidationError(
            _("You have arrived, and cancel here no more. Talk to the desk."), code="wrong_status"
        )


def refuse_move_once_arrived(appointment: "Appointment", by: User | None) -> None:
    """Code: `not_movable`, for a patient's account."""
    if by is not None and is_with_the_desk(appointment, by):
        raise ValidationError(
            _("You have arrived, and move the visit here no more. Talk to the desk."),
            code="not_movable",
        )


def refuse_words_of_what_is_over(appointment: "Appointment", by: User | None) -> None:
    """Code: `wrong_status`, for a patient's account."""
    if by and by.role == User.Role.PATIENT and appointment.status not in MOVABLE:
        raise ValidationError(
            _(
                "This visit is %(status)s, and what was said of it stays. Tell the desk if it is "
                "wrong."
            )
            % {"status": appointment.get_status_display().lower()},
            code="wrong_status",
        )


def refuse_others_change(event: "AppointmentEvent", by: User | None) -> None:
    """Code: `not_yours`: a patient's account takes back only what it did itself."""
    if by is not None and by.role == User.Role.PATIENT and event.by_id != by.pk:
        raise ValidationError(
            _("The clinic made this change. Call the clinic to take it back."), code="not_yours"
        )


def refuse_others_hold(appointment: "Appointment", by: User | None) -> None:
    """Code: `held_by_other`: only who holds a time gives it up or moves it, or an administrator."""
    if appointment.is_held_by_other(by) and not (by and by.is_admin):
        raise ValidationError(
            _(
                "%(person)s holds this time. Ask them to release it, or wait until the hold runs "
                "out."
            )
            % {"person": appointment.created_by},
            code="held_by_other",
        )


def refuse_room(appointment: "Appointment", before: "Appointment | None") -> None:
    """Codes: `room_elsewhere`, `room_inactive`; the latter not for a room that it had `before`."""
    room = appointment.room
    if room is None:
        return
    if room.facility_id != appointment.facility_id:
        raise ValidationError(
            _("This room belongs to another facility. Choose a room of this one."),
            code="room_elsewhere",
        )
    if not room.is_active and not (before and before.room_id == room.pk):
        raise ValidationError(
            _("%(room)s is not in use any more. Choose another room.") % {"room": room},
            code="room_inactive",
        )


def refuse_doctor_elsewhere(doctor: "Doctor", facility: "Facility") -> None:
    """Code: `doctor_elsewhere`."""
    if not doctor.facilities.filter(pk=facility.pk).exists():
        raise ValidationError(
            _("%(doctor)s does not work at %(facility)s. Choose a doctor who does.")
            % {"doctor": doctor, "facility": facility},
            code="doctor_elsewhere",
        )


def keeps_its_time(appointment: "Appointment", before: "Appointment | None") -> bool:
    """Say whether the doctor and the time are as they were `before` a change."""
    if before is None:
        return False
    was, now = ((each.doctor_id, each.starts_at, each.ends_at) for each in (before, appointment))
    return was == now


def refuse_by_type(appointment: "Appointment", before: "Appointment | None") -> None:
    """Codes: `type_inactive`, `type_not_offered`; neither for what is as it was `before`."""
    kind = appointment.type
    if kind is None:
        return
    is_kept = before is not None and before.type_id == kind.pk
    if before and is_kept and before.doctor_id == appointment.doctor_id:
        return
    if not kind.is_active and not is_kept:
        raise ValidationError(
            _("%(type)s is not offered any more. Choose another type of visit.") % {"type": kind},
            code="type_inactive",
        )
    if not kind.is_offered_by(appointment.doctor):
        raise ValidationError(
            _("%(doctor)s does not offer %(type)s. Choose another doctor or another type of visit.")
            % {"doctor": appointment.doctor, "type": kind},
            code="type_not_offered",
        )


def refuse_online(appointment: "Appointment", now: datetime) -> None:
    """Codes: `not_online`, `too_soon`, `too_far_ahead`.

    These bind those who book or move for themselves. The desk sees the day, and may do either.
    """
    kind = appointment.type
    if kind is None or not kind.bookable_online:
        raise ValidationError(
            _("This visit cannot be booked online. Call the clinic to book it."), code="not_online"
        )
    earliest, latest = kind.online_window(now)
    if appointment.starts_at < earliest:
        raise ValidationError(
            _(
                "%(type)s is booked online until %(length)s before it starts. Choose a later time, "
                "or call the clinic."
            )
            % {"type": kind, "length": minutes_in_words(kind.minimum_notice_minutes)},
            code="too_soon",
        )
    if appointment.starts_at > latest:
        last = date_format(local(latest, appointment.facility), "DATE_FORMAT")
        raise ValidationError(
            _("%(type)s can be booked online up to %(day)s. Choose an earlier time.")
            % {"type": kind, "day": last},
            code="too_far_ahead",
        )


def refuse_other_length(appointment: "Appointment") -> None:
    """Code: `length`. What is booked online lasts as long as its type says."""
    kind = appointment.type
    if kind and appointment.duration != kind.duration:
        raise ValidationError(
            _("%(type)s lasts %(length)s. Leave the length out, or call the clinic.")
            % {"type": kind, "length": minutes_in_words(kind.duration_minutes)},
            code="length",
        )


def minutes_in_words(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    in_hours = ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    in_minutes = ngettext("%(count)s minute", "%(count)s minutes", rest) % {"count": rest}
    if hours and rest:
        return _("%(hours)s %(minutes)s") % {"hours": in_hours, "minutes": in_minutes}
    return in_hours if hours else in_minutes
