"""One appointment: its details, the steps of the visit, and its cancellation.

Every action names the version it was decided on, so that nobody acts on what has changed meanwhile.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from audit.kinds import Kind
from audit.reading import shows
from patients.models import Patient
from scheduling import history, holding, permissions
from scheduling.calendars import local
from scheduling.forms import CancelForm
from scheduling.models import Appointment
from scheduling.opening_forms import INTERVAL_NAMES
from scheduling.status import EXPECTED, Status
from scheduling.views import following, steps
from scheduling.views.answers import DeskRequest, in_panel, refusal_status
from scheduling.views.board import back_to_board, board_url
from scheduling.views.booking_form import booking_url
from scheduling.views.waitlist_after import waiting_for, whom_it_suits


@require_safe
@permission_required("scheduling.view_appointment", raise_exception=True)
def detail(request: DeskRequest, pk: int) -> HttpResponse:
    return in_panel(request, "appointment", details(request, visible_appointment(request, pk)))


@require_POST
@permission_required("scheduling.arrive_appointment", raise_exception=True)
def arrive(request: DeskRequest, pk: int) -> HttpResponse:
    appointment = visible_appointment(request, pk)
    return act(request, appointment, appointment.mark_arrived)


@require_POST
@permission_required("scheduling.arrive_appointment", raise_exception=True)
def check_in(request: DeskRequest, pk: int) -> HttpResponse:
    appointment = visible_appointment(request, pk)
    return act(request, appointment, appointment.check_in)


@require_POST
@permission_required("scheduling.fulfil_appointment", raise_exception=True)
def fulfil(request: DeskRequest, pk: int) -> HttpResponse:
    appointment = visible_appointment(request, pk)
    return act(request, appointment, appointment.fulfil)


@require_POST
@permission_required("scheduling.noshow_appointment", raise_exception=True)
def noshow(request: DeskRequest, pk: int) -> HttpResponse:
    appointment = visible_appointment(request, pk)
    return act(request, appointment, appointment.mark_noshow)


@require_POST
@permission_required("scheduling.view_appointment", raise_exception=True)
def undo(request: DeskRequest, pk: int) -> HttpResponse:
    """Take back the last change, if this person may make such a change."""
    appointment = visible_appointment(request, pk)
    return act(request, appointment, partial(permissions.undo, appointment), undoable=False)


@require_POST
@permission_required("scheduling.cancel_appointment", raise_exception=True)
def cancel(request: DeskRequest, pk: int) -> HttpResponse:
    appointment, form = visible_appointment(request, pk), CancelForm(request.POST)
    if appointment.status == Status.PENDING:
        raise Http404
    if not form.is_valid():
        return in_panel(request, "appointment", details(request, appointment, form), 422)
    cancel = following.canceller(request, appointment)
    if following.wants_following(request, appointment):
        word = _("Cancelled, with all that follow")
        return act(request, appointment, cancel, form.reason, form=form, undoable=False, word=word)
    return act(request, appointment, cancel, form.reason, form=form)


def visible_appointment(request: DeskRequest, pk: int) -> Appointment:
    appointments = Appointment.objects.visible_to(request.user).select_related(
        "patient", "doctor", "facility", "room", "type", "created_by"
    )
    return get_object_or_404(appointments, pk=pk)


def version(request: DeskRequest) -> int:
    """Return the version that the person saw; raise BadRequest for none."""
    text = request.POST.get("version") or request.GET.get("version", "")
    if not text.isdecimal() or len(text) > 9:
        raise BadRequest(_("The form carries no version. Open the appointment again."))
    return int(text)


def act(
    request: DeskRequest,
    appointment: Appointment,
    operation: Callable[..., None],
    *args: Any,
    form: CancelForm | None = None,
    undoable: bool = True,
    word: str = "",
) -> HttpResponse:
    """Run one operation; answer with the board, or with the appointment as it is and why not."""
    try:
        operation(*args, by=request.user, version=version(request))
    except ValidationError as error:
        fresh = visible_appointment(request, appointment.pk)
        form = form and form.meant_for(fresh.version)
        context = details(request, fresh, form) | {"refusal": error.messages}
        return in_panel(request, "appointment", context, refusal_status(error))
    word = word or ("" if undoable else _("Undone"))
    return done(request, appointment, word=word, undoable=undoable)


def done(
    request: DeskRequest, appointment: Appointment, *, word: str = "", undoable: bool = True
) -> HttpResponse:
    """Say what happened, with an undo where there is one, and go back to the board."""
    start = local(appointment.starts_at, appointment.facility)
    word = word or appointment.get_status_display()
    undo_url = f"{reverse('scheduling:undo', args=[appointment.pk])}?version={appointment.version}"
    messages.success(
        request,
        # Translators: “what” is such as “Moved”, “Undone” or a status: “Arrived”.
        _("%(what)s: %(patient)s, %(start)s with %(doctor)s.")
        % {
            "what": word,
            "patient": appointment.patient,
            "start": date_format(start, "WEEKDAY_TIME_FORMAT"),
            "doctor": appointment.doctor,
        },
        extra_tags=undo_url if undoable else "",
    )
    return whom_it_suits(request, appointment) or back_to_board(request, appointment)


def details(
    request: DeskRequest, appointment: Appointment, form: CancelForm | None = None
) -> dict[str, Any]:
    """Return what the appointment's page shows and offers to this person."""
    now, user = timezone.now(), request.user
    if appointment.patient_id:
        shows(request, Kind.APPOINTMENT, [appointment.patient_id])
    events = appointment.events.select_related(
        "by", "from_doctor", "to_doctor", "from_room", "to_room"
    )
    is_hold = appointment.status == Status.PENDING
    undoable = appointment.last_undoable_event(now)
    return {
        "appointment": appointment,
        "facility": appointment.facility,
        "board_url": board_url(
            appointment.facility, local(appointment.starts_at, appointment.facility).date()
        ),
        "patient_is_visible": appointment.patient is not None
        and Patient.objects.visible_to(user).filter(pk=appointment.patient.pk).exists(),
        "history": [history.Entry.of(event, appointment.facility) for event in events],
        "is_hold": is_hold,
        "is_held": is_hold and appointment.holds_time_at(now),
        "is_mine": appointment.created_by_id == user.pk,
        "may_release": holding.may_give_up(appointment, user)
        and user.has_perm("scheduling.book_appointment"),
        "may_overbook": appointment.holds_time_at(now)
        and not is_hold
        and appointment.starts_at > now
        and user.has_perms(["scheduling.book_appointment", "scheduling.override_appointment"]),
        "book_url": booking_url(appointment),
        "steps": steps.offered(appointment, user, now),
        "undo": undoable if undoable and user.has_perm(permissions.to_undo(undoable)) else None,
        "may_move": appointment.is_movable
        and not is_hold
        and user.has_perm("scheduling.reschedule_appointment"),
        "may_cancel": Status.CANCELLED in appointment.next_steps
        and not is_hold
        and user.has_perm("scheduling.cancel_appointment"),
        "may_repeat": not is_hold
        and appointment.patient is not None
        and appointment.patient.is_active
        and user.has_perm("scheduling.book_appointment"),
        "intervals": INTERVAL_NAMES,
        "may_print_slip": appointment.status in EXPECTED and appointment.ends_at > now,
        "waiting": 0 if is_hold else waiting_for(appointment, user, now),
        "cancel_form": form or CancelForm(initial={"version": appointment.version}),
        "scope": request.POST.get("scope"),
        **following.place_in_series(request, appointment),
    }
