"""A patient's page: who they are, and all that this person may see around them."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from audit.kinds import Kind
from audit.reading import shows
from patients.contact_forms import ContactForm
from patients.duplicates import looks_like
from patients.models import ContactEntry, Patient, PatientMerge
from scheduling.asked import number_in
from scheduling.models import Appointment, AppointmentSeries, WaitlistEntry
from scheduling.recurrence import Weekly
from scheduling.status import HOLDING_TIME
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
    shows(request, Kind.PATIENT_PAGE, [patient.pk])
    waiting = WaitlistEntry.objects.visible_to(request.user).waiting().filter(patient=patient)
    merges = PatientMerge.objects.in_force().filter(into=patient).select_related("merged", "by")
    return {
        "patient": patient,
        "zone": patient.tz,
        "waiting": waiting.select_related("care_type", "doctor", "type", "facility").in_order(),
        "identifiers": patient.identifiers.all(),
        "series": series(request, patient),
        "merges": merges,
        "alike": looks_like(request.user, patient) if patient.is_active else [],
        **visits(request, patient),
        **contacts(request, patient),
    }


def visits(request: DeskRequest, patient: Patient) -> dict[str, Any]:
    now = timezone.now()
    # Doctors see their own appointments, which is not to say that there are no others.
    own_only = request.user.role == User.Role.DOCTOR
    own = (
        Appointment.objects.visible_to(request.user)
        .filter(patient=patient)
        .select_related("doctor", "facility", "type")
    )
    upcoming = list(own.holding_time().upcoming(now)[: MOST_SHOWN + 1])
    past = Paginator(own.over(now).besides_past_holds(), MOST_SHOWN).get_page(
        request.GET.get("past")
    )
    return {
        "upcoming": upcoming[:MOST_SHOWN],
        "more_upcoming": len(upcoming) > MOST_SHOWN,
        "past": past,
        "most_shown": MOST_SHOWN,
        "none_upcoming": _("No appointment is booked with you.")
        if own_only
        else _("No appointment is booked."),
        "none_over": _("No appointment yet with you.") if own_only else _("No appointment yet."),
    }


def series(request: DeskRequest, patient: Patient) -> list[Any]:
    """Return the repeated appointments, each with `every` how many weeks and how many `ahead`."""
    seen = AppointmentSeries.objects.visible_to(request.user).filter(patient=patient)
    coming = Q(appointments__starts_at__gte=timezone.now(), appointments__status__in=HOLDING_TIME)
    rows = seen.select_related("doctor", "facility", "type").order_by("-last_day", "-pk")
    found: list[Any] = list(rows.annotate(ahead=Count("appointments", filter=coming))[:MOST_SHOWN])
    for each in found:
        each.every = Weekly.parse(each.rule).interval
    return found


def contacts(request: DeskRequest, patient: Patient) -> dict[str, Any]:
    entries = ContactEntry.objects.visible_to(request.user).filter(patient=patient)
    entries = entries.select_related("by", "struck_by__by", "strikes")
    shown = Paginator(entries, MOST_SHOWN).get_page(request.GET.get("contacts"))
    older = entries.filter(pk=number_in(request.GET.get("correct", "")) or 0).first()
    return {"contacts": shown, "correcting": older, "contact_form": contact_form(patient, older)}


def contact_form(patient: Patient, older: ContactEntry | None) -> ContactForm:
    """Return the form for a new entry, filled in from the one that it is to correct."""
    names = ("channel", "direction", "at", "note")
    initial = {name: getattr(older, name) for name in names} | {"strikes": older} if older else {}
    entry = ContactEntry(patient=patient)
    with timezone.override(patient.tz):
        return ContactForm(entry=entry, initial={"at": None} | initial)
