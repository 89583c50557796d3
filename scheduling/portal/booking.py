"""Booking online: choose a type of visit, then a time, which is held while the patient confirms."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.kinds import Kind
from audit.reading import shows
from facilities.conflicts import codes_of
from facilities.models import Facility
from patients.models import Patient
from patients.portal.own import for_patients
from scheduling import holding
from scheduling.alternatives import alternatives
from scheduling.asked import number_in
from scheduling.calendars import local
from scheduling.forms import SlotForm
from scheduling.lost import ANOTHER_TIME_HELPS, unbooked, unconfirmed
from scheduling.models import Appointment, AppointmentType
from scheduling.openings import Slot
from scheduling.portal.forms import ReasonForm, TimesForm
from scheduling.portal.openings import open_day, wanted_online
from scheduling.portal.visits import in_words, own_holds, own_visits
from scheduling.querysets import Visit
from scheduling.views.answers import DeskRequest, refusal_status

BOOK = "scheduling.book_appointment"


@require_safe
@for_patients(BOOK)
def types(request: DeskRequest, patient: Patient) -> HttpResponse:
    """Show what can be booked online."""
    kinds = AppointmentType.objects.visible_to(request.user).select_related("care_type")
    context = {"kinds": kinds, "facility": patient.facility}
    return render(request, "portal/types.html", context)


@require_safe
@for_patients(BOOK)
def times(request: DeskRequest, patient: Patient, type_id: int) -> HttpResponse:
    return offered(request, patient, offered_type(request, type_id))


@require_POST
@for_patients(BOOK)
def hold(request: DeskRequest, patient: Patient, type_id: int) -> HttpResponse:
    """Keep a time for five minutes, and lead to where it is confirmed."""
    kind = offered_type(request, type_id)
    visit = wanted_visit(request, patient, kind)
    try:
        held = holding.keep(request.user, visit, now=timezone.now())
    except ValidationError as error:
        return offered(request, patient, kind, refused(error, unbooked(visit)), error)
    return redirect("portal:confirm", held.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_patients(BOOK)
def confirm(request: DeskRequest, patient: Patient, pk: int) -> HttpResponse:
    """Show what is held and book it."""
    held = own_holds(request).filter(pk=pk).first()
    if held is None:
        return held_no_more(request, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return confirming(request, held, form, 422 if request.method == "POST" else 200)
    said = {"patient": patient, "type": held.type, "reason": form.cleaned_data["reason"]}
    wanted = unconfirmed(held, said)
    try:
        holding.confirm(held, by=request.user, **said)
    except ValidationError as error:
        if "already_booked" in codes_of(error):
            return redirect("portal:visit", pk)
        return offered(request, patient, kind_of(wanted), refused(error, wanted), error)
    messages.success(request, _("Booked: %(start)s with %(doctor)s.") % in_words(held))
    return redirect("portal:visit", pk)


@require_POST
@for_patients(BOOK)
def release(request: DeskRequest, patient: Patient, pk: int) -> HttpResponse:
    """Give the time up, and look for another one."""
    held = get_object_or_404(own_holds(request), pk=pk)
    holding.give_up_own(request.user, pk)
    return redirect("portal:times", held.type_id)


def held_no_more(request: DeskRequest, pk: int) -> HttpResponse:
    """Lead to the visit that a hold became, or to other times where it became none."""
    if own_visits(request).filter(pk=pk).exists():
        return redirect("portal:visit", pk)
    were_held = Appointment.objects.visible_to(request.user).filter(created_by=request.user)
    lost = get_object_or_404(were_held.filter(type__isnull=False), pk=pk)
    messages.warning(request, _("This time is no longer kept for you, and not booked."))
    return redirect("portal:times", lost.type_id)


def offered_type(request: DeskRequest, pk: int) -> AppointmentType:
    return get_object_or_404(AppointmentType.objects.visible_to(request.user), pk=pk)


def kind_of(visit: Appointment) -> AppointmentType:
    assert visit.type  # nosec B101 # noqa: S101 - nothing else is held online
    return visit.type


def wanted_visit(request: DeskRequest, patient: Patient, kind: AppointmentType) -> Visit:
    """Return what was pressed; raise BadRequest where that names no doctor of a facility."""
    places = Facility.objects.visible_to(request.user)
    facility = get_object_or_404(places, pk=number_in(request.POST.get("facility", "")) or 0)
    slot = SlotForm(request.POST, facility)
    if not slot.is_valid():
        raise BadRequest(_("The form names no doctor of this facility, or no time."))
    return Visit(
        patient=patient,
        doctor=slot.cleaned_data["doctor"],
        facility=facility,
        type=kind,
        starts_at=slot.cleaned_data["starts_at"],
        source=Appointment.Source.ONLINE,
        by=request.user,
    )


def offered(
    request: DeskRequest,
    patient: Patient,
    kind: AppointmentType,
    refusal: dict[str, Any] | None = None,
    error: ValidationError | None = None,
) -> HttpResponse:
    """Show the openings of a day; above them, why a time could not be had and what is near it."""
    now = timezone.now()
    today = local(now, patient.facility).date() if patient.facility else now.date()
    form = TimesForm(request.GET, user=request.user, kind=kind, today=today)
    context = {"kind": kind, "form": form, "facility": patient.facility} | (refusal or {})
    if form.is_valid():
        said = form.cleaned_data
        places = Facility.objects.visible_to(request.user)
        wanted = wanted_online(
            kind,
            patient,
            today=today,
            now=now,
            facilities=[said["facility"]] if said["facility"] else list(places),
            doctor=said["doctor"],
        )
        context["open_day"] = open_day(wanted, said["day"], now=now)
    status = refusal_status(error) if error else 200 if form.is_valid() else 422
    return render(request, "portal/times.html", context, status=status)


def refused(
    error: ValidationError, lost: Appointment, moving: Appointment | None = None
) -> dict[str, Any]:
    """Return why a time cannot be had, and the nearest that the patient can have instead."""
    found: list[Slot] = []
    now = timezone.now()
    if lost.type and codes_of(error) & ANOTHER_TIME_HELPS:
        window = lost.type.online_window(now)
        found = alternatives(lost, now=now, moving=moving, starting=window)
    return {"refusal": error.messages, "alternatives": found, "lost": lost}


def confirming(
    request: DeskRequest, held: Appointment, form: ReasonForm, status: int
) -> HttpResponse:
    if held.patient_id:
        shows(request, Kind.APPOINTMENT, [held.patient_id])
    context = {
        "visit": held,
        "form": form,
        "is_kept": held.holds_time_at(timezone.now()),
    }
    return render(request, "portal/confirm.html", context, status=status)
