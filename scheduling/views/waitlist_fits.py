"""Whom a freed time would suit, booking one of them into it, and ending what a booking meets."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scheduling import holding
from scheduling.asked import number_in
from scheduling.calendars import local
from scheduling.models import Appointment, WaitlistEntry
from scheduling.openings import Slot
from scheduling.views.answers import DeskRequest, in_panel, refusal_status
from scheduling.views.appointment import visible_appointment
from scheduling.views.board import back_to_board
from scheduling.views.waitlist_after import MAY_BOOK, fits_context, offer_context, offer_to_close
from scheduling.waitlist_forms import FreedForm


@require_safe
@permission_required("scheduling.view_waitlistentry", raise_exception=True)
def fits(request: DeskRequest) -> HttpResponse:
    """Show who waits for a time that is free, best first."""
    slot = named_slot(request, request.GET)
    return in_panel(request, "waitlist_fits", fits_context(request, slot))


@require_POST
@permission_required(MAY_BOOK, raise_exception=True)
def book(request: DeskRequest, pk: int) -> HttpResponse:
    """Book somebody who waits into the time; a refusal leaves the list of the others."""
    slot = named_slot(request, request.POST)
    entries = WaitlistEntry.objects.visible_to(request.user).select_related(
        "patient", "type", "appointment__doctor", "appointment__facility"
    )
    entry = get_object_or_404(entries, pk=pk)
    if already := booked_already(entry, slot):
        return booked(request, already)
    try:
        appointment = holding.fulfil(entry, slot, by=request.user)
    except ValidationError as error:
        context = fits_context(request, slot) | {"refusal": error.messages}
        return in_panel(request, "waitlist_fits", context, refusal_status(error))
    return booked(request, appointment)


@require_http_methods(["GET", "POST"])
@permission_required("scheduling.change_waitlistentry", raise_exception=True)
def offer(request: DeskRequest, pk: int) -> HttpResponse:
    """Ask whether a booking ends the patient's waiting; end the entry that is pressed."""
    appointment = visible_appointment(request, pk)
    if request.method == "GET":
        return in_panel(request, "waitlist_offer", offer_context(request, appointment))
    own = WaitlistEntry.objects.visible_to(request.user).filter(patient=appointment.patient_id)
    entry = get_object_or_404(own, pk=number_in(request.POST.get("entry", "")) or 0)
    try:
        entry.close(appointment, by=request.user)
    except ValidationError as error:
        context = offer_context(request, appointment) | {"refusal": error.messages}
        return in_panel(request, "waitlist_offer", context, refusal_status(error))
    messages.success(request, _("Off the waitlist: %(what)s.") % {"what": entry.what})
    return offer_to_close(request, appointment) or back_to_board(request, appointment)


def named_slot(request: DeskRequest, data: QueryDict) -> Slot:
    slot = FreedForm(data, user=request.user).slot
    if slot is None:
        raise BadRequest(_("The address names no facility of yours, no doctor, or no time."))
    return slot


def booked_already(entry: WaitlistEntry, slot: Slot) -> Appointment | None:
    """Return what an earlier press of the same button has booked, if anything."""
    made = entry.appointment
    if made is None or (made.doctor, made.starts_at) != (slot.doctor, slot.starts_at):
        return None
    return made


def booked(request: DeskRequest, appointment: Appointment) -> HttpResponse:
    start = local(appointment.starts_at, appointment.facility)
    messages.success(
        request,
        _("Booked from the waitlist: %(start)s with %(doctor)s.")
        % {"start": date_format(start, "WEEKDAY_TIME_FORMAT"), "doctor": appointment.doctor},
    )
    return offer_to_close(request, appointment) or back_to_board(request, appointment)
