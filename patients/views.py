"""Finding, registering and editing patients. What is searched for travels by POST alone, so that
no name or date of birth stands in an address, a log or a browser's history."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from facilities.models import Facility
from patients.forms import PatientForm
from patients.listing import ListFilter, page_of
from patients.models import Patient
from patients.search import LONGEST_TEXT

MOST_SHOWN = 25


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("patients.view_patient", raise_exception=True)
def patient_list(request: HttpRequest) -> HttpResponse:
    """Show a page of the patients, or, to a POST, whom the search found.

    A POST that names nobody and no date of birth holds nothing private: it becomes an address.
    """
    chosen = ListFilter(request.POST or request.GET, user=signed_in(request))
    if request.method == "POST" and not any(request.POST.get(n, "").strip() for n in ("q", "born")):
        return redirect(f"{reverse('patients:list')}?{chosen.address}".rstrip("?"))
    if not chosen.is_valid() and set(chosen.errors) - {"born"}:
        raise Http404
    status = 200 if chosen.is_valid() else 422
    return render(request, "patients/list.html", found(request, chosen), status=status)


@require_POST
@permission_required("patients.view_patient", raise_exception=True)
def find(request: HttpRequest) -> HttpResponse:
    """Answer the search field while somebody types: the rows found."""
    chosen = ListFilter(request.POST, user=signed_in(request))
    if not chosen.is_valid() and set(chosen.errors) - {"born"}:
        raise Http404
    return render(request, "patients/_results.html", found(request, chosen))


@require_POST
@permission_required("patients.add_patient", raise_exception=True)
def alike(request: HttpRequest) -> HttpResponse:
    """Answer the registration form while somebody types: who may be registered already."""
    form = PatientForm(request.POST, user=signed_in(request))
    form.is_valid()
    return render(request, "patients/_alike.html", {"alike": duplicates(request, form)})


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
        told = _("Registered: %(patient)s, MRN %(mrn)s.")
        messages.success(request, told % {"patient": patient, "mrn": patient.mrn})
        return redirect(patient)
    return edited(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("patients.change_patient", raise_exception=True)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    patient = get_object_or_404(Patient.objects.visible_to(signed_in(request)), pk=pk)
    form = PatientForm(request.POST or None, user=signed_in(request), instance=patient)
    if request.method == "POST" and form.save_or_explain():
        messages.success(request, _("Saved: %(patient)s.") % {"patient": form.instance})
        if form.taken_over:
            told = _("A colleague’s changes meanwhile are kept too: %(fields)s.")
            messages.info(request, told % {"fields": ", ".join(form.taken_over)})
        return redirect(patient)
    return edited(request, form)


def signed_in(request: HttpRequest) -> User:
    """Return who acts; the middleware has let nobody in who is not signed in."""
    return cast("User", request.user)


def found(request: HttpRequest, chosen: ListFilter) -> dict[str, Any]:
    text = request.POST.get("q", "").replace("\0", "")[: LONGEST_TEXT + 1]
    context = {"text": text, "filter": chosen, "most_shown": MOST_SHOWN}
    if not chosen.is_valid():
        return context | {"patients": [], "is_search": True}
    patients = chosen.narrowed(Patient.objects.visible_to(signed_in(request)))
    if text.strip():
        people = patients.search(text, limit=MOST_SHOWN + 1)
        more = {"has_more": len(people) > MOST_SHOWN}
        return context | more | {"patients": people[:MOST_SHOWN], "is_search": True}
    begin = request.POST if request.method == "POST" else request.GET
    page = page_of(patients, chosen.cleaned_data["sort"], begin)
    return context | {
        "patients": page.rows,
        "page": page,
        "is_search": bool(chosen.address or chosen.cleaned_data["born"]),
        "is_posted": bool(chosen.cleaned_data["born"]),
    }


def duplicates(request: HttpRequest, form: PatientForm) -> list[Patient]:
    typed = form.cleaned_data
    return Patient.objects.visible_to(signed_in(request)).likely_duplicates(
        typed.get("given_name") or "",
        typed.get("family_name") or "",
        typed.get("date_of_birth"),
        str(typed.get("phone") or ""),
    )


def edited(
    request: HttpRequest, form: PatientForm, alike: list[Patient] | None = None
) -> HttpResponse:
    """Render the form, as 422 when it was refused, and as 409 over somebody else's change."""
    patient = Patient.objects.filter(pk=form.instance.pk).first()
    context = {"form": form, "patient": patient, "alike": alike or []}
    refused = 409 if form.is_conflict else 422
    status = refused if request.method == "POST" else 200
    return render(request, "patients/edit.html", context, status=status)
