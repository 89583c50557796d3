"""What the views of the calendar beside the day board share: the toolbar and how they are shown."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from facilities.models import Facility
from scheduling.asked import LAST_FACILITY
from scheduling.calendars import local
from scheduling.month import days_of_month
from scheduling.views import board, live
from scheduling.views.answers import DeskRequest
from scheduling.week import days_of_week

# The first and the last day that a view shows are those of these.
SHOWN: dict[str, Callable[[date], list[date]]] = {
    "week": days_of_week,
    "list": lambda day: [day],
    "month": days_of_month,
}


def framed(request: DeskRequest, facility_id: int, view: str) -> dict[str, Any]:
    """Return what the toolbar shows; raise Http404 for a facility out of sight."""
    facilities = list(Facility.objects.visible_to(request.user).active())
    facility = next((each for each in facilities if each.pk == facility_id), None)
    if facility is None:
        raise Http404
    now, patient = timezone.now(), board.patient_named(request)
    day = board.day_of(request.GET.get("date"), facility)
    return {
        "view_name": f"scheduling:{view}",
        "facility": facility,
        "facilities": facilities,
        "day": day,
        "today": local(now, facility).date(),
        "now": now,
        "may_book": request.user.has_perm("scheduling.book_appointment"),
        "booking_for": patient,
        "and_for": f"&for={patient.pk}" if patient else "",
        "live_url": address_of(request, day),
        "live_parts": f"{view}-content",
        "tag": "" if live.is_poll(request) else tag_of(request, facility_id, view, day),
    }


def fresh(
    request: DeskRequest, facility_id: int, view: str, content: Callable[[], dict[str, Any]]
) -> HttpResponse:
    """Answer a request for a view: with the page, its content for htmx, or what a poll asks."""
    if not live.is_poll(request):
        return show(request, view, content())
    day = board.day_named(request.GET.get("date", ""))
    tag = tag_of(request, facility_id, view, day)
    return live.answer(request, tag, lambda: render(request, f"scheduling/_{view}.html", content()))


def tag_of(request: DeskRequest, facility_id: int, view: str, day: date) -> str:
    """Return the tag of what a view shows; the list tells how many minutes somebody waits."""
    days, now = SHOWN[view](day), timezone.now()
    waits = view == "list" and abs(day - now.date()) <= timedelta(days=1)
    minute = int(now.timestamp() // 60) if waits else 0
    address = address_of(request, day)
    return live.tag_of(request, facility_id, days[0], days[-1], address, minute)


def address_of(request: DeskRequest, day: date) -> str:
    """Return the address of what is shown, which names the day even where the request does not."""
    query = request.GET.copy()
    query["date"] = day.isoformat()
    return f"{request.path}?{query.urlencode()}"


def kept(**carried: Any) -> dict[str, Any]:
    """Return what links and forms of the toolbar carry on, left out where it is empty."""
    chosen = {name: value for name, value in carried.items() if value}
    return {"carried": chosen, "kept": f"&{urlencode(chosen)}" if chosen else ""}


def show(request: DeskRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """Render the content alone for htmx, or the page around it."""
    piece = f"scheduling/_{name}.html" if request.htmx else f"scheduling/{name}.html"
    response = render(request, piece, context)
    facility = str(context["facility"].pk)
    response.set_cookie(LAST_FACILITY, facility, httponly=True, samesite="Lax")
    return response
