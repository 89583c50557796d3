"""The day board, and the answer that every action at the desk ends with: the board again."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import replace_url, reswap, retarget

from facilities.models import Facility
from patients.models import Patient
from scheduling import beginning, picking
from scheduling.agenda import doctor_days, doctors_on
from scheduling.asked import LAST_FACILITY, number_in
from scheduling.board import laid_out
from scheduling.calendars import local
from scheduling.forms import YEARS
from scheduling.models import Appointment
from scheduling.views import live, way_back
from scheduling.views.answers import DeskRequest


@require_safe
def desk(request: DeskRequest) -> HttpResponse:
    """Lead to today at the facility looked at last, or the first; `?for=` names a patient."""
    facilities = Facility.objects.visible_to(request.user).active()
    last = number_in(request.COOKIES.get(LAST_FACILITY, ""))
    facility = facilities.filter(pk=last or 0).first() or facilities.first()
    if facility is None:
        context = beginning.shown(request.user, None) if request.user.is_admin else {}
        return render(request, "scheduling/no_facility.html", context)
    patient = number_in(request.GET.get("for", ""))
    address = reverse("scheduling:board", args=[facility.pk])
    return redirect(f"{address}?for={patient}" if patient else address)


@require_safe
@permission_required("scheduling.view_appointment", raise_exception=True)
def board(request: DeskRequest, facility_id: int) -> HttpResponse:
    """Show one day of a facility; `?shown=` marks an appointment, `?for=` books for a patient.

    `?moving=` names one that is picked up, to be put down at another time.
    """
    if live.is_poll(request):
        return polled(request, facility_id)
    facilities = list(Facility.objects.visible_to(request.user).active())
    facility = next((each for each in facilities if each.pk == facility_id), None)
    if facility is None:
        raise Http404
    context = board_context(
        request,
        facility,
        day_of(request.GET.get("date"), facility),
        number_in(request.GET.get("shown", "")),
        patient_named(request),
        picked_up(request, facility),
    )
    template = "scheduling/_desk.html" if request.htmx else "scheduling/board.html"
    response = render(request, template, context | {"facilities": facilities})
    if request.htmx and context["picked"]:
        replace_url(response, request.get_full_path())
    response.set_cookie(LAST_FACILITY, str(facility.pk), httponly=True, samesite="Lax")
    return response


def polled(request: DeskRequest, facility_id: int) -> HttpResponse:
    """Answer the board's question whether it is up to date: the board anew, if it is not."""
    day = day_named(request.GET.get("date", ""))
    asked = [(name, request.GET.get(name)) for name in ("for", "moving", "version")]
    carried = "".join(f"&{name}={value}" for name, value in asked if value)
    tag = live.tag_of(request, facility_id, day, day, carried)

    def draw() -> HttpResponse:
        facility = visible_facility(request, facility_id)
        patient, pickup = patient_named(request), picked_up(request, facility)
        context = board_context(request, facility, day, None, patient, pickup, tag=tag)
        return render(request, "scheduling/_board_live.html", context)

    return live.answer(request, tag, draw)


def board_context(
    request: DeskRequest,
    facility: Facility,
    day: date,
    shown: int | None = None,
    patient: Patient | None = None,
    pickup: picking.Pickup | None = None,
    tag: str = "",
) -> dict[str, Any]:
    """Return what the board's templates show, apart from the facilities to switch to."""
    # Every address on the board carries along the patient and what is picked up.
    carried = f"&for={patient.pk}" if patient else ""
    picked = None
    if pickup and not pickup.is_over:
        picked = pickup.appointment
        carried += pickup.carried
    tag = tag or live.tag_of(request, facility.pk, day, day, carried)
    now = timezone.now()
    visible = Appointment.objects.visible_to(request.user).filter(facility=facility)
    today = visible.on_day(day, facility)
    # A hold that was given up is nobody's visit and no news.
    dropped = today.filter(
        status__in=[Appointment.Status.CANCELLED, Appointment.Status.NOSHOW], patient__isnull=False
    )
    board = laid_out(
        facility,
        day,
        doctor_days(facility, doctors_on(facility, day), day, day, moving=picked),
        visible=set(today.values_list("pk", flat=True)),
        now=now,
    )
    begins = beginning.is_beginning(request.user, board)
    return {
        "facility": facility,
        "facilities": Facility.objects.visible_to(request.user).active(),
        "board": picking.with_places(board, picked, now) if picked else board,
        "dropped": dropped.select_related("patient", "doctor"),
        "day": day,
        "today": local(now, facility).date(),
        "previous_day": day - timedelta(days=1),
        "next_day": day + timedelta(days=1),
        "now": now,
        "shown": shown,
        "may_book": request.user.has_perm("scheduling.book_appointment"),
        "may_move": request.user.has_perm("scheduling.reschedule_appointment"),
        "booking_for": patient,
        "picked": picked,
        "pickup": pickup,
        "and_for": carried,
        "live_url": f"{board_url(facility, day)}{carried}",
        "tag": tag,
        **(beginning.shown(request.user, facility) if begins else {}),
    }


def picked_up(request: DeskRequest, facility: Facility) -> picking.Pickup | None:
    """Return what `?moving=` in the address names, as the version that `?version=` does."""
    pk, version = (number_in(request.GET.get(name, "")) for name in ("moving", "version"))
    return picking.pickup(request.user, pk, version, facility)


def patient_named(request: DeskRequest) -> Patient | None:
    """Return the patient whom `?for=` in the address names, if this person may see them."""
    return patient_numbered(request, number_in(request.GET.get("for", "")))


def patient_numbered(request: DeskRequest, number: int | None) -> Patient | None:
    if number is None:
        return None
    return Patient.objects.visible_to(request.user).active().filter(pk=number).first()


def board_url(facility: Facility, day: date, shown: int | None = None) -> str:
    query = {"date": day.isoformat()} | ({"shown": shown} if shown else {})
    return f"{reverse('scheduling:board', args=[facility.pk])}?{urlencode(query)}"


def back_to_board(request: DeskRequest, appointment: Appointment) -> HttpResponse:
    """Answer an action: the board of the appointment's day, on which the appointment is marked."""
    facility = appointment.facility
    day = local(appointment.starts_at, facility).date()
    return board_again(request, facility, day, appointment)


def board_again(
    request: DeskRequest, facility: Facility, day: date, visit: Appointment | None = None
) -> HttpResponse:
    """Answer an action: the board of a day, on which the appointment is marked.

    Whoever acted in another view of the calendar comes back to that one, and whoever looks at the
    board of that day stays there, unless what the board was for is done by it.
    """
    shown = visit.pk if visit else None
    view = way_back.looked_at(request)
    if view and (not view.is_board or (request.htmx and stays(view, facility, day, visit))):
        return way_back.back_to(request, view, shown)
    if not request.htmx:
        return redirect(f"{board_url(facility, day, shown)}{f'#a{shown}' if shown else ''}")
    patient = pickup = None
    if view and not is_done(view, visit):
        patient = patient_numbered(request, view.number("for"))
        moving, version = view.number("moving"), view.number("version")
        pickup = picking.pickup(request.user, moving, version, facility)
    context = board_context(request, facility, day, shown, patient, pickup)
    response = render(request, "scheduling/_desk.html", context)
    replace_url(response, context["live_url"])
    return reswap(retarget(response, "#desk"), "outerHTML")


def stays(view: way_back.View, facility: Facility, day: date, visit: Appointment | None) -> bool:
    """Say whether a board shows what was done, and goes on with what it is for."""
    today = local(timezone.now(), facility).date()
    is_here = view.facility_id == facility.pk
    is_here &= (view.query.get("date") or today.isoformat()) == day.isoformat()
    return is_here and not is_done(view, visit)


def is_done(view: way_back.View, visit: Appointment | None) -> bool:
    """Say whether an appointment is the one picked up on a board, or of whom it books for."""
    if visit is None:
        return False
    patient = view.number("for")
    is_theirs = patient is not None and visit.patient_id == patient
    return is_theirs or visit.pk == view.number("moving")


def visible_facility(request: DeskRequest, facility_id: int) -> Facility:
    facility = Facility.objects.visible_to(request.user).active().filter(pk=facility_id).first()
    if facility is None:
        raise Http404
    return facility


def day_of(text: str | None, facility: Facility) -> date:
    """Return the day a query names, today at the facility without one; raise BadRequest."""
    if not text:
        return local(timezone.now(), facility).date()
    return day_named(text)


def day_named(text: str) -> date:
    """Return the day that a text such as 2026-03-08 names; raise BadRequest."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadRequest(_("The date in the address is not one such as 2026-03-08.")) from None
    if day.year not in YEARS:
        raise BadRequest(_("The date in the address lies outside the years that the board shows."))
    return day
