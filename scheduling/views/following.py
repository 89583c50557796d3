"""An appointment's place in its series, and changes of it with all that follow."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from facilities.models import Doctor
from scheduling import holding
from scheduling.clashes import SeriesClash
from scheduling.models import Appointment
from scheduling.views.answers import DeskRequest
from scheduling.views.series_plan import CHOICE, left_out, replacements

FOLLOWING = "following"


def wants_following(request: DeskRequest, appointment: Appointment) -> bool:
    """Say whether the form asks to change the later appointments of the series too.

    Raises PermissionDenied where it does, for whom series are not open.
    """
    scope = request.POST.get("scope") or request.GET.get("scope")
    wants = scope == FOLLOWING and appointment.series_id is not None
    if wants and not request.user.has_perm("scheduling.book_series"):
        raise PermissionDenied
    return wants


def mover(request: DeskRequest, appointment: Appointment) -> Callable[..., None]:
    """Return what moves the appointment: alone, or with all that follow it in its series.

    The others change their doctor only where this one does.
    """
    series = appointment.series
    if not wants_following(request, appointment) or series is None:
        return partial(holding.move, appointment)

    def move(*, starts_at: datetime, doctor: Doctor, by: User, version: int) -> None:
        series.move_from(
            appointment,
            starts_at=starts_at,
            doctor=doctor if doctor != appointment.doctor else None,
            by=by,
            version=version,
            replacing=replacements(request.POST, appointment.facility),
            leaving_out=left_out(request.POST),
        )

    return move


def canceller(request: DeskRequest, appointment: Appointment) -> Callable[..., None]:
    """Return what cancels the appointment: alone, or with all that follow it in its series."""
    if not wants_following(request, appointment) or appointment.series is None:
        return appointment.cancel
    return partial(appointment.series.cancel_from, appointment)


def lost(error: ValidationError) -> dict[str, Any]:
    """Return what the page shows of a move of several that clash; nothing of other refusals."""
    if not isinstance(error, SeriesClash):
        return {}
    message = _(
        "Some of the appointments cannot move, and nothing was moved. Choose for each of them, "
        "then move again; or press another time."
    )
    named = [(f"{CHOICE}{clash.index}", clash) for clash in error.clashes]
    return {"refusal": [message], "clashes": named}


def place_in_series(request: DeskRequest, appointment: Appointment) -> dict[str, Any]:
    """Return which of how many the appointment is, and the others that this person may see."""
    if appointment.series_id is None:
        return {}
    whole = Appointment.objects.filter(series=appointment.series_id).order_by("starts_at", "pk")
    numbers = {pk: number for number, pk in enumerate(whole.values_list("pk", flat=True), 1)}
    visible = whole.visible_to(request.user).select_related("doctor")
    return {
        "series_number": numbers[appointment.pk],
        "series_total": len(numbers),
        "series_visits": list(visible),
    }
