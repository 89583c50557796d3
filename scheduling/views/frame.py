"""What the views of the calendar beside the day board share: the toolbar and how they are shown."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from facilities.models import Facility
from scheduling.calendars import local
from scheduling.views import board
from scheduling.views.answers import DeskRequest


def framed(request: DeskRequest, facility_id: int, view: str) -> dict[str, Any]:
    """Return what the toolbar shows; raise Http404 for a facility out of sight."""
    facilities = list(Facility.objects.visible_to(request.user).active())
    facility = next((each for each in facilities if each.pk == facility_id), None)
    if facility is None:
        raise Http404
    now, patient = timezone.now(), board.patient_named(request)
    return {
        "view_name": f"scheduling:{view}",
        "facility": facility,
        "facilities": facilities,
        "day": board.day_of(request.GET.get("date"), facility),
        "today": local(now, facility).date(),
        "now": now,
        "may_book": request.user.has_perm("scheduling.book_appointment"),
        "booking_for": patient,
        "and_for": f"&for={patient.pk}" if patient else "",
        "here": request.get_full_path(),
    }


def kept(**carried: Any) -> dict[str, Any]:
    """Return what links and forms of the toolbar carry on, left out where it is empty."""
    chosen = {name: value for name, value in carried.items() if value}
    return {"carried": chosen, "kept": f"&{urlencode(chosen)}" if chosen else ""}


def show(request: DeskRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """Render the content alone for htmx, or the page around it."""
    piece = f"scheduling/_{name}.html" if request.htmx else f"scheduling/{name}.html"
    response = render(request, piece, context)
    facility = str(context["facility"].pk)
    response.set_cookie(board.LAST_FACILITY, facility, httponly=True, samesite="Lax")
    return response
