"""What the clinic has found of a patient, as they read it themselves."""

from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from patients.models import Patient
from records import chart
from records.models import MedicalRecord
from records.reading import reads_own
from records.views.documents import sent
from scheduling.views.answers import DeskRequest

# How patients read what the chart calls otherwise.
WORDS = {
    "allergy": (_("No allergy is recorded. Tell the clinic if you have one."), _("No longer so")),
    "condition": (_("No condition is recorded."), _("No longer so")),
    "medication": (_("No medication is recorded."), _("No longer taken")),
}


@require_safe
@reads_own("chart")
def records(request: DeskRequest, patient: Patient) -> HttpResponse:
    user, asked = request.user, request.GET.get
    context: dict[str, Any] = {
        "patient": patient,
        "zone": patient.tz,
        "sections": [
            (chart.section(kind, user, patient, asked(kind)), *words)
            for kind, words in WORDS.items()
        ],
        "summary": chart.summary(user, patient),
        "timeline": chart.timeline(user, patient, asked("page")),
        "documents": chart.documents(user, patient, asked("documents")),
    }
    return render(request, "portal/records.html", context)


@require_safe
@reads_own("note")
def note(request: DeskRequest, patient: Patient, pk: int) -> HttpResponse:
    own = MedicalRecord.objects.visible_to(request.user).filter(patient=patient)
    record = get_object_or_404(own.select_related("doctor", "facility", "appointment"), pk=pk)
    context = {"record": record, "patient": patient, "zone": patient.tz}
    return render(request, "portal/note.html", context)


@require_safe
@reads_own("document", needs="records.view_document")
def document(request: DeskRequest, patient: Patient, pk: int) -> FileResponse:
    return sent(request, patient, pk)
