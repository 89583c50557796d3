"""Finding, registering and editing patients. What is searched for travels by POST alone, so that
no name or date of birth stands in an address, a log or a browser's history."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from facilities.models import Facility
from patients.forms import PatientForm
from patients.models import Patient
from patients.search import LONGEST_TEXT

MOST_SHOWN = 25


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("patients.view_patient", raise_exception=True)
def patient_list(request: HttpRequest) -> HttpResponse:
    """Show who was registered last, or, to a POST, whom the search found."""
    return render(request, "patients/list.html", found(request))


@require_POST
@permission_required("patients.view_patient", raise_exception=True)
def find(request: HttpRequest) -> HttpResponse:
    """Answer the search field while somebody types: the rows found."""
    return render(request, "patients/_results.html", found(request))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("patients.add_patient", raise_exception=True)
def new(request: HttpRequest) -> HttpResponse:
    """Register a patient; somebody who looks the same is shown before a second press registers."""
    own = Facility.objects.visible_to(signed_in(request)).active().first()
    form = PatientForm(request.POST or None, user=signed_in(request), initial={"facility": own})
    if request.method != "POST" or not form.is_valid():
        return edited(request, form)
    alike = duplicates(request, form)
    if {str(patient.pk) for patient in alike} - set(request.POST.getlist("seen")):
        return edited(request, form, alike)
    if patient := form.save_or_explain():
        messages.success(request, f"Registered: {patient}, MRN {patient.mrn}.")
        return redirect(patient)
    return edited(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("patients.change_patient", raise_exception=True)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    patient = get_object_or_404(Patient.objects.visible_to(signed_in(request)), pk=pk)
    form = PatientForm(request.POST or None, user=signed_in(request), instance=patient)
    if request.method == "POST" and form.save_or_explain():
        messages.success(request, f"Saved: {patient}.")
        return redirect(patient)
    return edited(request, form)


def signed_in(request: HttpRequest) -> User:
    """Return who acts; the middleware has let nobody in who is not signed in."""
    return cast("User", request.user)


def found(request: HttpRequest) -> dict[str, Any]:
    patients = Patient.objects.visible_to(signed_in(request))
    text = request.POST.get("q", "").replace("\0", "")[: LONGEST_TEXT + 1]
    if text.strip():
        people = patients.search(text, limit=MOST_SHOWN + 1)
    else:
        people = list(patients.select_related("facility").order_by("-pk")[: MOST_SHOWN + 1])
    return {
        "text": text,
        "is_search": bool(text.strip()),
        "patients": people[:MOST_SHOWN],
        "has_more": len(people) > MOST_SHOWN,
        "most_shown": MOST_SHOWN,
    }


def duplicates(request: HttpRequest, form: PatientForm) -> list[Patient]:
    typed = form.cleaned_data
    return Patient.objects.visible_to(signed_in(request)).likely_duplicates(
        typed["given_name"], typed["family_name"], typed["date_of_birth"], str(typed["phone"])
    )


def edited(
    request: HttpRequest, form: PatientForm, alike: list[Patient] | None = None
) -> HttpResponse:
    """Render the form, as 422 when it was refused."""
    patient = Patient.objects.filter(pk=form.instance.pk).first()
    context = {"form": form, "patient": patient, "alike": alike or []}
    status = 422 if request.method == "POST" else 200
    return render(request, "patients/edit.html", context, status=status)
