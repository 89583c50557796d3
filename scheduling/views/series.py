"""Booking a series: say how it repeats, look at every date, book them all."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from scheduling import holding
from scheduling.board import iso_instant
from scheduling.calendars import local
from scheduling.clashes import Clash, SeriesClash
from scheduling.models import Appointment, AppointmentSeries
from scheduling.views.answers import DeskRequest, in_panel, refusal_status
from scheduling.views.board import back_to_board, board_url, visible_facility
from scheduling.views.series_plan import Plan, Row, booked_already


@require_http_methods(["GET", "POST"])
@permission_required("scheduling.book_series", raise_exception=True)
def book(request: DeskRequest, facility_id: int) -> HttpResponse:
    """Show the form; show the dates it comes to, with what is free; book the dates shown."""
    plan = Plan(request, visible_facility(request, facility_id))
    if request.method == "POST":
        # The first date is looked at like all the others, and not held any more.
        holding.let_go(request.user, plan.slot)
    if not plan.is_begun:
        return page(request, plan)
    try:
        return answer(request, plan)
    except ValidationError as error:
        return page(request, plan, refusal=error.messages, status=refusal_status(error))


def answer(request: DeskRequest, plan: Plan) -> HttpResponse:
    """Do what the pressed button says; what concerns the whole series is a ValidationError."""
    if plan.who.is_looking and not plan.was_shown:
        return page(request, plan)
    if not plan.is_valid:
        return page(request, plan, plan.rows() if plan.was_shown else None, status=422)
    if "book" in request.POST and plan.was_shown and not plan.who.is_looking:
        return save(request, plan)
    return page(request, plan, plan.rows(foreseen(plan)))


def foreseen(plan: Plan) -> list[Clash]:
    """Return which dates clash, which is known once the patient is."""
    if not plan.who.chosen:
        return []
    wanted = plan.wanted(plan.who.chosen) | plan.choices
    return AppointmentSeries.objects.foreseen(**wanted, details=plan.details)


def save(request: DeskRequest, plan: Plan) -> HttpResponse:
    """Book all the dates; when some are lost meanwhile, show them all again with what is free."""
    if already := booked_already(plan):
        return booked(request, already)
    patient = plan.who.settle()
    if patient is None:
        return page(request, plan, plan.rows(), status=422)
    try:
        wanted = plan.wanted(patient) | plan.choices
        series = AppointmentSeries.objects.book(**wanted, details=plan.details)
    except SeriesClash as error:
        lost = _(
            "Some of these times cannot be had, and nothing was booked. Choose for each of them "
            "below, then book again."
        )
        return page(request, plan, plan.rows(error.clashes), [lost], refusal_status(error))
    return booked(request, series.appointments.earliest("starts_at"))


def booked(request: DeskRequest, first: Appointment) -> HttpResponse:
    count = Appointment.objects.filter(series=first.series_id).count()
    start = date_format(local(first.starts_at, first.facility), "WEEKDAY_TIME_FORMAT")
    words = ngettext(
        "Booked: %(count)s appointment with %(doctor)s, the first on %(start)s.",
        "Booked: %(count)s appointments with %(doctor)s, the first on %(start)s.",
        count,
    )
    messages.success(request, words % {"count": count, "doctor": first.doctor, "start": start})
    return back_to_board(request, first)


def page(
    request: DeskRequest,
    plan: Plan,
    rows: list[Row] | None = None,
    refusal: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "facility": plan.facility,
        "slot": plan.slot,
        "who": plan.who,
        "visit": plan.visit,
        "repeat": plan.repeat,
        "rows": rows,
        "count": sum(row.is_booked for row in rows or []),
        "is_checked": plan.who.chosen is not None,
        "refusal": refusal,
        "here": address(plan),
        "board_url": board_url(plan.facility, plan.slot.local_start.date()),
    }
    return in_panel(request, "series", context, status)


def address(plan: Plan) -> str:
    """Return the form's own address, so that reloading or signing in again leads back to it."""
    query = {"doctor": plan.slot.doctor.pk, "starts_at": iso_instant(plan.slot.starts_at)}
    if plan.who.chosen:
        query["for"] = plan.who.chosen.pk
    return f"{reverse('scheduling:book-series', args=[plan.facility.pk])}?{urlencode(query)}"
