"""The way back to the view of the calendar in which an action was taken.

Beside the day board there are the week, the list and the month. What is done in one of them comes
back to it: the panel closes, and the view draws itself again where it stands, so that nobody loses
their place in it.
"""

from urllib.parse import urlsplit

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django_htmx.http import reswap, retarget, trigger_client_event

from scheduling.views.answers import BOARD_IS_STALE, DeskRequest

VIEWS = ("scheduling:week-of", "scheduling:list", "scheduling:month")
# The view marks the appointment of this id, and moves the focus there.
VISIT_IS_SHOWN = "visit-shown"
# A form with this field stands beside the panel, which it leaves as it is.
BESIDE_THE_PANEL = "beside"


def looked_at(request: DeskRequest) -> str | None:
    """Return the address of the view that the request was sent from, if it is one of these."""
    address = request.htmx.current_url if request.htmx else request.headers.get("Referer")
    parts = urlsplit(address or "")
    try:
        match = resolve(parts.path)
    except Resolver404:
        return None
    if match.view_name not in VIEWS:
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def back_to(request: DeskRequest, address: str, shown: int | None) -> HttpResponse:
    """Answer an action that was taken in a view: that view again, an appointment marked in it."""
    if not request.htmx:
        return redirect(f"{address}#a{shown}" if shown else address)
    response = render(request, "includes/_toasts.html", {"oob": True})
    retarget(response, "#panel")
    reswap(response, "none" if BESIDE_THE_PANEL in request.POST else "innerHTML")
    trigger_client_event(response, BOARD_IS_STALE)
    return trigger_client_event(response, VISIT_IS_SHOWN, {"id": f"a{shown}" if shown else ""})
