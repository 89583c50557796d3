"""Adding to a chart, ending what is over, and marking what is wrong."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from patients.models import Patient
from records.chart import KINDS
from records.forms import FINDINGS, ReasonForm, SummaryForm
from records.models import Document, HealthSummary, MedicalRecord
from records.reading import reads
from records.scope import facility_for
from records.views import chart
from records.views.answers import refusal_status, set_again
from scheduling.views.answers import DeskRequest

MODELS: dict[str, Any] = {kind: model for kind, (model, _words) in KINDS.items()} | {
    "document": Document,
    "healthsummary": HealthSummary,
    "medicalrecord": MedicalRecord,
}


@require_POST
@reads("chart", needs="records.add_{kind}")
def add(request: DeskRequest, patient: Patient, kind: str) -> HttpResponse:
    """Add an allergy, a condition or a medication."""
    row = MODELS[kind](patient=patient, recorded_by=request.user)
    try:
        row.facility = facility_for(request.user, patient)
    except ValidationError as error:
        return chart.shown(request, patient, refusal=error.messages, status=422)
    form = FINDINGS[kind](request.POST, instance=row)
    if not form.is_valid():
        return chart.shown(request, patient, form=form, status=422)
    try:
        row.record()
    except ValidationError as error:
        form.refuse(error)
        return chart.shown(request, patient, form=form, status=refusal_status(error))
    messages.success(request, _("Added to the chart."))
    return back(patient, kind)


@require_POST
@reads("chart", needs="records.add_healthsummary")
def summarise(request: DeskRequest, patient: Patient) -> HttpResponse:
    """Save the health summary in the place of the one that was read."""
    summary = HealthSummary(patient=patient, recorded_by=request.user)
    form = SummaryForm(request.POST, instance=summary)
    if not form.is_valid():
        return chart.shown(request, patient, form=form, status=422)
    try:
        summary.facility = facility_for(request.user, patient)
        summary.replace(form.cleaned_data["since"])
    except ValidationError as error:
        form.refuse(error)
        stored = HealthSummary.objects.of(patient)
        set_again(form, "since", stored.pk if stored else "")
        return chart.shown(request, patient, form=form, status=refusal_status(error))
    messages.success(request, _("The summary is saved."))
    return back(patient, "summary")


@require_POST
@reads("chart", needs="records.change_{kind}")
def end(request: DeskRequest, patient: Patient, kind: str, pk: int) -> HttpResponse:
    """Say that an allergy or a condition is resolved, or a medication stopped, as of now."""
    row = get_object_or_404(of_chart(request, patient, kind), pk=pk)
    now = timezone.now()
    at = now if row.END == "stops_at" else timezone.localdate(now, timezone=patient.tz)
    try:
        row.end(at, by=request.user)
    except ValidationError as error:
        status = refusal_status(error)
        return chart.shown(request, patient, refusal=error.messages, status=status)
    messages.success(request, _("Saved. It is kept below what is current."))
    return back(patient, kind)


@require_http_methods(["GET", "HEAD", "POST"])
@reads("chart", needs="records.add_{kind}")
def error(request: DeskRequest, patient: Patient, kind: str, pk: int) -> HttpResponse:
    """Mark a row as entered in error, with a reason."""
    row = get_object_or_404(of_chart(request, patient, kind), pk=pk)
    form = ReasonForm(request.POST or None)
    status = 200 if request.method != "POST" else 422
    if request.method == "POST" and form.is_valid():
        try:
            row.mark_entered_in_error(by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as refused:
            form.add_error(None, refused.messages)
            status = refusal_status(refused)
        else:
            messages.success(request, _("Marked as entered in error. It stays to be read."))
            return back(patient, kind)
    context = {"patient": patient, "zone": patient.tz, "row": row, "kind": kind, "form": form}
    return render(request, "records/in_error.html", context, status=status)


def of_chart(request: DeskRequest, patient: Patient, kind: str) -> Any:
    rows = MODELS[kind].objects.visible_to(request.user).filter(patient=patient)
    return rows.select_related("recorded_by", "facility")


def back(patient: Patient, anchor: str) -> HttpResponse:
    return redirect(f"{reverse('records:chart', args=[patient.pk])}#{anchor}")
