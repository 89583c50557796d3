"""The booking form: what it is for, what it shows, and what it says when it is refused."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest, ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from facilities.conflicts import codes_of
from facilities.models import Facility
from patients.models import Patient
from scheduling import holding
from scheduling.agenda import doctor_days
from scheduling.alternatives import alternatives
from scheduling.asked import number_in
from scheduling.availability import DEFAULT_DURATION
from scheduling.board import iso_instant
from scheduling.forms import OverrideForm, SlotForm, VisitForm
from scheduling.models import Appointment, AppointmentType
from scheduling.openings import Slot
from scheduling.views.answers import DeskRequest
from scheduling.views.board import board_url
from scheduling.views.overriding import offered_override
from scheduling.views.who import PatientChoice

# Refusals that another time does not cure.
NOT_ABOUT_TIME = {"patient_inactive", "facility_inactive"}
# What an address may carry to fill the form with.
CARRIED = ("type", "minutes")


def wanted_slot(request: DeskRequest, facility: Facility) -> Slot:
    """Return the slot that the address or the form names; raise BadRequest for none."""
    form = SlotForm(request.POST if request.method == "POST" else request.GET, facility)
    if not form.is_valid():
        raise BadRequest(_("The address names no doctor of this facility, or no time."))
    starts_at = form.cleaned_data["starts_at"]
    return Slot(form.cleaned_data["doctor"], facility, starts_at, starts_at + DEFAULT_DURATION)


def booking_url(
    slot: Slot | Appointment, patient: Patient | None = None, **carried: int | None
) -> str:
    """Return the form's address for a slot, so that reloading or signing in leads back to it."""
    query = {"doctor": slot.doctor.pk, "starts_at": iso_instant(slot.starts_at)}
    if patient:
        query["for"] = patient.pk
    query |= {name: value for name, value in carried.items() if value}
    return f"{reverse('scheduling:book', args=[slot.facility.pk])}?{urlencode(query)}"


def blank(request: DeskRequest, slot: Slot) -> tuple[VisitForm, datetime | None]:
    """Return an empty form and until when the slot is free, if it is.

    The type is the one that the address names, or one that fits where time is too short.
    """
    until = free_until(request, slot)
    initial: dict[str, Any] = {name: number_in(request.GET.get(name, "")) for name in CARRIED}
    if until and not initial["type"]:
        initial["type"] = fitting_type(slot, until - slot.starts_at)
    return VisitForm(None, slot, initial), until


def free_until(request: DeskRequest, slot: Slot) -> datetime | None:
    """Return when the free time that a slot starts in ends, or None when it is not free.

    A hold of the slot takes nothing from the person whose hold it is.
    """
    day, held = slot.local_start.date(), holding.own_hold(request.user, slot).first()
    (own,) = doctor_days(slot.facility, [slot.doctor], day, day, moving=held)
    for starts_at, ends_at in own.free:
        if starts_at <= slot.starts_at < ends_at:
            return ends_at
    return None


def fitting_type(slot: Slot, length: timedelta) -> AppointmentType | None:
    """Return the longest type that fits, or None where a visit without a type does."""
    if length >= DEFAULT_DURATION:
        return None
    kinds = AppointmentType.objects.offered_by(slot.doctor).order_by("-duration_minutes", "name")
    return next((kind for kind in kinds if kind.duration + kind.buffer <= length), None)


def shown(request: DeskRequest, slot: Slot, visit: VisitForm, who: PatientChoice) -> dict[str, Any]:
    """Return what the form shows, the person's own hold of the slot among it."""
    now = timezone.now()
    held = holding.own_hold(request.user, slot).filter(hold_expires_at__gt=now).first()
    carried = {name: number_in(request.GET.get(name, "")) for name in CARRIED}
    return {
        "facility": slot.facility,
        "slot": slot,
        "visit": visit,
        "who": who,
        "here": booking_url(slot, who.chosen, **carried),
        "board_url": board_url(slot.facility, slot.local_start.date()),
        **(hold_shown(held, now) if held else {}),
        # A hold of the time that was chosen before, given up once another one is booked.
        "earlier_hold": number_in(request.POST.get("hold", "")),
        "why": request.POST.get("override") or request.POST.get("why", ""),
    }


def hold_shown(hold: Appointment, now: datetime) -> dict[str, Any]:
    """Return what the form shows of a hold: until when, and the seconds that are left of it."""
    left = (hold.hold_expires_at or now) - now
    return {"facility": hold.facility, "hold": hold, "hold_seconds": left // timedelta(seconds=1)}


def refusal(
    request: DeskRequest,
    slot: Slot,
    error: ValidationError,
    *,
    visit: VisitForm,
    patient: Patient | None,
    tried: OverrideForm | None = None,
) -> dict[str, Any]:
    """Return why the slot was refused, the nearest free ones, and the way to have it anyway."""
    now = timezone.now()
    other = holding.others_hold(slot, request.user, now=now)
    is_held = other is not None and "doctor_busy" in codes_of(error)
    cured = not codes_of(error) & NOT_ABOUT_TIME
    return {
        "facility": slot.facility,
        "slot": slot,
        "lost": slot,
        "refusal": [holding.words_of(other, slot)] if other and is_held else error.messages,
        "alternatives": alternatives(unbooked(slot, visit, patient), now=now) if cured else [],
        "anyway": offered_override(request, error, tried),
    }


def unbooked(slot: Slot, visit: VisitForm, patient: Patient | None) -> Appointment:
    """Return the appointment that could not be had, for finding others like it."""
    kind = visit.cleaned_data.get("type") if visit.is_bound else None
    minutes = timedelta(minutes=visit.usual_minutes)
    ends_at = slot.starts_at + (kind.duration if kind else minutes)
    return Appointment(
        patient=patient,
        type=kind,
        doctor=slot.doctor,
        facility=slot.facility,
        room=visit.cleaned_data.get("room") if visit.is_bound else None,
        starts_at=slot.starts_at,
        ends_at=ends_at,
        blocked_until=ends_at + kind.buffer if kind else ends_at,
    )
