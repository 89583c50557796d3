"""A patient's visits: the list, one of them, its file for a calendar, cancelling and undoing."""

from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.kinds import Kind
from audit.reading import shows
from patients.models import Patient
from patients.portal.own import for_patients
from scheduling import permissions
from scheduling.feeds import entry_of
from scheduling.ical import CONTENT_TYPE, written
from scheduling.models import Appointment
from scheduling.portal.forms import CancellationForm
from scheduling.querysets import AppointmentQuerySet
from scheduling.status import EXPECTED, Status
from scheduling.views.answers import DeskRequest, refusal_status
from scheduling.views.appointment import version

ROWS = 20
VIEW = "scheduling.view_appointment"


@require_safe
@for_patients(VIEW)
def visits(request: DeskRequest, patient: Patient) -> HttpResponse:
    """Show what is to come, the times that are kept for them, and a page of what was."""
    now, own = timezone.now(), own_visits(request)
    expected = own.expected(now)
    past = own.filter(Q(ends_at__lte=now) | ~Q(status__in=EXPECTED)).order_by("-starts_at", "-pk")
    kept = own_holds(request).filter(hold_expires_at__gt=now)
    shows(request, Kind.APPOINTMENT, [patient.pk])
    context = {
        "patient": patient,
        "expected": expected.order_by("starts_at", "pk"),
        "past": Paginator(past, ROWS).get_page(request.GET.get("page")),
        "kept": kept.order_by("starts_at", "pk"),
    }
    return render(request, "portal/visits.html", context)


@require_safe
@for_patients(VIEW)
def visit(request: DeskRequest, patient: Patient, pk: int) -> HttpResponse:
    return shown(request, own_visit(request, pk))


@require_safe
@for_patients(VIEW)
def file(request: DeskRequest, patient: Patient, pk: int) -> HttpResponse:
    """Answer with the visit as a file for a calendar, which leads back to the patient's page."""
    appointment = own_visit(request, pk)
    address = request.build_absolute_uri(reverse("portal:visit", args=[pk]))
    entry = replace(entry_of(appointment, request.build_absolute_uri), url=address)
    headers = {"Content-Disposition": 'attachment; filename="appointment.ics"'}
    return HttpResponse(written([entry]), content_type=CONTENT_TYPE, headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@for_patients("scheduling.cancel_appointment")
def cancel(request: DeskRequest, patient: Patient, pk: int) -> HttpResponse:
    """Ask why, then cancel; it can be taken back as long as the time is free."""
    appointment = own_visit(request, pk)
    if not may_cancel(request, appointment):
        return shown(request, appointment, refusal=[words_of_no_change(appointment)], status=409)
    data = request.POST if request.method == "POST" else None
    form = CancellationForm(data, initial={"version": appointment.version})
    if request.method != "POST" or not form.is_valid():
        shows(request, Kind.APPOINTMENT, [patient.pk])
        context = {"visit": appointment, "form": form}
        status = 422 if request.method == "POST" else 200
        return render(request, "portal/cancel.html", context, status=status)
    said = form.cleaned_data
    act = partial(appointment.cancel, said["reason"], version=said["version"])
    return done(request, appointment, act, _("Cancelled: %(start)s with %(doctor)s."))


@require_POST
@for_patients(VIEW)
def undo(request: DeskRequest, patient: Patient, pk: int) -> HttpResponse:
    """Take back what they have just done themselves."""
    appointment = own_visit(request, pk)
    act = partial(permissions.undo, appointment, version=version(request))
    words = _("Taken back. Your visit: %(start)s with %(doctor)s.")
    return done(request, appointment, act, words, undoable=False)


def own_visits(request: DeskRequest) -> AppointmentQuerySet:
    """Return the patient's visits; a time that is only held is none yet, or never was."""
    rows = Appointment.objects.visible_to(request.user).besides_past_holds()
    rows = rows.exclude(status__in=[Status.PENDING, Status.ENTERED_IN_ERROR])
    return rows.select_related("doctor", "facility", "room", "type")


def own_holds(request: DeskRequest) -> AppointmentQuerySet:
    """Return the times that the patient holds by themselves."""
    rows = Appointment.objects.visible_to(request.user)
    rows = rows.filter(status=Status.PENDING, created_by=request.user, type__isnull=False)
    return rows.select_related("doctor", "facility", "room", "type", "patient")


def own_visit(request: DeskRequest, pk: int) -> Appointment:
    return get_object_or_404(own_visits(request), pk=pk)


def may_cancel(request: DeskRequest, visit: Appointment) -> bool:
    now = timezone.now()
    is_over = visit.ends_at <= now
    return not is_over and Status.CANCELLED in permissions.steps_of(request.user, visit, now)


def may_move(request: DeskRequest, visit: Appointment) -> bool:
    """Say whether the patient can move it by themselves: an online visit that is still to come."""
    is_online = visit.type is not None and visit.type.bookable_online
    is_to_come = visit.ends_at > timezone.now()
    return is_online and is_to_come and permissions.may_move(request.user, visit)


def shown(
    request: DeskRequest,
    visit: Appointment,
    *,
    refusal: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show one visit and what can be done about it."""
    if visit.patient_id is None:
        raise Http404
    shows(request, Kind.APPOINTMENT, [visit.patient_id])
    context: dict[str, Any] = {
        "visit": visit,
        "is_to_come": visit.status in EXPECTED and visit.ends_at > timezone.now(),
        "may_move": may_move(request, visit),
        "may_cancel": may_cancel(request, visit),
        "refusal": refusal,
    }
    return render(request, "portal/visit.html", context, status=status)


def done(
    request: DeskRequest, visit: Appointment, act: Any, words: str, *, undoable: bool = True
) -> HttpResponse:
    """Do something with a visit and say so; or show it as it is and why not."""
    try:
        act(by=request.user)
    except ValidationError as error:
        fresh = own_visit(request, visit.pk)
        return shown(request, fresh, refusal=error.messages, status=refusal_status(error))
    return told(request, visit, words, undoable=undoable)


def told(
    request: DeskRequest, visit: Appointment, words: str, *, undoable: bool = True
) -> HttpResponse:
    """Say what was done, with a way back if there is one, and show the visit."""
    back = f"{reverse('portal:undo', args=[visit.pk])}?version={visit.version}"
    tags = f"page:{back}" if undoable else ""
    messages.success(request, words % in_words(visit), extra_tags=tags)
    return redirect("portal:visit", visit.pk)


def in_words(visit: Appointment) -> dict[str, Any]:
    start = visit.starts_at.astimezone(visit.facility.tz)
    return {"start": date_format(start, "WEEKDAY_TIME_FORMAT"), "doctor": visit.doctor}


def words_of_no_change(visit: Appointment) -> str:
    """Say that only the desk can still help."""
    phone = visit.facility.phone
    if phone:
        words = _("This visit cannot be changed here. Call %(facility)s: %(phone)s.")
        return words % {"facility": visit.facility, "phone": phone.as_national}
    return _("This visit cannot be changed here. Call %(facility)s.") % {"facility": visit.facility}
