"""Adding to a patient's contact log, on the patient's page."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from facilities.conflicts import codes_of
from patients.contact_forms import ContactForm
from patients.models import ContactEntry, Patient
from scheduling.views import patient as patient_page
from scheduling.views.answers import CONFLICT, DeskRequest


@require_POST
@permission_required("patients.add_contactentry", raise_exception=True)
def add(request: DeskRequest, pk: int) -> HttpResponse:
    """Write an entry, which may strike an older one; a refusal keeps what was typed."""
    patients = Patient.objects.visible_to(request.user)
    patient = get_object_or_404(patients.select_related("facility", "merged_into"), pk=pk)
    entry = ContactEntry(patient=patient, by=request.user)
    with timezone.override(patient.tz):
        form = ContactForm(request.POST, entry=entry)
        if not form.is_valid():
            return refused(request, patient, form, 422)
    try:
        entry.add()
    except ValidationError as error:
        form.add_error(NON_FIELD_ERRORS, error.messages)
        return refused(
            request, patient, form, CONFLICT if "struck_already" in codes_of(error) else 422
        )
    messages.success(request, _("Noted in the contact log."))
    return redirect(f"{patient.get_absolute_url()}#contacts")


def refused(request: DeskRequest, patient: Patient, form: ContactForm, status: int) -> HttpResponse:
    context = patient_page.page(request, patient) | {"contact_form": form}
    return render(request, "scheduling/patient.html", context, status=status)
