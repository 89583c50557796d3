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
from scheduling.availability import DEFAULT_DURATION
from scheduling.board import iso_instant
from scheduling.calendars import local
from scheduling.models import Appointment, AppointmentType
from scheduling.openings import Slot, free_starts
from scheduling.querysets import Visit
from scheduling.wanted import Wanted


class NextFree(NamedTuple):
    """A doctor's next free time today, and how many minutes away it is."""

    slot: Slot
    wait: int

    @property
    def wait_in_words(self) -> str:
        hours, minutes = divmod(self.wait, 60)
        if hours:
            return _("in %(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
        return _("in %(minutes)s min") % {"minutes": minutes} if minutes else _("now")

    @property
    def value(self) -> str:
        """Return doctor and start as a form carries them."""
        return f"{self.slot.doctor.pk}|{iso_instant(self.slot.starts_at)}"


def next_free(facility: Facility, kind: AppointmentType | None, *, now: datetime) -> list[NextFree]:
    """Return the next free time today of each doctor of a facility, the earliest first."""
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
    minute = timedelta(minutes=1)
    return [NextFree(slot, (slot.starts_at - now) // minute) for slot in earliest.values()]


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
