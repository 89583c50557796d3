"""Writing, signing, reading and amending notes."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from patients.models import Patient
from records.chart import KINDS
from records.forms import NoteForm, ReasonForm
from records.models import Allergy, MedicalRecord
from records.reading import reads
from records.scope import facility_for
from records.views import chart
from records.views.answers import refusal_status, set_again
from scheduling.asked import number_in
from scheduling.models import Appointment
from scheduling.views.answers import CONFLICT, DeskRequest


@require_POST
@reads("chart", needs="records.add_medicalrecord")
def begin(request: DeskRequest, patient: Patient) -> HttpResponse:
    """Open the doctor's draft of a visit, or begin one; without a visit, begin a free one."""
    visit = None
    if "appointment" in request.POST:
        visits = Appointment.objects.visible_to(request.user).filter(patient=patient)
        pk = number_in(request.POST["appointment"]) or 0
        visit = get_object_or_404(visits.select_related("facility"), pk=pk)
    try:
        facility = visit.facility if visit else facility_for(request.user, patient)
        draft = MedicalRecord.objects.begin_or_go_on(
            patient=patient, facility=facility, by=request.user, appointment=visit
        )
    except ValidationError as error:
        status = refusal_status(error)
        return chart.shown(request, patient, refusal=error.messages, status=status)
    return redirect(draft)


@require_http_methods(["GET", "HEAD", "POST"])
@reads("note")
def note(request: DeskRequest, patient: Patient, pk: int) -> HttpResponse:
    """Show a note: a draft to be written, saved and signed; a signed one to be read."""
    record = visible_note(request, patient, pk)
    if request.method == "POST":
        return write(request, patient, record)
    form = NoteForm(draft=record) if is_open(record) else None
    return shown(request, patient, record, form=form)


def write(request: DeskRequest, patient: Patient, record: MedicalRecord) -> HttpResponse:
    if record.recorded_by_id != request.user.pk:
        raise Http404
    form = NoteForm(request.POST, draft=record)
    if not form.is_valid():
        return shown(request, patient, record, form=form, status=422)
    signs = "sign" in request.POST
    operation = record.sign if signs else record.save_draft
    try:
        operation(by=request.user, revision=form.cleaned_data["revision"], **form.texts)
    except ValidationError as error:
        stored = visible_note(request, patient, record.pk)
        status = refusal_status(error)
        form.add_error(None, error.messages)
        set_again(form, "revision", stored.revision)
        return shown(request, patient, stored, form=form, status=status)
    words = _("The note is signed.") if signs else _("The draft is saved.")
    messages.success(request, words)
    return redirect(record)


@require_POST
@reads("note", needs="records.add_medicalrecord")
def amend(request: DeskRequest, patient: Patient, pk: int) -> HttpResponse:
    """Begin the next version of a signed note, for a reason."""
    record = visible_note(request, patient, pk)
    reason = ReasonForm(request.POST)
    if not reason.is_valid():
        return shown(request, patient, record, reason=reason, status=422)
    try:
        draft = MedicalRecord.objects.amend_or_go_on(
            record, reason=reason.cleaned_data["reason"], by=request.user
        )
    except ValidationError as error:
        reason.add_error(None, error.messages)
        return shown(request, patient, record, reason=reason, status=refusal_status(error))
    return redirect(draft)


@require_http_methods(["GET", "HEAD", "POST"])
@reads("note", needs="records.add_medicalrecord")
def discard(request: DeskRequest, patient: Patient, pk: int) -> HttpResponse:
    """Ask first, then give up one's own draft."""
    record, refusal, status = visible_note(request, patient, pk), "", 200
    if record.recorded_by_id != request.user.pk:
        raise Http404
    if request.method == "POST":
        try:
            record.discard(by=request.user)
        except ValidationError as error:
            refusal, status = " ".join(error.messages), refusal_status(error)
        else:
            messages.success(request, _("The draft is discarded."))
            return redirect(f"{reverse('records:chart', args=[patient.pk])}#notes")
    elif not is_open(record):
        return redirect(record)
    context = {"patient": patient, "record": record, "refusal": refusal}
    return render(request, "records/discard.html", context, status=status)


def shown(
    request: DeskRequest,
    patient: Patient,
    record: MedicalRecord,
    *,
    form: NoteForm | None = None,
    reason: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    seen = MedicalRecord.objects.visible_to(request.user).filter(patient=patient)
    versions = list(seen.versions_of(record).select_related("doctor", "error_by"))
    newest = next((each for each in versions if each.is_signed and not each.is_in_error), None)
    is_overtaken = is_open(record) and record.amends_id is not None and newest != record.amends
    shows_stored = form is not None and status == CONFLICT and not is_overtaken
    context: dict[str, Any] = {
        "patient": patient,
        "zone": record.facility.tz,
        "record": record,
        "form": form,
        "reason": reason or ReasonForm(),
        "stored": texts_of(record) if shows_stored else [],
        "versions": [each for each in versions if each != record],
        "newest": newest,
        "is_newest": newest == record,
        "is_overtaken": is_overtaken,
        "allergies": Allergy.objects.visible_to(request.user).filter(patient=patient).active(),
        "allergy_words": KINDS["allergy"][1],
    }
    return render(request, "records/note.html", context, status=status)


def texts_of(record: MedicalRecord) -> list[tuple[str, str]]:
    """Return the name and the text of each part of a note that says something."""
    labels = {each.name: each.verbose_name for each in MedicalRecord._meta.fields}  # noqa: SLF001
    return [(str(labels[name]), text) for name, text in record.texts.items() if text]


def is_open(record: MedicalRecord) -> bool:
    return not record.is_signed and not record.is_in_error


def visible_note(request: DeskRequest, patient: Patient, pk: int) -> MedicalRecord:
    notes = MedicalRecord.objects.visible_to(request.user).filter(patient=patient)
    related = notes.select_related("doctor", "facility", "appointment", "error_by", "amends")
    return get_object_or_404(related, pk=pk)
