"""Copying a visit: the same patient, doctor and type again, around a day weeks or months on."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from scheduling.alternatives import alternatives
from scheduling.availability import instant_of_hours
from scheduling.calendars import local
from scheduling.models import Appointment
from scheduling.opening_forms import INTERVAL_NAMES, INTERVALS, AgainForm
from scheduling.views.answers import DeskRequest, in_panel
from scheduling.views.appointment import visible_appointment
from scheduling.views.booking_form import booking_url
from scheduling.views.finding import Opening

AT_ONCE = 6


@require_safe
@permission_required("scheduling.book_appointment", raise_exception=True)
def again(request: DeskRequest, pk: int) -> HttpResponse:
    """Show what is free around `?in=` an interval from the visit, or around `?date=`."""
    appointment = visible_appointment(request, pk)
    if appointment.patient is None or not appointment.patient.is_active:
        raise Http404
    now = timezone.now()
    today = local(now, appointment.facility).date()
    interval = request.GET.get("in", "4w")
    if "date" not in request.GET and interval not in INTERVALS:
        raise Http404
    form = AgainForm(request.GET if "date" in request.GET else None, today)
    if form.is_bound:
        day, interval = form.cleaned_data["date"] if form.is_valid() else None, ""
    else:
        day = day_after(appointment, interval, today)
    context = shown(appointment, interval, day) | {"form": form}
    return in_panel(request, "again", context, 422 if form.errors else 200)


def day_after(appointment: Appointment, interval: str, today: date) -> date:
    """Return the day an interval after the visit; counted from today where that has passed."""
    later = INTERVALS[interval][1]
    day = later(local(appointment.starts_at, appointment.facility).date())
    return day if day >= today else later(today)


def shown(appointment: Appointment, interval: str, day: date | None) -> dict[str, Any]:
    """Return the openings nearest to the same hour of the day, by time."""
    slots = nearest(appointment, day) if day else []
    kind = kind_of(appointment)
    minutes = None if kind else appointment.duration // timedelta(minutes=1)
    carried = {"type": kind.pk if kind else None, "minutes": minutes}
    return {
        "appointment": appointment,
        "patient": appointment.patient,
        "facility": appointment.facility,
        "type": kind,
        "minutes": minutes,
        "intervals": INTERVAL_NAMES,
        "interval": interval,
        "label": INTERVALS[interval][0] if interval else "",
        "day": day,
        "openings": [
            Opening(slot, booking_url(slot, appointment.patient, **carried), names_zone=False)
            for slot in sorted(slots, key=lambda slot: slot.starts_at)
        ],
        "nearest": slots[0] if slots else None,
    }


def nearest(appointment: Appointment, day: date) -> list[Any]:
    """Return the free slots nearest to the visit's own hour on a day, the same doctor preferred."""
    facility = appointment.facility
    at = instant_of_hours(day, local(appointment.starts_at, facility).time(), facility.tz)
    kind = kind_of(appointment)
    ends_at = at + (kind.duration if kind else appointment.duration)
    wanted = Appointment(
        patient=appointment.patient,
        doctor=appointment.doctor,
        facility=facility,
        type=kind,
        starts_at=at,
        ends_at=ends_at,
        blocked_until=ends_at + (kind.buffer if kind else timedelta()),
    )
    return alternatives(wanted, now=timezone.now(), count=AT_ONCE)


def kind_of(appointment: Appointment) -> Any:
    """Return the type of the visit, or None where it is not offered any more."""
    kind = appointment.type
    return kind if kind and kind.is_active else None
