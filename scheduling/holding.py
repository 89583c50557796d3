"""Holding a time while somebody at the desk finds the patient, and booking what is held.

A hold is there to keep others off, never its own holder: opening the same time again finds the same
hold, and a hold of one's own that overlaps what one books is given up. It runs out by itself, and
asked for again and again it lasts a quarter of an hour at most.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from api.retries import retried_once
from facilities.models import Doctor, Room
from scheduling import reasons, rules
from scheduling.availability import DEFAULT_DURATION, Period
from scheduling.calendars import local
from scheduling.models import Appointment
from scheduling.openings import Slot
from scheduling.querysets import AppointmentQuerySet, Visit
from scheduling.statements import lock_occupied
from scheduling.status import Status

AT_ONCE = 5
GIVEN_UP = reasons.HOLD_GIVEN_UP
CONFIRMED = {"patient", "type", "ends_at", "room", "reason", "notes"}
BUSY = {"doctor_busy", "patient_busy", "room_busy"}
# A hold that was there a moment ago is gone: the time itself may still be free.
LOST = {"hold_lost", "already_booked", "stale"}


@retried_once
def keep(by: User, visit: Visit, *, now: datetime) -> Appointment:
    """Hold a time for somebody and return the hold: the one they have of it, kept on, if it is for
    the same.

    One for another patient, type, room or length is replaced. Of more than AT_ONCE holds the oldest
    are given up. Raises ValidationError as booking does; then every hold stays as it was.
    """

    def hold() -> Appointment:
        held = list(_pending(by))
        lives = [each for each in held if each.holds_time_at(now)]
        own = next((each for each in lives if _is_at(each, visit)), None)
        with transaction.atomic():
            if own and _is_for(own, visit):
                with suppress(ValidationError):
                    own.keep_on(now)
                    return own
            in_the_way = [each for each in held if _meets(each, visit)]
            others = [each for each in lives if each not in in_the_way]
            _make_way(by, visit, [*in_the_way, *others[AT_ONCE - 1 :]])
            return Appointment.objects.hold(now=now, **visit)

    return _past_newer_holds(hold, by, visit)


@retried_once
def book(by: User, visit: Visit, *, override: str = "") -> Appointment:
    """Confirm somebody's own hold of the time, or book it; return the appointment.

    With a reason to `override`, the hold is given up first, so that only others are booked over.
    Raises ValidationError as booking does; then every hold stays as it was.
    """
    details: dict[str, Any] = {name: visit.get(name) for name in CONFIRMED & visit.keys()}

    def confirm_or_book() -> Appointment:
        met = [each for each in _pending(by) if _meets(each, visit)]
        own = next((each for each in met if _is_at(each, visit) and not override), None)
        with transaction.atomic():
            _make_way(by, visit, [each for each in met if each != own], own)
            if own:
                with _unless_lost():
                    own.confirm(by=by, **details)
                    return own
            return Appointment.objects.book(override=override, **visit)

    return _past_newer_holds(confirm_or_book, by, visit)


@retried_once
def confirm(hold: Appointment, *, by: User, **details: Any) -> None:
    """Confirm a hold as `Appointment.confirm()` does, past other holds of one's own."""
    visit = cast("Visit", {**_as_visit(hold, by), **details})
    others = [each for each in _pending(by) if each != hold and _meets(each, visit)]
    with transaction.atomic():
        _make_way(by, visit, others, hold)
        hold.confirm(by=by, **details)


@retried_once
def move(
    appointment: Appointment,
    *,
    by: User,
    starts_at: datetime,
    doctor: Doctor | None = None,
    room: Room | None = None,
    **how: Any,
) -> None:
    """Move an appointment as `Appointment.reschedule()` does, past holds of one's own."""
    shift = starts_at - appointment.starts_at
    visit = _as_visit(appointment, by) | {
        "starts_at": starts_at,
        "ends_at": appointment.ends_at + shift,
        "doctor": doctor or appointment.doctor,
        "room": room or appointment.room,
    }
    own = [hold for hold in _pending(by) if hold != appointment and _meets(hold, visit)]
    with transaction.atomic():
        _make_way(by, visit, own, appointment)
        appointment.reschedule(starts_at=starts_at, doctor=doctor, room=room, by=by, **how)


def stands_in_the_way(by: User, visit: Visit, *, now: datetime) -> bool:
    """Say whether a hold of somebody's own takes time of a visit that they want."""
    return any(_meets(hold, visit) for hold in live(by, now))


def give_up(hold: Appointment, *, by: User) -> None:
    """Free a held time at once; only who holds it does so, or an administrator.

    Raises ValidationError `hold_lost`, `held_by_other`.
    """
    if hold.status != Status.PENDING:
        raise ValidationError(
            _("This time is not held any more. Look at the day board for what it is now."),
            code="hold_lost",
        )
    rules.refuse_others_hold(hold, by)
    hold.cancel(GIVEN_UP, by=by, version=hold.version)


def let_go(by: User, slot: Slot) -> None:
    """Give up somebody's own hold of a slot, if they have one."""
    _give_up_all(own_hold(by, slot), by)


def give_up_own(by: User, pk: int) -> None:
    """Give up somebody's own hold with this id, if there still is one."""
    _give_up_all(_pending(by).filter(pk=pk), by)


def may_give_up(hold: Appointment, user: User) -> bool:
    own = user.is_admin or not hold.is_held_by_other(user)
    return hold.status == Status.PENDING and own


def own_hold(by: User, visit: Visit | Slot) -> AppointmentQuerySet:
    """Return somebody's holds of exactly this time, run out or not."""
    if isinstance(visit, Slot):
        visit = Visit(
            doctor=visit.doctor, facility=visit.facility, starts_at=visit.starts_at, by=by
        )
    return _pending(by).filter(
        doctor=visit["doctor"], facility=visit["facility"], starts_at=visit["starts_at"]
    )


def live(by: User, now: datetime) -> AppointmentQuerySet:
    """Return somebody's holds that have not run out, the newest first."""
    return _pending(by).filter(hold_expires_at__gt=now)


def others_hold(slot: Slot, user: User, *, now: datetime) -> Appointment | None:
    """Return the hold of somebody else that covers the start of a slot, if there is one."""
    start = Period(slot.starts_at, slot.starts_at + timedelta(minutes=1))
    return (
        Appointment.objects.overlapping(start)
        .filter(doctor=slot.doctor, status=Status.PENDING, hold_expires_at__gt=now)
        .exclude(created_by=user)
        .select_related("created_by", "facility")
        .first()
    )


def words_of(hold: Appointment, slot: Slot) -> str:
    """Say who holds a time and for how long; colleagues elsewhere are not named."""
    here = hold.facility_id == slot.facility.pk
    who = (here and hold.created_by) or _("Somebody else")
    until = local(hold.hold_expires_at or hold.ends_at, slot.facility)
    return _("%(person)s holds this time until %(time)s. Choose another time.") % {
        "person": who,
        "time": date_format(until, "TIME_FORMAT"),
    }


def _pending(by: User) -> AppointmentQuerySet:
    holds = Appointment.objects.filter(created_by=by, status=Status.PENDING).order_by("-pk")
    return holds.select_related("doctor", "facility", "patient", "type", "room", "created_by")


def _is_for(hold: Appointment, visit: Visit) -> bool:
    """Say whether a hold is what somebody asks for now, of its length and for the same patient."""
    wanted = (visit.get("patient"), visit.get("type"), visit.get("room"), _end_of(visit))
    return wanted == (hold.patient, hold.type, hold.room, hold.ends_at)


def _end_of(visit: Visit) -> datetime:
    kind = visit.get("type")
    length = kind.duration if kind else DEFAULT_DURATION
    return visit.get("ends_at") or visit["starts_at"] + length


def _blocked_until(visit: Visit) -> datetime:
    kind = visit.get("type")
    return _end_of(visit) + (kind.buffer if kind else timedelta())


def _is_at(hold: Appointment, visit: Visit) -> bool:
    place = (hold.doctor, hold.facility, hold.starts_at)
    return place == (visit["doctor"], visit["facility"], visit["starts_at"])


def _meets(hold: Appointment, visit: Visit) -> bool:
    """Say whether a hold takes time of the visit's doctor, room or patient."""
    starts_at, room, patient = visit["starts_at"], visit.get("room"), visit.get("patient")
    if hold.doctor == visit["doctor"] or (room and hold.room == room):
        return hold.starts_at < _blocked_until(visit) and hold.blocked_until > starts_at
    if patient is None or hold.patient != patient:
        return False
    return hold.starts_at < _end_of(visit) and hold.ends_at > starts_at


def _as_visit(appointment: Appointment, by: User) -> Visit:
    return Visit(
        patient=appointment.patient,
        doctor=appointment.doctor,
        facility=appointment.facility,
        room=appointment.room,
        type=appointment.type,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        by=by,
    )


def _make_way(
    by: User, visit: Visit, holds: list[Appointment], changing: Appointment | None = None
) -> None:
    """Give holds up for a visit, which is an appointment that is `changing` or a new one.

    All that is concerned is locked first, in the order of every write: appointments, then doctors,
    patients and rooms.
    """
    if not holds:
        return
    concerned = [*holds, changing] if changing else holds
    rows = Appointment.objects.filter(pk__in=[each.pk for each in concerned]).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))
    lock_occupied(
        doctors={visit["doctor"].pk, *(each.doctor_id for each in concerned)},
        patients={_id(visit.get("patient")), *(each.patient_id for each in concerned)},
        rooms={_id(visit.get("room")), *(each.room_id for each in concerned)},
    )
    _give_up_all(holds, by)


def _id(row: Model | None) -> int | None:
    return row.pk if row else None


def _past_newer_holds(operation: Callable[[], Appointment], by: User, visit: Visit) -> Appointment:
    """Run an operation; where a hold of one's own was made at the same moment, run it again."""
    try:
        return operation()
    except ValidationError as error:
        busy = getattr(error, "code", None) in BUSY
        if not busy or not any(_meets(hold, visit) for hold in _pending(by)):
            raise
    return operation()


@contextmanager
def _unless_lost() -> Iterator[None]:
    """Go on after the block when the hold in it turned out to be none any more."""
    try:
        yield
    except ValidationError as error:
        if getattr(error, "code", None) not in LOST:
            raise


def _give_up_all(holds: Iterable[Appointment], by: User) -> None:
    """Give holds up; one that is confirmed or gone meanwhile is no hold any more."""
    for hold in holds:
        with suppress(ValidationError):
            give_up(hold, by=by)
