"""Holding a time while somebody at the desk finds the patient, and booking what is held.

A hold is there to keep others off, never its own holder: opening the same time again finds the same
hold, and a hold of one's own that overlaps what one books is given up. It runs out by itself, and
asked for again and again it lasts a quarter of an hour at most.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from api.retries import retried_once
from scheduling import reasons
from scheduling.availability import DEFAULT_DURATION, Period
from scheduling.calendars import local
from scheduling.models import Appointment
from scheduling.openings import Slot
from scheduling.querysets import AppointmentQuerySet, Visit
from scheduling.status import Status

AT_ONCE = 5
GIVEN_UP = reasons.HOLD_GIVEN_UP
CONFIRMED = {"patient", "type", "ends_at", "room", "reason", "notes"}
DOCTOR_BUSY = "doctor_busy"
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
        own = own_hold(by, visit).filter(hold_expires_at__gt=now).first()
        if own and _is_for(own, visit):
            own.keep_on(now)
            return own
        _give_up_all([own] if own else [], by)
        return Appointment.objects.hold(now=now, **visit)

    with transaction.atomic():
        held = _past_own_holds(hold, by, visit)
        _give_up_all(live(by, now)[AT_ONCE:], by)
    return held


def book(by: User, visit: Visit, *, override: str = "") -> Appointment:
    """Confirm somebody's own hold of the time, or book it; return the appointment.

    With a reason to `override`, the hold is given up first, so that only others are booked over.
    Raises ValidationError as booking does.
    """

    def confirm_or_book() -> Appointment:
        own = own_hold(by, visit).first()
        if own is None:
            return Appointment.objects.book(override=override, **visit)
        details: dict[str, Any] = {name: visit.get(name) for name in CONFIRMED & visit.keys()}
        own.confirm(by=by, **details)
        return own

    if override:
        _give_up_all(_overlapping(by, visit), by)
    return _past_own_holds(confirm_or_book, by, visit)


def give_up(hold: Appointment, *, by: User) -> None:
    """Free a held time at once; only who holds it does so, or an administrator.

    Raises ValidationError `hold_lost`, `held_by_other`.
    """
    if hold.status != Status.PENDING:
        raise ValidationError(
            _("This time is not held any more. Look at the day board for what it is now."),
            code="hold_lost",
        )
    if not may_give_up(hold, by):
        raise ValidationError(
            _(
                "%(person)s holds this time. Ask them to release it, or wait until the hold runs "
                "out."
            )
            % {"person": hold.created_by or _("Somebody else")},
            code="held_by_other",
        )
    hold.cancel(GIVEN_UP, by=by, version=hold.version)


def let_go(by: User, slot: Slot) -> None:
    """Give up somebody's own hold of a slot, if they have one."""
    _give_up_all(own_hold(by, slot), by)


def give_up_own(by: User, pk: int) -> None:
    """Give up somebody's own hold with this id, if there still is one."""
    _give_up_all(_pending(by).filter(pk=pk), by)


def may_give_up(hold: Appointment, user: User) -> bool:
    return hold.status == Status.PENDING and (user.is_admin or hold.created_by_id == user.pk)


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


def _overlapping(by: User, visit: Visit) -> AppointmentQuerySet:
    kind = visit.get("type")
    period = Period(visit["starts_at"], _end_of(visit) + (kind.buffer if kind else timedelta()))
    return _pending(by).filter(
        doctor=visit["doctor"],
        starts_at__lt=period.ends_at,
        blocked_until__gt=period.starts_at,
    )


def _past_own_holds(operation: Callable[[], Appointment], by: User, visit: Visit) -> Appointment:
    """Run an operation; where a hold of one's own stood in its way, try again without."""
    try:
        return operation()
    except ValidationError as error:
        code = getattr(error, "code", None)
        own = own_hold(by, visit).first()
        others = _overlapping(by, visit).besides(own)
        in_the_way = list(others) if code == DOCTOR_BUSY else []
        if code not in LOST and not in_the_way and not (own and code == DOCTOR_BUSY):
            raise
    _give_up_all(in_the_way, by)
    return operation()


def _give_up_all(holds: Iterable[Appointment], by: User) -> None:
    """Give holds up; one that is confirmed or gone meanwhile is no hold any more."""
    for hold in holds:
        with suppress(ValidationError):
            give_up(hold, by=by)
