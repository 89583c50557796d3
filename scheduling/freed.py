"""The time that an appointment gives back, or would give back, as far as it is free."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from facilities.models import Doctor, Facility
from scheduling.agenda import doctor_days
from scheduling.availability import LONGEST
from scheduling.calendars import local
from scheduling.models import Appointment, AppointmentEvent
from scheduling.openings import Slot
from scheduling.status import HOLDING_TIME

if TYPE_CHECKING:
    from scheduling.waitlist_querysets import WaitlistQuerySet

# Visits of a series that change together are written within that time.
TOGETHER = timedelta(minutes=1)


def freed_by(event: AppointmentEvent, facility: Facility) -> Slot | None:
    """Return the free time that a change of an appointment has left behind, None for none."""
    if not _gives_time_back(event):
        return None
    return free_from(event.from_starts_at, event.from_doctor, facility)


def _gives_time_back(event: AppointmentEvent) -> bool:
    given_up = event.from_status in HOLDING_TIME and event.to_status not in HOLDING_TIME
    left = (event.from_starts_at, event.from_doctor_id)
    return given_up or left != (event.to_starts_at, event.to_doctor_id)


def freed_with(
    event: AppointmentEvent, appointment: Appointment, entries: "WaitlistQuerySet", now: datetime
) -> list[Slot]:
    """Return what other visits of the series, changed by the same person just now, left free.

    It is what somebody among `entries` waits for. Who would come at all is asked first, in two
    queries for the whole series, so that only those times are looked up in the calendar.
    """
    if appointment.series_id is None:
        return []
    left = dict.fromkeys(_left_with(event, appointment))
    wanted = entries.sought(left, now=now)
    free = (free_from(slot.starts_at, slot.doctor, slot.facility) for slot in wanted)
    return entries.sought((slot for slot in free if slot), now=now)


def _left_with(event: AppointmentEvent, appointment: Appointment) -> Iterator[Slot]:
    """Yield when the other visits were, each as long as a visit with its buffer may take."""
    others = AppointmentEvent.objects.filter(
        appointment__series=appointment.series_id, by=event.by_id, at__gte=event.at - TOGETHER
    ).exclude(appointment=appointment)
    for each in others.select_related("from_doctor").order_by("from_starts_at"):
        if _gives_time_back(each):
            at = each.from_starts_at
            yield Slot(each.from_doctor, appointment.facility, at, at + 2 * LONGEST)


def to_be_freed(appointment: Appointment) -> Slot | None:
    """Return the time that would be free if the appointment were cancelled."""
    if appointment.status not in HOLDING_TIME:
        return None
    return free_from(
        appointment.starts_at, appointment.doctor, appointment.facility, besides=appointment
    )


def free_from(
    at: datetime, doctor: Doctor, facility: Facility, besides: Appointment | None = None
) -> Slot | None:
    """Return what is free with a doctor from an instant on, up to whatever comes next that day."""
    day = local(at, facility).date()
    (own,) = doctor_days(facility, [doctor], day, day, moving=besides)
    for starts_at, ends_at in own.free:
        if starts_at <= at < ends_at:
            return Slot(doctor, facility, at, ends_at)
    return None
