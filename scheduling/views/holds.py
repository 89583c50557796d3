"""Holding the time of an open booking form, so that nobody else books it meanwhile."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from facilities.conflicts import codes_of
from scheduling import holding
from scheduling.calendars import local
from scheduling.forms import VisitForm
from scheduling.views.answers import (
    BOARD_IS_STALE,
    CONFLICT,
    DeskRequest,
    in_panel,
    refusal_status,
)
from scheduling.views.appointment import details, visible_appointment
from scheduling.views.board import back_to_board, visible_facility
from scheduling.views.booking import may_book, refused
from scheduling.views.booking_form import booking_url, hold_shown, refusal, wanted_slot
from scheduling.views.who import PatientChoice


@require_POST
@may_book
def hold(request: DeskRequest, facility_id: int) -> HttpResponse:
    """Hold a time for five minutes; answer with a piece of the form that says until when."""
    facility = visible_facility(request, facility_id)
    slot = wanted_slot(request, facility)
    visit, who = VisitForm(request.POST, slot), PatientChoice(request, facility)
    now = timezone.now()
    try:
        held = holding.keep(request.user, visit.time(request.user), now=now)
    except ValidationError as error:
        if not request.htmx:
            return refused(request, slot, visit, who, error)
        context = refusal(request, slot, error, visit=visit, patient=who.chosen)
        status = refusal_status(error)
        response = render(request, "scheduling/_not_held.html", context, status=status)
        return trigger_client_event(response, BOARD_IS_STALE) if status == CONFLICT else response
    if not request.htmx:
        return redirect(booking_url(slot, who.chosen))
    return render(request, "scheduling/_hold.html", hold_shown(held, now))


@require_POST
@may_book
def release(request: DeskRequest, pk: int) -> HttpResponse:
    """Give up a hold: by its button, or `quietly` because its form was closed."""
    appointment, quietly = visible_appointment(request, pk), "quietly" in request.POST
    try:
        holding.give_up(appointment, by=request.user)
    except ValidationError as error:
        if quietly and codes_of(error) & holding.LOST:
            return HttpResponse(status=204)
        context = details(request, visible_appointment(request, pk)) | {"refusal": error.messages}
        return in_panel(request, "appointment", context, refusal_status(error))
    if quietly:
        return HttpResponse(status=204)
    start = local(appointment.starts_at, appointment.facility)
    messages.success(
        request,
        _("Released: %(start)s is free again.")
        % {"start": date_format(start, "WEEKDAY_TIME_FORMAT")},
    )
    return back_to_board(request, appointment)
