"""Booking from the board: press a free time, find or register the patient, book."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from patients.models import Patient
from scheduling import holding
from scheduling.asked import number_in
from scheduling.calendars import local
from scheduling.forms import OverrideForm, VisitForm
from scheduling.models import Appointment
from scheduling.openings import Slot
from scheduling.status import Status
from scheduling.views.answers import DeskRequest, in_panel, refusal_status
from scheduling.views.board import back_to_board, visible_facility
from scheduling.views.booking_form import blank, free_until, refusal, shown, wanted_slot
from scheduling.views.overriding import reason, wanted_override
from scheduling.views.waitlist_after import offer_to_close
from scheduling.views.who import PatientChoice

may_book = permission_required("scheduling.book_appointment", raise_exception=True)


@require_http_methods(["GET", "POST"])
@may_book
def book(request: DeskRequest, facility_id: int) -> HttpResponse:
    """Show the booking form for a slot; book it, or say why not and offer what is free instead."""
    facility = visible_facility(request, facility_id)
    slot, override = wanted_slot(request, facility), wanted_override(request)
    who = PatientChoice(request, facility)
    if request.method == "GET":
        return blank_form(request, slot, who)
    visit = VisitForm(request.POST, slot)
    if "retime" in request.POST:
        return retimed(request, slot, visit, who)
    if who.is_looking:
        return form(request, slot, visit, who)
    if "keep" in request.POST:
        return kept(request, slot, visit, who)
    if already := booked_already(request, visit, who):
        return booked(request, already)
    patient = who.settle() if visit.is_valid() else None
    if patient is None:
        return form(request, slot, visit, who, status=422)
    try:
        appointment = save(request, visit, patient, override)
    except ValidationError as error:
        if already := booked_already(request, visit, who):
            return booked(request, already)
        error = booked_by_others(slot, patient) or error
        return refused(request, slot, visit, who, error, override)
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


def save(
    request: DeskRequest, visit: VisitForm, patient: Patient, override: OverrideForm | None
) -> Appointment:
    """Book; then give up the hold of another time that the form was opened for, if any."""
    wanted = visit.visit(patient, request.user)
    appointment = holding.book(request.user, wanted, override=reason(override))
    earlier = number_in(request.POST.get("hold", ""))
    if earlier is not None:
        holding.give_up_own(request.user, earlier)
    return appointment


def blank_form(request: DeskRequest, slot: Slot, who: PatientChoice) -> HttpResponse:
    """Show the form, or that somebody else holds the time just now."""
    visit, until = blank(request, slot)
    context = shown(request, slot, visit, who) | {"free_until": until}
    return held_by_other(request, slot, visit, who) or in_panel(request, "booking", context)


def retimed(request: DeskRequest, slot: Slot, visit: VisitForm, who: PatientChoice) -> HttpResponse:
    """Show what is typed so far for another time, or that somebody else holds it just now."""
    return held_by_other(request, slot, visit, who) or form(request, slot, visit, who)


def held_by_other(
    request: DeskRequest, slot: Slot, visit: VisitForm, who: PatientChoice
) -> HttpResponse | None:
    other = holding.others_hold(slot, request.user, now=timezone.now())
    if other is None:
        return None
    busy = ValidationError(holding.words_of(other, slot), code="doctor_busy")
    return refused(request, slot, visit, who, busy)


def kept(request: DeskRequest, slot: Slot, visit: VisitForm, who: PatientChoice) -> HttpResponse:
    """Hold the time where no script did, and show the form again."""
    try:
        holding.keep(request.user, visit.time(request.user), now=timezone.now())
    except ValidationError as error:
        return refused(request, slot, visit, who, error)
    return form(request, slot, visit, who)


def form(
    request: DeskRequest, slot: Slot, visit: VisitForm, who: PatientChoice, status: int = 200
) -> HttpResponse:
    context = shown(request, slot, visit, who) | {"free_until": free_until(request, slot)}
    return in_panel(request, "booking", context, status)


def booked(request: DeskRequest, appointment: Appointment) -> HttpResponse:
    start = appointment.starts_at.astimezone(appointment.facility.tz)
    messages.success(
        request,
        _("Booked: %(patient)s, %(start)s with %(doctor)s.")
        % {
            "patient": appointment.patient,
            "start": date_format(start, "WEEKDAY_TIME_FORMAT"),
            "doctor": appointment.doctor,
        },
        extra_tags=undo_url(request, appointment),
    )
    return offer_to_close(request, appointment) or back_to_board(request, appointment)


def undo_url(request: DeskRequest, appointment: Appointment) -> str:
    """Return where this person takes a booking back that they have just made, if they may."""
    if not request.user.has_perm("scheduling.cancel_appointment"):
        return ""
    address = reverse("scheduling:take-back", args=[appointment.pk])
    return f"{address}?version={appointment.version}"


def booked_already(
    request: DeskRequest, visit: VisitForm, who: PatientChoice
) -> Appointment | None:
    """Return the appointment that an earlier press of the same button has booked, if any.

    It says all that this press says: another room or other notes are no second press.
    """
    if not visit.is_valid():
        return None
    said: dict[str, Any] = {**visit.time(request.user)}
    del said["by"]
    if said["ends_at"] is None:
        del said["ends_at"]
    said |= {name: visit.cleaned_data[name] for name in ("type", "room", "reason", "notes")}
    own = Appointment.objects.just_booked_by(request.user, now=timezone.now())
    return own.filter(status=Status.BOOKED, patient__in=who.candidates, **said).first()


def booked_by_others(slot: Slot, patient: Patient) -> ValidationError | None:
    """Return the refusal that names who has booked this very time for the patient before, if any.

    What is typed here is not in that booking, so it is no success, and its undo is not offered.
    """
    doctor, facility, starts_at = slot[:3]
    visits = Appointment.objects.holding_time().exclude(status=Status.PENDING)
    visits = visits.filter(patient=patient, doctor=doctor, facility=facility, starts_at=starts_at)
    visit = visits.select_related("created_by").first()
    if visit is None or visit.created_by is None:
        return None
    words = _(
        "%(patient)s is booked for this time already, by %(person)s, %(time)s. Open the visit on "
        "the board to change it."
    )
    at = date_format(local(visit.created_at, facility), "WEEKDAY_TIME_FORMAT")
    told = {"patient": patient, "person": visit.created_by, "time": at}
    return ValidationError(words % told, code="patient_busy")


def refused(
    request: DeskRequest,
    slot: Slot,
    visit: VisitForm,
    who: PatientChoice,
    error: ValidationError,
    override: OverrideForm | None = None,
) -> HttpResponse:
    """Say why the slot was refused and what else there is; all that was typed stays."""
    context = shown(request, slot, visit, who) | refusal(
        request, slot, error, visit=visit, patient=who.chosen, tried=override
    )
    return in_panel(request, "booking", context, refusal_status(error))
