"""Uploading documents to a chart, and downloading them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from patients.models import Patient
from records.files import AS_A_FILE
from records.forms import DocumentForm
from records.models import Document
from records.reading import reads
from records.scope import facility_for
from records.uploading import CappedUpload
from records.views import chart
from records.views.answers import refusal_status
from records.views.rows import back
from scheduling.views.answers import DeskRequest


@csrf_exempt  # `taken` looks: whoever does so earlier has the file read before it is capped
@require_POST
def upload(request: DeskRequest, patient_id: int) -> HttpResponseBase:
    """Add a document."""
    request.upload_handlers = [CappedUpload(request)]
    return taken(request, patient_id=patient_id)


@csrf_protect
@reads("chart", needs="records.add_document")
def taken(request: DeskRequest, patient: Patient) -> HttpResponse:
    document = Document(patient=patient, recorded_by=request.user)
    form = DocumentForm(request.POST, request.FILES, instance=document)
    if not form.is_valid():
        return chart.shown(request, patient, form=form, status=422)
    try:
        document.facility = facility_for(request.user, patient)
        document.keep(form.cleaned_data["file"].read())
    except ValidationError as error:
        form.refuse(error)
        return chart.shown(request, patient, form=form, status=refusal_status(error))
    messages.success(request, _("The document is in the chart."))
    return back(patient, "document")


@require_safe
@reads("document")
def download(request: DeskRequest, patient: Patient, pk: int) -> FileResponse:
    return sent(request, patient, pk)


def sent(request: DeskRequest, patient: Patient, pk: int) -> FileResponse:
    """Answer with the file of a document of this chart, to be kept and not to be shown."""
    documents = Document.objects.visible_to(request.user).filter(patient=patient)
    document = get_object_or_404(documents, pk=pk)
    try:
        file = document.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        file,
        as_attachment=True,
        filename=document.file_name,
        content_type=document.content_type,
        headers=AS_A_FILE,
    )
