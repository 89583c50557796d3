"""Merging two records of one patient: side by side, field by field, and back again."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from audit.kinds import Kind
from audit.reading import shows
from patients.merge_sheet import MergeSheet
from patients.models import Patient, PatientMerge
from scheduling.models import Appointment
from scheduling.querysets import AppointmentQuerySet
from scheduling.views import patient as patient_page
from scheduling.views.answers import CONFLICT, DeskRequest

MAY_MERGE = "patients.merge_patient"
MOST_CLASHES = 5


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("patients.view_patient", raise_exception=True)
def merge(request: DeskRequest, pk: int, other_pk: int) -> HttpResponse:
    """Compare two records; a POST closes the other one into this one, or swaps the two first."""
    if pk == other_pk:
        raise Http404
    stays, closes = (seen(request, each) for each in (pk, other_pk))
    sheet = MergeSheet(stays, closes, request.POST)
    if request.method != "POST" or "swap" in request.POST:
        return compared(request, sheet)
    if not request.user.has_perm(MAY_MERGE):
        raise PermissionDenied
    return merged(request, sheet)


@require_POST
@permission_required(MAY_MERGE, raise_exception=True)
def undo(request: DeskRequest, pk: int) -> HttpResponse:
    """Take two records apart again; a refusal is shown on the page of the record that stayed."""
    record = get_object_or_404(PatientMerge.objects.select_related("merged", "into"), pk=pk)
    stays, closed = (seen(request, each) for each in (record.into_id, record.merged_id))
    try:
        record.undo(by=request.user)
    except ValidationError as error:
        context = patient_page.page(request, stays) | {"refusal": error.messages}
        return render(request, "scheduling/patient.html", context, status=CONFLICT)
    messages.success(
        request,
        _("Two records again: MRN %(first)s and MRN %(second)s.")
        % {"first": stays.mrn, "second": closed.mrn},
    )
    return redirect(stays)


def merged(request: DeskRequest, sheet: MergeSheet) -> HttpResponse:
    stays, closes = sheet.stays, sheet.closes
    try:
        record = PatientMerge.objects.merge(
            closes,
            into=stays,
            by=request.user,
            take=sheet.take,
            version=sheet.version_of(closes),
            into_version=sheet.version_of(stays),
        )
    except ValidationError as error:
        fresh = MergeSheet(seen(request, stays.pk), seen(request, closes.pk), request.POST)
        return compared(request, fresh, error.messages)
    messages.success(
        request,
        _("Merged: MRN %(closed)s is now part of MRN %(stays)s.")
        % {"closed": closes.mrn, "stays": stays.mrn},
        extra_tags="page:" + reverse("scheduling:patient-unmerge", args=[record.pk]),
    )
    return redirect(stays)


def compared(
    request: DeskRequest, sheet: MergeSheet, refusal: list[str] | None = None
) -> HttpResponse:
    shows(request, Kind.MERGE, [sheet.stays.pk, sheet.closes.pk])
    own = Appointment.objects.at_facilities_of(request.user)
    here = clashing(sheet, own)
    clashes = list(here.select_related("doctor", "facility", "type")[:MOST_CLASHES])
    reachable = Appointment.objects.visible_to(request.user)
    reachable = reachable.filter(pk__in=[each.pk for each in clashes])
    elsewhere = clashing(sheet, Appointment.objects.all()).exclude(pk__in=here.values("pk"))
    context: dict[str, Any] = {
        "sheet": sheet,
        "refusal": refusal,
        "clashes": clashes,
        "elsewhere": elsewhere.count(),
        "reachable": set(reachable.values_list("pk", flat=True)) if clashes else set(),
    }
    status = CONFLICT if refusal else 200
    return render(request, "scheduling/merge.html", context, status=status)


def clashing(sheet: MergeSheet, among: AppointmentQuerySet) -> AppointmentQuerySet:
    """Return the visits of the record to be closed that overlap one of the record that stays.

    Both visits are among the given ones: who is shown the one also learns when the other is.
    """
    holding = among.holding_time()
    theirs = holding.filter(
        patient=sheet.stays, starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at")
    )
    return holding.filter(Exists(theirs), patient=sheet.closes).order_by("starts_at")


def seen(request: DeskRequest, pk: int) -> Patient:
    patients = Patient.objects.visible_to(request.user)
    return get_object_or_404(patients.select_related("facility", "assigned_doctor"), pk=pk)
