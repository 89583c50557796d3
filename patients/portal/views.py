"""What the clinic knows of how to reach a patient."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from audit.kinds import Kind
from audit.reading import shows
from patients.models import Patient
from patients.portal.forms import ContactForm
from patients.portal.own import for_patients


@require_http_methods(["GET", "HEAD", "POST"])
@for_patients("patients.change_patient")
def details(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Show their details and change how to reach them; the desk changes the rest."""
    data = request.POST if request.method == "POST" else None
    form = ContactForm(data, instance=patient)
    status = 200
    if request.method == "POST":
        if form.is_valid() and form.saved(cast("User", request.user)):
            messages.success(request, _("Saved. The clinic reaches you there from now on."))
            return redirect("portal:details")
        status = 409 if form.has_error("__all__", "stale") else 422
    shows(request, Kind.PATIENT_FORM, [patient.pk])
    stored = Patient.objects.select_related("facility", "assigned_doctor").get(pk=patient.pk)
    context: dict[str, Any] = {"patient": stored, "form": form}
    if status == 409:
        # The desk was quicker: what stands there now is what they begin from.
        context |= {"form": ContactForm(instance=stored), "refusal": form.non_field_errors()}
    return render(request, "portal/details.html", context, status=status)
