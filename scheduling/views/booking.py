"""Booking from the board: press a free time, find or register the patient, book."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from facilities.models import Facility
from patients.models import Patient
from scheduling.agenda import doctor_days
from scheduling.alternatives import alternatives
from scheduling.availability import DEFAULT_DURATION
from scheduling.board import iso_instant
from scheduling.forms import SlotForm, VisitForm
from scheduling.models import Appointment, AppointmentType
from scheduling.openings import Slot
from scheduling.views.answers import DeskRequest, codes_of, in_panel, refusal_status
from scheduling.views.board import back_to_board, board_url, visible_facility
from scheduling.views.waitlist_after import offer_to_close
from scheduling.views.who import PatientChoice

may_book = permission_required("scheduling.book_appointment", raise_exception=True)
# Refusals that another time does not cure.
NOT_ABOUT_TIME = {"patient_inactive", "facility_inactive"}


@require_http_methods(["GET", "POST"])
@may_book
def book(request: DeskRequest, facility_id: int) -> HttpResponse:
    """Show the booking form for a slot; book it, or say why not and offer what is free instead."""
    facility = visible_facility(request, facility_id)
    slot = wanted_slot(request, facility)
    visit, who = VisitForm(request.POST), PatientChoice(request, facility)
    if request.method == "GET":
        return blank_form(request, slot, who)
    if who.is_looking:
        return form(request, slot, visit, who)
    if already := booked_already(slot, who):
        return booked(request, already)
    patient = who.settle() if visit.is_valid() else None
    if patient is None:
        return form(request, slot, visit, who, status=422)
    try:
        appointment = save(slot, visit, patient, request.user)
    except ValidationError as error:
        if already := booked_already(slot, who):
            return booked(request, already)
        return refused(request, slot, visit, who, error)
    return booked(request, appointment)


@require_POST
@may_book
def find_patient(request: DeskRequest, facility_id: int) -> HttpResponse:
    """Answer the search field while somebody types: the patients found, as buttons."""
    who = PatientChoice(request, visible_facility(request, facility_id))
    return render(request, "scheduling/_found.html", {"who": who})


@require_POST
@may_book
def same_person(request: DeskRequest, facility_id: int) -> HttpResponse:
    """Answer the new-patient fields while somebody types: who may be the same person."""
    who = PatientChoice(request, visible_facility(request, facility_id))
    return render(request, "scheduling/_same_person.html", {"who": who})


def wanted_slot(request: DeskRequest, facility: Facility) -> Slot:
    """Return the slot that the address or the form names; raise BadRequest for none."""
    form = SlotForm(request.POST if request.method == "POST" else request.GET, facility)
    if not form.is_valid():
        raise BadRequest("The address names no doctor of this facility, or no time.")
    starts_at = form.cleaned_data["starts_at"]
    return Slot(form.cleaned_data["doctor"], facility, starts_at, starts_at + DEFAULT_DURATION)


def address(slot: Slot, who: PatientChoice) -> str:
    """Return the form's own address, so that reloading or signing in again leads back to it."""
    query = {"doctor": slot.doctor.pk, "starts_at": iso_instant(slot.starts_at)}
    if who.chosen:
        query["for"] = who.chosen.pk
    return f"{reverse('scheduling:book', args=[slot.facility.pk])}?{urlencode(query)}"


def save(slot: Slot, visit: VisitForm, patient: Patient, by: User) -> Appointment:
    return Appointment.objects.book(
        patient=patient,
        doctor=slot.doctor,
        facility=slot.facility,
        starts_at=slot.starts_at,
        by=by,
        **visit.cleaned_data,
    )


def blank_form(request: DeskRequest, slot: Slot, who: PatientChoice) -> HttpResponse:
    """Show the form, with a type that fits where the time is too short for a usual visit."""
    until = free_until(slot)
    visit = VisitForm(initial={"type": fitting_type(until - slot.starts_at) if until else None})
    return in_panel(request, "booking", shown(slot, visit, who) | {"free_until": until})


def free_until(slot: Slot) -> datetime | None:
    """Return when the free time that a slot starts in ends, or None when it is not free."""
    day = slot.local_start.date()
    (own,) = doctor_days(slot.facility, [slot.doctor], day, day)
    for starts_at, ends_at in own.free:
        if starts_at <= slot.starts_at < ends_at:
            return ends_at
    return None


def fitting_type(length: timedelta) -> AppointmentType | None:
    """Return the longest type that fits, or None where a visit without a type does."""
    if length >= DEFAULT_DURATION:
        return None
    kinds = AppointmentType.objects.filter(is_active=True).order_by("-duration_minutes", "name")
    return next((kind for kind in kinds if kind.duration + kind.buffer <= length), None)


def form(
    request: DeskRequest, slot: Slot, visit: VisitForm, who: PatientChoice, status: int = 200
) -> HttpResponse:
    return in_panel(request, "booking", shown(slot, visit, who), status)


def shown(slot: Slot, visit: VisitForm, who: PatientChoice) -> dict[str, object]:
    return {
        "facility": slot.facility,
        "slot": slot,
        "visit": visit,
        "who": who,
        "here": address(slot, who),
        "board_url": board_url(slot.facility, slot.local_start.date()),
    }


def booked(request: DeskRequest, appointment: Appointment) -> HttpResponse:
    start = appointment.starts_at.astimezone(appointment.facility.tz)
    messages.success(request, f"Booked: {start:%a, %b %-d, %-I:%M %p} with {appointment.doctor}.")
    return offer_to_close(request, appointment) or back_to_board(request, appointment)


def booked_already(slot: Slot, who: PatientChoice) -> Appointment | None:
    """Return the appointment that an earlier press of the same button has booked, if any."""
    return (
        Appointment.objects.holding_time()
        .filter(
            patient__in=who.candidates,
            doctor=slot.doctor,
            facility=slot.facility,
            starts_at=slot.starts_at,
        )
        .first()
    )


def refused(
    request: DeskRequest, slot: Slot, visit: VisitForm, who: PatientChoice, error: ValidationError
) -> HttpResponse:
    """Say why the slot was refused and offer the nearest free ones; all that was typed stays."""
    kind = visit.cleaned_data["type"]
    ends_at = slot.starts_at + (kind.duration if kind else DEFAULT_DURATION)
    lost = Appointment(
        patient=who.chosen,
        type=kind,
        doctor=slot.doctor,
        facility=slot.facility,
        starts_at=slot.starts_at,
        ends_at=ends_at,
        blocked_until=ends_at + kind.buffer if kind else ends_at,
    )
    cured = not codes_of(error) & NOT_ABOUT_TIME
    return in_panel(
        request,
        "booking",
        shown(slot, visit, who)
        | {
            "refusal": error.messages,
            "alternatives": alternatives(lost, now=timezone.now()) if cured else [],
        },
        refusal_status(error),
    )
