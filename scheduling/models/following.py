"""Changes of one appointment of a series and of all that follow it: all of them, or none.

Rows are locked as everywhere: the series' appointments by id, then their doctors, patient and
rooms. Each change then goes through the appointment's own method, and so leaves its own event.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from accounts.models import User
from facilities.models import Doctor
from scheduling.availability import instant_of_hours
from scheduling.calendars import local
from scheduling.clashes import Attempt
from scheduling.models.appointment import Appointment
from scheduling.statements import lock_occupied
from scheduling.status import MOVABLE, NEXT, Status
from scheduling.writing import one_write

if TYPE_CHECKING:
    from scheduling.models.series import AppointmentSeries
    from scheduling.openings import Slot


@one_write
def cancel_following(
    series: "AppointmentSeries",
    appointment: Appointment,
    reason: str,
    *,
    by: User | None,
    version: int | None,
) -> None:
    """Cancel the appointment, and of the later ones those that can still be cancelled."""
    cancellable = [status for status in Status if Status.CANCELLED in NEXT[status]]
    following = _lock(series, appointment, cancellable)
    _lock_held(following)
    for each in following:
        seen = version if each.pk == appointment.pk else None
        each.cancel(reason, by=by, version=seen)


@one_write
def move_following(
    series: "AppointmentSeries",
    appointment: Appointment,
    *,
    starts_at: datetime,
    doctor: Doctor | None,
    by: User | None,
    version: int | None,
    replacing: "Mapping[int, Slot]",
    leaving_out: Collection[int],
) -> None:
    """Move the appointment, and the later ones by the same shift; raise SeriesClash if any clash.

    Each is moved only after the one whose old time it takes: the exclusion constraints look at
    every row as it is written.
    """
    following = _lock(series, appointment, MOVABLE)
    wanted = _shifted(following, appointment, starts_at, doctor, replacing)
    _lock_held([*following, *wanted.values()])
    is_later = wanted[appointment.pk].starts_at > following[0].starts_at
    in_order = sorted(following, key=lambda each: each.starts_at, reverse=is_later)
    attempt = Attempt()
    for each in sorted(in_order, key=lambda each: each.pk not in replacing):
        if each.pk in leaving_out:
            continue
        goal = wanted[each.pk]
        with attempt.of(each.pk, goal, moving=each):
            seen = version if each.pk == appointment.pk else None
            each.reschedule(starts_at=goal.starts_at, doctor=goal.doctor, by=by, version=seen)
        if attempt.has_lost(each.pk):
            _step_aside(each)
    attempt.conclude()


def _lock(
    series: "AppointmentSeries", appointment: Appointment, statuses: Collection[Status]
) -> list[Appointment]:
    """Lock the series' rows; return the appointment and, by start, the later ones in a status."""
    rows = (
        Appointment.objects.filter(series=series)
        .select_related("doctor", "facility", "patient", "room", "type")
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    )
    locked = {row.pk: row for row in rows}
    own = locked.pop(appointment.pk)
    later = [
        row
        for row in locked.values()
        if row.status in statuses and (row.starts_at, row.pk) > (own.starts_at, own.pk)
    ]
    return [own, *sorted(later, key=lambda row: row.starts_at)]


def _lock_held(appointments: Iterable[Appointment]) -> None:
    appointments = list(appointments)
    lock_occupied(
        doctors={each.doctor_id for each in appointments},
        patients={each.patient_id for each in appointments},
        rooms={each.room_id for each in appointments},
    )


def _shifted(
    following: list[Appointment],
    appointment: Appointment,
    starts_at: datetime,
    doctor: Doctor | None,
    replacing: "Mapping[int, Slot]",
) -> dict[int, Appointment]:
    """Return by id where each is to be, unsaved; the shift is that of the facility's clock.

    In an hour that occurs twice the appointment itself goes where it is told, and what follows
    keeps its instant when the clock's time stays.
    """
    own = following[0]
    shift = _clock(own, starts_at) - _clock(own, own.starts_at)
    wanted = {}
    for each in following:
        start = starts_at if each == own else _later_on_the_clock(each, shift)
        goal = _moved(each, doctor or each.doctor, start)
        if slot := replacing.get(each.pk):
            goal = _moved(each, slot.doctor, slot.starts_at)
        wanted[each.pk] = goal
    return wanted


def _later_on_the_clock(appointment: Appointment, shift: timedelta) -> datetime:
    if not shift:
        return appointment.starts_at
    at = _clock(appointment, appointment.starts_at) + shift
    return instant_of_hours(at.date(), at.time(), appointment.facility.tz)


def _clock(appointment: Appointment, at: datetime) -> datetime:
    return local(at, appointment.facility).replace(tzinfo=None)


def _moved(appointment: Appointment, doctor: Doctor, starts_at: datetime) -> Appointment:
    shift = starts_at - appointment.starts_at
    return Appointment(
        patient=appointment.patient,
        doctor=doctor,
        facility=appointment.facility,
        room=appointment.room,
        type=appointment.type,
        starts_at=starts_at,
        ends_at=appointment.ends_at + shift,
        blocked_until=appointment.blocked_until + shift,
    )


def _step_aside(lost: Appointment) -> None:
    """Free the time of one that could not be moved, so that no other seems to clash with it.

    The transaction is going to be rolled back, and this with it.
    """
    Appointment.objects.filter(pk=lost.pk).update(
        status=Status.ENTERED_IN_ERROR, hold_expires_at=None
    )
