"""The way back to the view of the calendar in which an action was taken.

What is done in one of them comes back to it: the panel closes, and the view draws itself again
where it stands, so that nobody loses their place in it. The day board does so for what is done on
the day that it shows.
"""

from typing import NamedTuple
from urllib.parse import urlsplit

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django_htmx.http import reswap, retarget, trigger_client_event

from scheduling.asked import number_in
from scheduling.views.answers import BOARD_IS_STALE, DeskRequest

BOARD = "scheduling:board"
VIEWS = {BOARD, "scheduling:week-of", "scheduling:list", "scheduling:month"}
# The view marks the appointment of this id, and moves the focus there.
VISIT_IS_SHOWN = "visit-shown"
# A form with this field stands beside the panel, which it leaves as it is.
BESIDE_THE_PANEL = "beside"


class View(NamedTuple):
    """A view of the calendar, as somebody has it open."""

    name: str
    facility_id: int
    path: str
    query: QueryDict

    @property
    def address(self) -> str:
        return f"{self.path}?{self.query.urlencode()}" if self.query else self.path

    @property
    def is_board(self) -> bool:
        return self.name == BOARD

    def number(self, name: str) -> int | None:
        """Return the number that the address has under a name, such as `for`."""
        return number_in(self.query.get(name, ""))


def looked_at(request: DeskRequest) -> View | None:
    """Return the view that the request was sent from, if it was one."""
    address = request.htmx.current_url if request.htmx else request.headers.get("Referer")
    parts = urlsplit(address or "")
    try:
        match = resolve(parts.path)
    except Resolver404:
        return None
    if match.view_name not in VIEWS:
        return None
    return View(match.view_name, match.kwargs["facility_id"], parts.path, QueryDict(parts.query))


def back_to(request: DeskRequest, view: View, shown: int | None) -> HttpResponse:
    """Answer an action that was taken in a view: that view again, an appointment marked in it."""
    if not request.htmx:
        return redirect(f"{view.address}#a{shown}" if shown else view.address)
    response = render(request, "includes/_toasts.html", {"oob": True})
    # The page empties the panel by itself, for what is swapped into it would leave it open.
    reswap(retarget(response, "#panel"), "none")
    trigger_client_event(response, BOARD_IS_STALE)
    told = {"id": f"a{shown}" if shown else "", "beside": BESIDE_THE_PANEL in request.POST}
    return trigger_client_event(response, VISIT_IS_SHOWN, told, after="swap")
