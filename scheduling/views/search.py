"""The search box of every page: patients and doctors, with what is done next with them.

What is looked for travels by POST alone. While somebody types, the answer is a list for the box;
without JavaScript it is a page.
"""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from facilities.models import Doctor
from patients.models import Patient
from patients.search import LONGEST_TEXT
from scheduling.models import Appointment
from scheduling.views.answers import DeskRequest

PATIENTS_AT_ONCE, DOCTORS_AT_ONCE = 6, 3
MOST_WORDS = 6


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("patients.view_patient", raise_exception=True)
def search(request: DeskRequest) -> HttpResponse:
    """Show the box on a page of its own, or whom it found."""
    context = found(request, request.POST.get("q", "").replace("\0", "")[: LONGEST_TEXT + 1])
    template = "scheduling/_search_list.html" if request.htmx else "scheduling/search.html"
    return render(request, template, context)


def found(request: DeskRequest, text: str) -> dict[str, Any]:
    is_search = bool(text.strip())
    people = patients(request, text) if is_search else []
    return {
        "text": text,
        "is_search": is_search,
        "people": people[:PATIENTS_AT_ONCE],
        "has_more": len(people) > PATIENTS_AT_ONCE,
        "doctors": doctors(request, text) if is_search else [],
    }


def patients(request: DeskRequest, text: str) -> list[Patient]:
    """Return the patients found, each with `next_visit`: an appointment that is still to come."""
    people = Patient.objects.visible_to(request.user).search(text, limit=PATIENTS_AT_ONCE + 1)
    coming = Appointment.objects.visible_to(request.user).expected(timezone.now())
    first = coming.filter(patient__in=people).order_by("patient_id", "starts_at", "pk")
    first = first.distinct("patient_id").select_related("doctor", "facility")
    visits = {visit.patient_id: visit for visit in first} if people else {}
    for person in people:
        person.next_visit = visits.get(person.pk)  # type: ignore[attr-defined]
    return people


def doctors(request: DeskRequest, text: str) -> list[Doctor]:
    """Return the doctors whose name or specialization holds every word."""
    words = text.replace(",", " ").split()[:MOST_WORDS]
    whose = Doctor.objects.visible_to(request.user).active()
    for word in words:
        whose = whose.filter(Q(name__icontains=word) | Q(specialization__icontains=word))
    return list(whose.order_by("name", "pk")[:DOCTORS_AT_ONCE]) if words else []
