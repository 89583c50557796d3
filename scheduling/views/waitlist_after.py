"""What the desk is asked after a change, in place of the plain way back to the board.

Time that has become free is offered to those who wait for it. A booking that gives a patient what
they wait for is offered as the end of their waiting. Both are questions: nothing ends by itself.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import trigger_client_event

from accounts.models import User
from scheduling.board import iso_instant
from scheduling.calendars import local
from scheduling.freed import free_from, freed_by, freed_with, to_be_freed
from scheduling.models import Appointment, WaitlistEntry
from scheduling.openings import Slot
from scheduling.views.answers import BOARD_IS_STALE, DeskRequest, in_panel
from scheduling.views.board import board_url
from scheduling.waitlist_querysets import WaitlistQuerySet

MAY_BOOK = ("scheduling.change_waitlistentry", "scheduling.book_appointment")
MOST_OFFERED = 20


def whom_it_suits(request: DeskRequest, appointment: Appointment) -> HttpResponse | None:
    """Answer a change that has freed a time which somebody waits for; None for any other.

    Where a series was changed, the other times for which somebody waits stand below the first.
    """
    entries = WaitlistEntry.objects.visible_to(request.user)
    if not request.user.has_perms(MAY_BOOK) or not entries.waiting().exists():
        return None
    suited = freed(appointment, entries, timezone.now())
    if not suited:
        return None
    first, *others = suited
    context = fits_context(request, first)
    context["others"] = [(slot, fits_url(slot)) for slot in others]
    return asked(request, "waitlist_fits", fits_url(first), context)


def freed(appointment: Appointment, entries: WaitlistQuerySet, now: datetime) -> list[Slot]:
    """Return the times that the last change has left free and for which somebody waits.

    Those of its series stand behind its own.
    """
    last = appointment.last_change()
    if last is None:
        return []
    own = freed_by(last, appointment.facility)
    suited = entries.sought([own] if own else [], now=now)
    return suited + freed_with(last, appointment, entries, now)


def offer_to_close(request: DeskRequest, appointment: Appointment) -> HttpResponse | None:
    """Answer a booking of somebody who waits for such a visit; None when they wait for none."""
    if not request.user.has_perm("scheduling.change_waitlistentry"):
        return None
    context = offer_context(request, appointment)
    if not context["entries"]:
        return None
    url = reverse("scheduling:waitlist-offer", args=[appointment.pk])
    return asked(request, "waitlist_offer", url, context)


def asked(request: DeskRequest, name: str, url: str, context: dict[str, Any]) -> HttpResponse:
    """Ask in the panel while the board draws itself again, or on a page of its own."""
    if not request.htmx:
        return redirect(url)
    return trigger_client_event(in_panel(request, name, context), BOARD_IS_STALE)


def waiting_for(appointment: Appointment, user: User, now: datetime) -> int:
    """Return how many would be suited if this appointment were cancelled."""
    entries = WaitlistEntry.objects.visible_to(user)
    if appointment.starts_at <= now or not entries.waiting().exists():
        return 0
    slot = to_be_freed(appointment)
    return entries.fitting(slot, now=now).count() if slot else 0


def fitting(user: User, slot: Slot) -> list[WaitlistEntry]:
    """Return the first of those whom a free time would suit, one more than is shown."""
    entries = WaitlistEntry.objects.visible_to(user).fitting(slot, now=timezone.now())
    related = ("patient", "care_type", "doctor", "type", "facility")
    return list(entries.select_related(*related)[: MOST_OFFERED + 1])


def fits_context(request: DeskRequest, slot: Slot) -> dict[str, Any]:
    entries = fitting(request.user, slot)
    return {
        "slot": slot,
        "facility": slot.facility,
        "entries": entries[:MOST_OFFERED],
        "has_more": len(entries) > MOST_OFFERED,
        "is_free": free_from(slot.starts_at, slot.doctor, slot.facility) is not None,
        "may_book": request.user.has_perms(MAY_BOOK),
        "board_url": board_url(slot.facility, slot.local_start.date()),
    }


def fits_url(slot: Slot) -> str:
    query = {
        "facility": slot.facility.pk,
        "doctor": slot.doctor.pk,
        "starts_at": iso_instant(slot.starts_at),
        "ends_at": iso_instant(slot.ends_at),
    }
    return f"{reverse('scheduling:waitlist-fits')}?{urlencode(query)}"


def offer_context(request: DeskRequest, appointment: Appointment) -> dict[str, Any]:
    entries = WaitlistEntry.objects.visible_to(request.user).met_by(appointment)
    day = local(appointment.starts_at, appointment.facility).date()
    return {
        "appointment": appointment,
        "facility": appointment.facility,
        "entries": list(entries.select_related("care_type", "doctor", "type", "facility")),
        "board_url": board_url(appointment.facility, day, appointment.pk),
    }
