"""Who walks in without an appointment: the next free time of each doctor here, and taking it.

A walk-in is booked and has arrived in one transaction, so that nobody is found half-way.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from api.retries import retried_once
from facilities.models import Facility
from scheduling import holding, reasons
from scheduling.agenda import doctor_days
from scheduling.availability import DEFAULT_DURATION
from scheduling.board import iso_instant
from scheduling.calendars import local
from scheduling.models import Appointment, AppointmentType
from scheduling.openings import Slot, free_starts
from scheduling.querysets import Visit
from scheduling.triggers import GRACE_MINUTES
from scheduling.wanted import Wanted

GRACE = timedelta(minutes=GRACE_MINUTES)


class NextFree(NamedTuple):
    """A doctor's next free time today, and how many minutes away it is."""

    slot: Slot
    wait: int

    @property
    def wait_in_words(self) -> str:
        hours, minutes = divmod(max(self.wait, 0), 60)
        if hours:
            return _("in %(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
        return _("in %(minutes)s min") % {"minutes": minutes} if minutes else _("now")

    @property
    def value(self) -> str:
        """Return doctor and start as a form carries them."""
        return f"{self.slot.doctor.pk}|{iso_instant(self.slot.starts_at)}"


def next_free(
    facility: Facility, kind: AppointmentType | None, *, now: datetime, chosen: Slot | None = None
) -> list[NextFree]:
    """Return the next free time today of each doctor of a facility, the earliest first.

    A time that was `chosen` stays among them for as long as it can be had.
    """
    today = local(now, facility).date()
    wanted = Wanted(
        first=today,
        last=today,
        duration=kind.duration if kind else DEFAULT_DURATION,
        buffer=kind.buffer if kind else timedelta(),
        type=kind,
        facilities=[facility],
    )
    earliest: dict[int, Slot] = {}
    for slot in free_starts(wanted, now=now):
        earliest.setdefault(slot.doctor.pk, slot)
    slots = list(earliest.values())
    known = {(slot.doctor, slot.starts_at) for slot in slots}
    if chosen and (chosen.doctor, chosen.starts_at) not in known and _is_free(chosen, wanted, now):
        slots = sorted([*slots, chosen], key=lambda slot: slot.starts_at)
    minute = timedelta(minutes=1)
    return [NextFree(slot, (slot.starts_at - now) // minute) for slot in slots]


def _is_free(slot: Slot, wanted: Wanted, now: datetime) -> bool:
    """Say whether a time of today can be had, by somebody who came a few minutes ago too."""
    if slot.local_start.date() != wanted.first or slot.starts_at < now - GRACE:
        return False
    (day,) = doctor_days(slot.facility, [slot.doctor], wanted.first, wanted.first)
    until = slot.starts_at + wanted.needs
    return any(free.starts_at <= slot.starts_at and until <= free.ends_at for free in day.free)


@retried_once
def walk_in(by: User, visit: Visit) -> Appointment:
    """Book a visit of today for who is here, and mark them as arrived.

    Raises ValidationError as booking and arriving do; then neither has happened.
    """
    visit["source"] = Appointment.Source.WALK_IN
    with transaction.atomic():
        holding.make_way(by, visit)
        appointment = Appointment.objects.book(**visit)
        appointment.mark_arrived(by=by, version=appointment.version)
    return appointment


def take_back(appointment: Appointment, *, by: User, version: int) -> None:
    """Cancel a booking that was made by mistake, arrived or not.

    Raises ValidationError `stale` when anything has happened to it since `version`.
    """
    if appointment.status == Appointment.Status.PENDING:
        raise ValidationError(_("This is a hold. Release it instead."), code="wrong_status")
    appointment.cancel(reasons.TAKEN_BACK, by=by, version=version)
