"""The week of one doctor at a facility."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from facilities.models import Doctor, Facility
from scheduling.agenda import doctor_days, doctors_on
from scheduling.asked import number_in
from scheduling.availability import Period, day_bounds
from scheduling.models import Appointment
from scheduling.views import live
from scheduling.views.answers import DeskRequest
from scheduling.views.frame import framed, fresh, show
from scheduling.week import ONE_WEEK, days_of_week, laid_out

LAST_DOCTOR = "last_doctor"


@require_safe
@permission_required("scheduling.view_appointment", raise_exception=True)
def week(request: DeskRequest, facility_id: int) -> HttpResponse:
    """Lead to the week of the doctor looked at last, of oneself, or of the first by name."""
    context = framed(request, facility_id, "week")
    doctors = doctors_on(context["facility"], *_ends(context["day"]))
    if not doctors:
        nothing = {"doctors": [], "live_url": ""}
        return show(request, "week", context | _around(context["day"]) | nothing)
    last = number_in(request.COOKIES.get(LAST_DOCTOR, ""))
    wanted = [each for each in doctors if each.pk == last]
    wanted += [each for each in doctors if each.user_id == request.user.pk]
    address = reverse("scheduling:week-of", args=[facility_id, (wanted or doctors)[0].pk])
    query = request.GET.urlencode()
    return redirect(f"{address}?{query}" if query else address)


@require_safe
@permission_required("scheduling.view_appointment", raise_exception=True)
def week_of(request: DeskRequest, facility_id: int, doctor_id: int) -> HttpResponse:
    """Show a week of a doctor; `?for=` books for a patient."""
    response = fresh(
        request, facility_id, "week", lambda: _content(request, facility_id, doctor_id)
    )
    if not live.is_poll(request):
        response.set_cookie(LAST_DOCTOR, str(doctor_id), httponly=True, samesite="Lax")
    return response


def _content(request: DeskRequest, facility_id: int, doctor_id: int) -> dict[str, Any]:
    context = framed(request, facility_id, "week")
    facility, day = context["facility"], context["day"]
    doctors = doctors_on(facility, *_ends(day))
    doctor = next((each for each in doctors if each.pk == doctor_id), None)
    doctor = doctor or _known_here(facility, doctor_id)
    context |= _around(day) | _shown(request, facility, doctor, day, context["now"])
    return context | {"doctor": doctor, "doctors": doctors}


def _ends(day: date) -> tuple[date, date]:
    days = days_of_week(day)
    return days[0], days[-1]


def _around(day: date) -> dict[str, Any]:
    first, last = _ends(day)
    return {
        "first": first,
        "last": last,
        "previous_day": day - ONE_WEEK,
        "next_day": day + ONE_WEEK,
    }


def _known_here(facility: Facility, doctor_id: int) -> Doctor:
    """Return a doctor who works or has worked here, or raise Http404."""
    here = Q(facilities=facility) | Q(appointments__facility=facility)
    return get_object_or_404(Doctor.objects.filter(here).distinct(), pk=doctor_id)


def _shown(
    request: DeskRequest, facility: Facility, doctor: Doctor, day: date, now: datetime
) -> dict[str, Any]:
    first, last = _ends(day)
    period = Period(day_bounds(first, facility.tz).starts_at, day_bounds(last, facility.tz).ends_at)
    visible = Appointment.objects.visible_to(request.user).overlapping(period)
    visible = visible.filter(facility=facility, doctor=doctor)
    status = Appointment.Status
    dropped = visible.filter(
        status__in=[status.CANCELLED, status.NOSHOW], patient__isnull=False
    ).select_related("patient")
    return {
        "week": laid_out(
            facility,
            doctor_days(facility, [doctor], first, last),
            visible=set(visible.values_list("pk", flat=True)),
            now=now,
        ),
        "dropped": dropped,
    }
