"""What happened to an appointment, event by event, in sentences for the desk."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from facilities.clocks import zone_in_doubt
from facilities.models import Facility
from scheduling.calendars import local
from scheduling.models import AppointmentEvent
from scheduling.reasons import HOLD_EXPIRED, said
from scheduling.status import Status

Kind = AppointmentEvent.Kind
STEPS = {
    Status.ARRIVED: _("Marked as arrived"),
    Status.CHECKED_IN: _("Checked in"),
    Status.FULFILLED: _("Marked as done"),
    Status.NOSHOW: _("Marked as not having come"),
    Status.CANCELLED: _("Cancelled"),
    Status.ENTERED_IN_ERROR: _("Marked as entered in error"),
    Status.BOOKED: _("Booked again"),
}


class Entry(NamedTuple):
    """One sentence of the history, and when that was by the facility's clock."""

    words: str
    at: datetime

    @classmethod
    def of(cls, event: AppointmentEvent, facility: Facility) -> "Entry":
        told = {"what": _what(event, facility), "person": event.by, "reason": _why(event)}
        return cls(_sentence(event) % told, local(event.at, facility))


def _sentence(event: AppointmentEvent) -> str:
    """Return the sentence around what happened: by whom and why, as far as that is told."""
    if event.by:
        if _why(event):
            # Translators: “what” is such as “Booked over a taken time” or “Marked as arrived”.
            return gettext("%(what)s by %(person)s: %(reason)s.")
        return gettext("%(what)s by %(person)s.")
    return gettext("%(what)s: %(reason)s.") if _why(event) else gettext("%(what)s.")


def _what(event: AppointmentEvent, facility: Facility) -> str:
    if event.kind == Kind.HELD:
        return gettext("Held while being booked")
    if event.kind == Kind.DESCRIBED:
        return gettext("Reason or notes changed")
    if event.kind == Kind.BOOKED:
        return _over(event, gettext("Booked"))
    if event.kind == Kind.MOVED:
        moved = gettext("Moved from %(before)s to %(after)s") % {
            "before": _when(event.from_starts_at, facility),
            "after": _when(event.to_starts_at, facility),
        }
        return _over(event, ", ".join([moved, *_elsewhere(event), *_sent_home(event)]))
    if event.kind == Kind.UNDONE:
        return _undone(event, facility)
    if event.from_status == Status.PENDING:
        return _end_of_hold(event)
    return str(STEPS.get(Status(event.to_status), event.get_to_status_display()))


def _over(event: AppointmentEvent, what: str) -> str:
    """Say of a booking or a move which rule a reason has overridden."""
    if event.to_overbook:
        return gettext("%(what)s over a taken time") % {"what": what}
    return gettext("%(what)s anyway") % {"what": what} if event.reason else what


def _end_of_hold(event: AppointmentEvent) -> str:
    if event.to_status == Status.BOOKED:
        return gettext("Confirmed")
    if event.reason == HOLD_EXPIRED:
        return gettext("Expired without being booked")
    return gettext("Released")


def _undone(event: AppointmentEvent, facility: Facility) -> str:
    after = {"after": _when(event.to_starts_at, facility)}
    if event.from_status == event.to_status:
        return ", ".join([gettext("Moved back to %(after)s") % after, *_elsewhere(event)])
    was, now = event.get_from_status_display(), event.get_to_status_display()
    told = [gettext("Taken back from “%(was)s” to “%(now)s”") % {"was": was, "now": now}]
    if event.from_starts_at != event.to_starts_at:
        # Translators: goes on after “Taken back from … to …”.
        told.append(gettext("moved back to %(after)s") % after)
    return ", ".join([*told, *_elsewhere(event)])


def _sent_home(event: AppointmentEvent) -> Iterator[str]:
    """Say that who had arrived is booked again, for a later day."""
    if event.from_status != event.to_status:
        yield gettext("no longer arrived")


def _elsewhere(event: AppointmentEvent) -> Iterator[str]:
    """Name the doctor and the room that a move led to, where they changed."""
    if event.from_doctor_id != event.to_doctor_id:
        yield gettext("from %(before)s to %(after)s") % {
            "before": event.from_doctor,
            "after": event.to_doctor,
        }
    if event.from_room_id == event.to_room_id:
        return
    if event.to_room:
        yield gettext("into %(room)s") % {"room": event.to_room}
    else:
        yield gettext("without a room")


def _why(event: AppointmentEvent) -> str:
    tells = event.kind in {Kind.BOOKED, Kind.MOVED} or event.to_status == Status.CANCELLED
    ended_hold = event.kind == Kind.STATUS and event.from_status == Status.PENDING
    if not event.reason or not tells or ended_hold or event.kind == Kind.UNDONE:
        return ""
    return said(event.reason).rstrip(".")


def _when(at: datetime, facility: Facility) -> str:
    shown = local(at, facility)
    return f"{date_format(shown, 'WEEKDAY_TIME_FORMAT')}{zone_in_doubt(shown)}"
