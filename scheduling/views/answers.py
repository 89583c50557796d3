"""How the desk answers: inside the panel for htmx, as a page of its own without JavaScript."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from facilities.conflicts import codes_of

CONFLICT = 409
# The board beside the panel draws itself again when it hears this.
BOARD_IS_STALE = "board-stale"
# Refusals because of what somebody else has done meanwhile; every other refusal is a 422.
CONFLICTS = {
    *("doctor_busy", "patient_busy", "room_busy"),
    *("stale", "wrong_status", "nothing_to_undo", "not_waiting"),
}


class DeskRequest(HttpRequest):
    """A request as the middleware hands it on: by somebody who has signed in."""

    user: User
    htmx: HtmxDetails


def in_panel(
    request: DeskRequest, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render `_<name>.html` for the panel, or the page `<name>.html` around it.

    A conflict means that the board shows what is no longer so: it is told to look again.
    """
    piece = f"scheduling/_{name}.html" if request.htmx else f"scheduling/{name}.html"
    response = render(request, piece, context, status=status)
    return trigger_client_event(response, BOARD_IS_STALE) if status == CONFLICT else response


def refusal_status(error: ValidationError) -> int:
    return CONFLICT if codes_of(error) & CONFLICTS else 422
