"""The visits of today with those whose charts one opens next."""

from collections import Counter
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from audit.kinds import Kind
from audit.reading import shows
from facilities.models import Facility
from records.models import Allergy, MedicalRecord
from records.scope import MAY_READ, charts_of
from scheduling.asked import LAST_FACILITY, number_in
from scheduling.calendars import local
from scheduling.flow import STATUSES
from scheduling.models import Appointment
from scheduling.status import Status
from scheduling.views.answers import DeskRequest

# Nothing was found where nobody came.
NO_NOTE = (Status.NOSHOW, Status.CANCELLED)


@require_safe
@permission_required([MAY_READ, "scheduling.view_appointment"], raise_exception=True)
def today(request: DeskRequest) -> HttpResponse:
    """Show who comes today: to a doctor their own visits, to a nurse all of the facility."""
    facilities = list(Facility.objects.visible_to(request.user).active())
    facility = chosen(request, facilities)
    if facility is None:
        return render(request, "scheduling/no_facility.html")
    now = timezone.now()
    day = local(now, facility).date()
    visits = list(
        Appointment.objects.visible_to(request.user)
        .filter(facility=facility, patient__isnull=False, status__in=STATUSES)
        .on_day(day, facility)
        .select_related("patient", "doctor", "room", "type")
    )
    shows(request, Kind.TODAY, {each.patient_id or 0 for each in visits})
    context = {"facility": facility, "facilities": facilities, "day": day, "now": now}
    context["rows"] = rows(request, visits)
    response = render(request, "records/today.html", context)
    response.set_cookie(LAST_FACILITY, str(facility.pk), httponly=True, samesite="Lax")
    patch_cache_control(response, private=True, no_store=True)
    return response


def chosen(request: DeskRequest, facilities: list[Facility]) -> Facility | None:
    """Return the facility that the address names, or the one looked at last, or the first."""
    asked = [request.GET.get("facility", ""), request.COOKIES.get(LAST_FACILITY, "")]
    for pk in map(number_in, asked):
        for each in facilities:
            if each.pk == pk:
                return each
    return facilities[0] if facilities else None


def rows(request: DeskRequest, visits: list[Appointment]) -> list[dict[str, Any]]:
    """Return each visit with the patient's active allergies and the reader's own note of it."""
    patients = [each.patient_id or 0 for each in visits]
    active = Allergy.objects.visible_to(request.user).active().filter(patient__in=patients)
    allergies = Counter(active.values_list("patient_id", flat=True))
    open_charts = set(charts_of(request.user).filter(pk__in=patients).values_list("pk", flat=True))
    own = MedicalRecord.objects.visible_to(request.user).in_force()
    own = own.filter(recorded_by=request.user, appointment__in=visits).order_by("pk")
    notes = {note.appointment_id: note for note in own}
    return [
        {
            "visit": each,
            "is_open": each.patient_id in open_charts,
            "allergies": allergies[each.patient_id or 0],
            "note": notes.get(each.pk),
            "may_write": each.status not in NO_NOTE,
        }
        for each in visits
    ]
