"""Moving an appointment: choose a day and a doctor, press a free time."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from facilities.models import Doctor, Room
from scheduling import holding
from scheduling.alternatives import alternatives
from scheduling.calendars import local
from scheduling.forms import MoveForm, OverrideForm, SlotForm
from scheduling.models import Appointment
from scheduling.openings import Slot
from scheduling.picking import places
from scheduling.status import Status
from scheduling.views import following
from scheduling.views.answers import DeskRequest, in_panel, refusal_status
from scheduling.views.appointment import done, version, visible_appointment
from scheduling.views.overriding import offered_override, reason, wanted_override


@require_http_methods(["GET", "POST"])
@permission_required("scheduling.reschedule_appointment", raise_exception=True)
def reschedule(request: DeskRequest, pk: int) -> HttpResponse:
    """Show the free times of a day; move to the one that is pressed."""
    appointment, override = visible_appointment(request, pk), wanted_override(request)
    if appointment.status == Status.PENDING:
        raise Http404
    if request.method == "GET":
        return in_panel(request, "move", choices(appointment, request.GET))
    slot = SlotForm(request.POST, appointment.facility)
    if not slot.is_valid():
        raise BadRequest(_("The form names no doctor of this facility, or no time."))
    try:
        move = mover(request, appointment, override)
        move(**slot.cleaned_data, by=request.user, version=version(request))
    except ValidationError as error:
        return refused(request, visible_appointment(request, pk), slot, error, override)
    if following.wants_following(request, appointment):
        return done(request, appointment, word=_("Moved, with all that follow"), undoable=False)
    return done(request, appointment, word=_("Moved"))


def mover(
    request: DeskRequest, appointment: Appointment, override: OverrideForm | None
) -> Callable[..., None]:
    """Return what moves the appointment, alone or with all that follow it in its series.

    Raises ValidationError where all of them would have to change their room.
    """
    room = MoveForm(request.POST, appointment, date.min).room
    if not following.wants_following(request, appointment):
        return partial(holding.move, appointment, room=room, override=reason(override))
    if room and room != appointment.room:
        raise ValidationError(
            _("A room is changed for one visit at a time. Move this one alone, or keep its room."),
            code="room_alone",
        )
    return following.mover(request, appointment)


def refused(
    request: DeskRequest,
    appointment: Appointment,
    slot: SlotForm,
    error: ValidationError,
    override: OverrideForm | None,
) -> HttpResponse:
    """Say why the appointment cannot move there, and what else there is."""
    wanted = slot.cleaned_data
    context = choices(appointment, request.POST) | {
        "refusal": error.messages,
        "wanted": wanted,
        "anyway": offered_override(request, error, override),
    }
    if appointment.is_movable:
        context["alternatives"] = nearest(appointment, room=context["form"].room, **wanted)
    return in_panel(request, "move", context | following.lost(error), refusal_status(error))


def choices(appointment: Appointment, data: Any) -> dict[str, Any]:
    """Return the day and doctor that are looked at, and the times that are free then."""
    now = timezone.now()
    today = local(now, appointment.facility).date()
    day = max(local(appointment.starts_at, appointment.facility).date(), today)
    form = MoveForm(data, appointment, day)
    chosen = form.chosen
    return {
        "appointment": appointment,
        "facility": appointment.facility,
        "form": form,
        "day": chosen[0] if chosen else None,
        "doctor": chosen[1] if chosen else None,
        "slots": free(appointment, *chosen, form.room) if chosen else [],
        "scope": data.get("scope"),
    }


def free(
    appointment: Appointment, day: date, doctor: Doctor, room: Room | None = None
) -> list[Slot]:
    """Return the times the appointment could move to, with another room its own among them."""
    return places(appointment, day, [doctor], timezone.now(), room)


def nearest(
    appointment: Appointment, *, doctor: Doctor, starts_at: Any, room: Room | None
) -> list[Slot]:
    """Return the free slots nearest to a time that the appointment could not be moved to."""
    shift = starts_at - appointment.starts_at
    lost = Appointment(
        patient=appointment.patient,
        doctor=doctor,
        facility=appointment.facility,
        type=appointment.type,
        room=room or appointment.room,
        starts_at=starts_at,
        ends_at=appointment.ends_at + shift,
        blocked_until=appointment.blocked_until + shift,
    )
    return alternatives(lost, now=timezone.now(), moving=appointment)
