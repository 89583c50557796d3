"""A patient's page: who they are, and their appointments that this person may see."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from patients.models import Patient
from scheduling.models import Appointment, WaitlistEntry
from scheduling.views.answers import DeskRequest

MOST_SHOWN = 20


@require_safe
@permission_required("patients.view_patient", raise_exception=True)
def detail(request: DeskRequest, pk: int) -> HttpResponse:
    patients = Patient.objects.visible_to(request.user).select_related(
        "facility", "assigned_doctor", "merged_into"
    )
    patient = get_object_or_404(patients, pk=pk)
    return render(request, "scheduling/patient.html", page(request, patient))


def page(request: DeskRequest, patient: Patient) -> dict[str, Any]:
    now = timezone.now()
    # Doctors see their own appointments, which is not to say that there are no others.
    whose = " with you" if request.user.role == User.Role.DOCTOR else ""
    own = (
        Appointment.objects.visible_to(request.user)
        .filter(patient=patient)
        .select_related("doctor", "facility", "type")
    )
    upcoming, past = (
        list(own.holding_time().upcoming(now)[: MOST_SHOWN + 1]),
        list(own.over(now).besides_past_holds()[: MOST_SHOWN + 1]),
    )
    waiting = WaitlistEntry.objects.visible_to(request.user).waiting().filter(patient=patient)
    return {
        "patient": patient,
        "waiting": waiting.select_related("care_type", "doctor", "type", "facility").in_order(),
        "identifiers": patient.identifiers.all(),
        "upcoming": upcoming[:MOST_SHOWN],
        "past": past[:MOST_SHOWN],
        "more_upcoming": len(upcoming) > MOST_SHOWN,
        "more_past": len(past) > MOST_SHOWN,
        "most_shown": MOST_SHOWN,
        "none_upcoming": f"No appointment is booked{whose}.",
        "none_over": f"No appointment yet{whose}.",
    }
