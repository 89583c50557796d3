"""The time that an appointment gives back, or would give back, as far as it is free."""

from datetime import datetime, timedelta

from facilities.models import Doctor, Facility
from scheduling.agenda import doctor_days
from scheduling.calendars import local
from scheduling.models import Appointment, AppointmentEvent
from scheduling.openings import Slot
from scheduling.status import HOLDING_TIME

# Visits of a series that change together are written within that time, and so many are looked at.
TOGETHER, MOST_TOGETHER = timedelta(minutes=1), 12


def freed_by(event: AppointmentEvent, facility: Facility) -> Slot | None:
    """Return the free time that a change of an appointment has left behind, None for none."""
    given_up = event.from_status in HOLDING_TIME and event.to_status not in HOLDING_TIME
    left = (event.from_starts_at, event.from_doctor_id)
    moved = left != (event.to_starts_at, event.to_doctor_id)
    if not (given_up or moved):
        return None
    return free_from(event.from_starts_at, event.from_doctor, facility)


def freed_with(event: AppointmentEvent, appointment: Appointment) -> list[Slot]:
    """Return what was freed by other visits of the series, changed by the same person just now."""
    if appointment.series_id is None:
        return []
    others = AppointmentEvent.objects.filter(
        appointment__series=appointment.series_id, by=event.by_id, at__gte=event.at - TOGETHER
    ).exclude(appointment=appointment)
    in_order = others.select_related("from_doctor").order_by("from_starts_at")
    slots = [freed_by(each, appointment.facility) for each in in_order[:MOST_TOGETHER]]
    return [slot for slot in slots if slot]


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
