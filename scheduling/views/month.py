"""The overview of a month at a facility."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from scheduling.agenda import doctors_on
from scheduling.asked import number_in
from scheduling.models import Appointment
from scheduling.month import days_of_month, loads, weeks
from scheduling.views.answers import DeskRequest
from scheduling.views.frame import framed, fresh, kept
from scheduling.week import days_of_week


@require_safe
@permission_required("scheduling.view_appointment", raise_exception=True)
def month(request: DeskRequest, facility_id: int) -> HttpResponse:
    """Show how full each day of a month is, for everybody here or for one `?doctor=`.

    The visits are counted whoever may read them, as the board shows to everybody that time is
    taken.
    """
    return fresh(request, facility_id, "month", lambda: _content(request, facility_id))


def _content(request: DeskRequest, facility_id: int) -> dict[str, Any]:
    context = framed(request, facility_id, "month")
    facility, days = context["facility"], days_of_month(context["day"])
    doctors = doctors_on(facility, days[0], days[-1])
    wanted = number_in(request.GET.get("doctor", ""))
    doctor = next((each for each in doctors if each.pk == wanted), None)
    counted = Appointment.objects.at_facilities_of(request.user)
    found = loads(facility, [doctor] if doctor else doctors, days, counted)
    shown = {
        "doctors": doctors,
        "doctor": doctor,
        "first": days[0],
        "weeks": weeks(found),
        "weekdays": days_of_week(days[0]),
        "visits": sum(each.visits for each in found),
        "previous_day": (days[0] - timedelta(days=1)).replace(day=1),
        "next_day": days[-1] + timedelta(days=1),
    }
    return context | kept(doctor=doctor and doctor.pk) | shown
