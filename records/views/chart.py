"""The chart of a patient."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from patients.models import Patient
from records import chart
from records.forms import FINDINGS, DocumentForm, SummaryForm
from records.reading import reads
from scheduling.views.answers import DeskRequest


@require_safe
@reads("chart")
def detail(request: DeskRequest, patient: Patient) -> HttpResponse:
    return shown(request, patient)


def shown(
    request: DeskRequest,
    patient: Patient,
    *,
    form: Any = None,
    refusal: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the chart; a refused form stands open where it was typed."""
    context = page(request, patient) | {"refusal": refusal}
    if form is not None:
        context["forms"][form.kind] = form
    return render(request, "records/chart.html", context, status=status)


def page(request: DeskRequest, patient: Patient) -> dict[str, Any]:
    user, now = request.user, timezone.now()
    asked, summary = request.GET.get, chart.summary(user, patient)
    findings = {kind: chart.section(kind, user, patient, asked(kind)) for kind in chart.KINDS}
    return {
        "patient": patient,
        "patient_is_visible": Patient.objects.visible_to(user).filter(pk=patient.pk).exists(),
        "zone": patient.tz,
        "is_doctor": user.role == User.Role.DOCTOR,
        "summary": summary,
        "summaries": chart.other_summaries(user, patient, summary, asked("summaries")),
        "allergies": findings.pop("allergy"),
        "findings": list(findings.values()),
        "timeline": chart.timeline(user, patient, asked("page")),
        "drafts": chart.drafts(user, patient),
        "without_note": chart.without_note(user, patient, now),
        "documents": chart.documents(user, patient, asked("documents")),
        "forms": empty_forms(patient, summary),
    }


def empty_forms(patient: Patient, summary: Any) -> dict[str, Any]:
    forms: dict[str, Any] = {kind: form() for kind, form in FINDINGS.items()}
    known = {"since": summary.pk if summary else None}
    if summary:
        known |= {"blood_type": summary.blood_type, "history": summary.history}
    return forms | {"summary": SummaryForm(initial=known), "document": DocumentForm()}
