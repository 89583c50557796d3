"""The waitlist: who waits, putting a patient on it, changing an entry, taking it off."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from patients.models import Patient
from scheduling.models import WaitlistEntry
from scheduling.views.answers import DeskRequest, refusal_status
from scheduling.waitlist_forms import RemoveForm, WaitlistFilter, WaitlistForm
from scheduling.waitlist_querysets import WaitlistQuerySet

PER_PAGE = 50


@require_safe
@permission_required("scheduling.view_waitlistentry", raise_exception=True)
def waitlist(request: DeskRequest) -> HttpResponse:
    """List who waits, the most pressing first; another facility's list is not found."""
    chosen = WaitlistFilter(request.GET, user=request.user)
    if not chosen.is_valid():
        raise Http404
    entries = chosen_entries(request, chosen.cleaned_data)
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    kept = {name: value for name, value in request.GET.items() if name in chosen.fields and value}
    context = {
        "filter": chosen,
        "is_filtered": bool(kept),
        "page": page,
        "kept": urlencode(kept),
        "today": timezone.localdate(),
    }
    return render(request, "scheduling/waitlist.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("scheduling.add_waitlistentry", raise_exception=True)
def add(request: DeskRequest, pk: int) -> HttpResponse:
    """Put a patient on the waitlist."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk)
    near = {"facility": patient.facility_id}
    form = WaitlistForm(request.POST or None, user=request.user, initial=near)
    if request.method != "POST":
        return edited(request, form, patient)
    if not form.is_valid():
        return edited(request, form, patient, status=422)
    try:
        entry = WaitlistEntry.objects.add(patient=patient, by=request.user, **form.wish)
    except ValidationError as error:
        return refused(request, form, patient, error)
    messages.success(request, _("On the waitlist: %(what)s.") % {"what": entry.what})
    return redirect(patient)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("scheduling.change_waitlistentry", raise_exception=True)
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    entry = open_entry(request, pk)
    form = WaitlistForm(request.POST or None, user=request.user, instance=entry)
    if request.method != "POST":
        return edited(request, form, entry.patient)
    if not form.is_valid():
        return edited(request, form, entry.patient, status=422)
    try:
        entry.change(version=form.cleaned_data["version"] or 0, **form.wish)
    except ValidationError as error:
        form.read_again(WaitlistEntry.objects.get(pk=pk))
        return refused(request, form, entry.patient, error)
    messages.success(request, _("Saved: %(row)s.") % {"row": entry.what})
    return redirect("scheduling:waitlist")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("scheduling.change_waitlistentry", raise_exception=True)
def remove(request: DeskRequest, pk: int) -> HttpResponse:
    """Ask why the patient no longer waits, and take the entry off the list."""
    entry, form = open_entry(request, pk), RemoveForm(request.POST or None)
    context: dict[str, Any] = {"entry": entry, "form": form}
    if request.method != "POST":
        return render(request, "scheduling/waitlist_remove.html", context)
    try:
        entry.remove(form.reason if form.is_valid() else "", by=request.user)
    except ValidationError as error:
        context["refusal"] = error.messages
        status = refusal_status(error)
        return render(request, "scheduling/waitlist_remove.html", context, status=status)
    messages.success(request, _("Off the waitlist: %(what)s.") % {"what": entry.what})
    return redirect("scheduling:waitlist")


def chosen_entries(request: DeskRequest, chosen: dict[str, Any]) -> WaitlistQuerySet:
    entries = WaitlistEntry.objects.visible_to(request.user).waiting()
    if chosen["facility"]:
        entries = entries.at(chosen["facility"])
    if chosen["care_type"]:
        entries = entries.filter(care_type=chosen["care_type"])
    if chosen["priority"]:
        entries = entries.filter(priority=chosen["priority"])
    related = ("patient", "care_type", "doctor", "type", "facility", "created_by")
    return entries.select_related(*related).in_order()


def open_entry(request: DeskRequest, pk: int) -> WaitlistEntry:
    """Return an entry that this person sees; a closed one is refused when it is written."""
    entries = WaitlistEntry.objects.visible_to(request.user).select_related("patient")
    return get_object_or_404(entries, pk=pk)


def refused(
    request: DeskRequest, form: WaitlistForm, patient: Patient, error: ValidationError
) -> HttpResponse:
    """Show the form again with the refusal, and all that was typed."""
    form.add_error(NON_FIELD_ERRORS, error.messages)
    return edited(request, form, patient, refusal_status(error))


def edited(
    request: DeskRequest, form: WaitlistForm, patient: Patient, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "patient": patient,
        "entry": form.instance,
        "changed": form.changed_meanwhile,
    }
    return render(request, "scheduling/waitlist_form.html", context, status=status)
