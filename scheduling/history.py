"""What happened to an appointment, event by event, in sentences for the desk."""

from datetime import datetime
from typing import NamedTuple

from facilities.models import Facility
from scheduling.calendars import local
from scheduling.models import AppointmentEvent
from scheduling.status import Status
from scheduling.triggers import HOLD_EXPIRED

Kind = AppointmentEvent.Kind
STEPS = {
    Status.ARRIVED: "Marked as arrived",
    Status.CHECKED_IN: "Checked in",
    Status.FULFILLED: "Marked as done",
    Status.NOSHOW: "Marked as not having come",
    Status.CANCELLED: "Cancelled",
    Status.ENTERED_IN_ERROR: "Marked as entered in error",
    Status.BOOKED: "Booked again",
}


class Entry(NamedTuple):
    """One sentence of the history, and when that was by the facility's clock."""

    words: str
    at: datetime

    @classmethod
    def of(cls, event: AppointmentEvent, facility: Facility) -> "Entry":
        by = f" by {event.by}" if event.by else ""
        words, because = _what(event, facility), _why(event)
        return cls(f"{words}{by}{because}.", local(event.at, facility))


def _what(event: AppointmentEvent, facility: Facility) -> str:
    if event.kind == Kind.HELD:
        return "Held while being booked"
    if event.kind == Kind.DESCRIBED:
        return "Reason or notes changed"
    if event.kind == Kind.BOOKED:
        return f"Booked{_over(event)}"
    if event.kind == Kind.MOVED:
        over = _over(event)
        return f"Moved from {_when(event.from_starts_at, facility)} {_to(event, facility)}{over}"
    if event.kind == Kind.UNDONE:
        return _undone(event, facility)
    if event.from_status == Status.PENDING:
        return _end_of_hold(event)
    return STEPS.get(Status(event.to_status), event.get_to_status_display())


def _over(event: AppointmentEvent) -> str:
    """Say which rule a reason has overridden."""
    if event.to_overbook:
        return " over a taken time"
    return " anyway" if event.reason else ""


def _end_of_hold(event: AppointmentEvent) -> str:
    if event.to_status == Status.BOOKED:
        return "Confirmed"
    return "Expired without being booked" if event.reason == HOLD_EXPIRED else "Released"


def _undone(event: AppointmentEvent, facility: Facility) -> str:
    if event.from_status != event.to_status:
        was, now = event.get_from_status_display(), event.get_to_status_display()
        return f"Taken back from “{was}” to “{now}”"
    return f"Moved back {_to(event, facility)}"


def _to(event: AppointmentEvent, facility: Facility) -> str:
    """Say where a move led, naming the doctor and the room only where they changed."""
    words = f"to {_when(event.to_starts_at, facility)}"
    if event.from_doctor_id != event.to_doctor_id:
        words += f", from {event.from_doctor} to {event.to_doctor}"
    if event.from_room_id != event.to_room_id:
        words += f", into {event.to_room}" if event.to_room else ", without a room"
    return words


def _why(event: AppointmentEvent) -> str:
    tells = event.kind in {Kind.BOOKED, Kind.MOVED} or event.to_status == Status.CANCELLED
    ended_hold = event.kind == Kind.STATUS and event.from_status == Status.PENDING
    if not event.reason or not tells or ended_hold or event.kind == Kind.UNDONE:
        return ""
    return f": {event.reason.rstrip('.')}"


def _when(at: datetime, facility: Facility) -> str:
    return f"{local(at, facility):%a, %b %-d, %-I:%M %p}"
