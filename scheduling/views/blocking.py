"""Blocking a doctor's time from the board: look at what clashes, block, and take it back.

A block is time off, typed beside the board. It cancels nothing: what clashes is shown before it is
saved, and its work list is offered afterwards.
"""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from facilities.models import Doctor, Facility
from scheduling.absence_forms import as_seen
from scheduling.agenda import doctor_days
from scheduling.availability import DEFAULT_DURATION, GRID, day_bounds, on_grid
from scheduling.block_forms import BlockForm
from scheduling.calendars import local
from scheduling.forms import InstantField
from scheduling.models import Appointment, TimeOff
from scheduling.views.absences import changeable
from scheduling.views.answers import BOARD_IS_STALE, DeskRequest, in_panel
from scheduling.views.board import board_again, board_url, day_of, visible_facility
from scheduling.views.doctors import manages, visible_doctor

CLASHES_SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("scheduling.add_timeoff", raise_exception=True)
def block(request: DeskRequest, facility_id: int, doctor_id: int) -> HttpResponse:
    """Ask when and why; show what clashes; then save, once all that clashes has been shown.

    `?date=` names the day on the board, `?starts_at=` the free time that was looked at.
    """
    facility, doctor = visible_facility(request, facility_id), visible_doctor(request, doctor_id)
    if not manages(request, "add", doctor, "timeoff"):
        raise PermissionDenied
    initial = proposed(request, facility, doctor) if request.method != "POST" else None
    form = BlockForm(
        request.POST or None, instance=TimeOff(doctor=doctor), facility=facility, initial=initial
    )
    if request.method != "POST":
        return asked(request, form)
    if not form.is_valid():
        return asked(request, form, status=422)
    if "look" in request.POST:
        return asked(request, form, looked=True)
    if form.clashing(timezone.now()) - form.cleaned_data["seen"]:
        return asked(request, form, looked=True, status=422)
    absence, is_new = form.instance.enter_once()
    return blocked(request, facility, absence, is_new=is_new)


@require_POST
def take_back(request: DeskRequest, pk: int, facility_id: int) -> HttpResponse:
    """Take a block back: its time is free again, and whatever stands in it stays."""
    facility = visible_facility(request, facility_id)
    absence: Any = changeable(request, "delete", TimeOff, pk)
    day = local(absence.starts_at, facility).date()
    words = gettext("Taken back: the time of %(doctor)s is no longer blocked.")
    messages.success(request, words % {"doctor": absence.doctor})
    absence.delete()
    return board_again(request, facility, day)


def proposed(request: DeskRequest, facility: Facility, doctor: Doctor) -> dict[str, Any]:
    """Return what the form begins with: the free time named, or else the doctor's working day."""
    text = request.GET.get("starts_at")
    if text:
        starts_at = instant_in(text)
        ends_at = starts_at + DEFAULT_DURATION
    else:
        day = day_of(request.GET.get("date"), facility)
        starts_at, ends_at = working_day(facility, doctor, day, timezone.now())
    ends = {"starts_at": starts_at, "ends_at": ends_at}
    return {name: f"{local(at, facility):%Y-%m-%dT%H:%M}" for name, at in ends.items()}


def working_day(
    facility: Facility, doctor: Doctor, day: date, now: datetime
) -> tuple[datetime, datetime]:
    """Return when a doctor begins and ends on a day, from now on today; the day if they are off."""
    (own,) = doctor_days(facility, [doctor], day, day)
    if not own.hours:
        bounds = day_bounds(day, facility.tz)
        return bounds.starts_at, bounds.ends_at
    starts_at, ends_at = own.hours[0].starts_at, own.hours[-1].ends_at
    next_step = on_grid(now, GRID, facility.tz)
    return (next_step if starts_at < next_step < ends_at else starts_at), ends_at


def instant_in(text: str) -> datetime:
    try:
        found: datetime = InstantField().clean(text)
    except ValidationError as error:
        raise BadRequest(error.messages[0]) from error
    return found


def asked(
    request: DeskRequest, form: BlockForm, *, looked: bool = False, status: int = 200
) -> HttpResponse:
    """Show the form, and with `looked` what clashes with what is typed."""
    facility: Facility = form.facility
    day = day_of(request.GET.get("date"), facility)
    context = {
        "form": form,
        "doctor": form.instance.doctor,
        "facility": facility,
        "here": request.get_full_path(),
        "board_url": board_url(facility, day),
        "now": timezone.now(),
        "looked": looked,
    }
    return in_panel(
        request, "block", context | (clashes_of(request, form) if looked else {}), status
    )


def clashes_of(request: DeskRequest, form: BlockForm) -> dict[str, Any]:
    """Return the visits in the time, by name those that this person sees, and how many more."""
    affected = form.clashing(timezone.now())
    own = Appointment.objects.visible_to(request.user).filter(pk__in=affected)
    rows = own.select_related("patient", "doctor", "facility").order_by("starts_at")
    clashes, visible = list(rows[:CLASHES_SHOWN]), own.count()
    return {
        "affected": len(affected),
        "seen": as_seen(affected),
        "clashes": clashes,
        "more": visible - len(clashes),
        "elsewhere": len(affected) - visible,
    }


def blocked(
    request: DeskRequest, facility: Facility, absence: TimeOff, *, is_new: bool
) -> HttpResponse:
    """Say what is blocked; offer the work list if visits stand in that time."""
    tell(request, facility, absence, is_new=is_new)
    affected = absence.affected(timezone.now()).count()
    day = local(absence.starts_at, facility).date()
    if not affected:
        return board_again(request, facility, day)
    if not request.htmx:
        return redirect(absence)
    context = {"absence": absence, "facility": facility, "affected": affected}
    context |= {"board_url": board_url(facility, day)}
    response = render(request, "scheduling/_blocked.html", context)
    return trigger_client_event(response, BOARD_IS_STALE)


def tell(request: DeskRequest, facility: Facility, absence: TimeOff, *, is_new: bool) -> None:
    """Say what is blocked, with an undo of what this person has just entered, and of nothing else.

    The same may stand there by a second press of the button, or by somebody else.
    """
    starts_at, ends_at = (local(at, facility) for at in (absence.starts_at, absence.ends_at))
    told = {
        "doctor": absence.doctor,
        "start": date_format(starts_at, "WEEKDAY_TIME_FORMAT"),
        "end": date_format(
            ends_at,
            "TIME_FORMAT" if ends_at.date() == starts_at.date() else "WEEKDAY_TIME_FORMAT",
        ),
    }
    if not is_new:
        words = gettext("It is blocked already for %(doctor)s: %(start)s to %(end)s.")
        messages.info(request, words % told)
        return
    undo = reverse("scheduling:unblock", args=[absence.pk, facility.pk])
    words = gettext("Blocked for %(doctor)s: %(start)s to %(end)s.")
    messages.success(request, words % told, extra_tags=undo)
