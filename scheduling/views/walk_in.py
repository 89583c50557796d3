"""A walk-in: who is it, and which doctor sees them next; booked and arrived in one press."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from facilities.models import Facility
from patients.models import Patient
from scheduling import walking_in
from scheduling.agenda import doctor_days, doctors_of
from scheduling.asked import LAST_FACILITY, number_in
from scheduling.availability import DEFAULT_DURATION, GRID, on_grid
from scheduling.calendars import local
from scheduling.forms import SlotForm
from scheduling.models import Appointment
from scheduling.openings import Slot
from scheduling.querysets import Visit
from scheduling.status import Status
from scheduling.views import overriding
from scheduling.views.answers import CONFLICT, DeskRequest, in_panel, refusal_status
from scheduling.views.appointment import act, visible_appointment
from scheduling.views.board import back_to_board, board_url, visible_facility
from scheduling.views.booking import may_book, undo_url
from scheduling.views.booking_form import booking_url
from scheduling.views.waitlist_after import offer_to_close
from scheduling.views.who import PatientChoice
from scheduling.walk_in_forms import WalkInForm

ARRIVES = "scheduling.arrive_appointment"


@require_safe
@may_book
def here(request: DeskRequest) -> HttpResponse:
    """Lead to the walk-in form of the facility looked at last, or the first."""
    facilities = Facility.objects.visible_to(request.user).active()
    last = number_in(request.COOKIES.get(LAST_FACILITY, ""))
    facility = facilities.filter(pk=last or 0).first() or facilities.first()
    if facility is None:
        return render(request, "scheduling/no_facility.html")
    return redirect("scheduling:walk-in", facility.pk)


@require_http_methods(["GET", "POST"])
@may_book
@permission_required(ARRIVES, raise_exception=True)
def walk_in(request: DeskRequest, facility_id: int) -> HttpResponse:
    """Show who is free next; book whom is pressed or typed at the chosen time, as arrived."""
    facility = visible_facility(request, facility_id)
    who = PatientChoice(request, facility)
    said = WalkInForm(request.POST or None)
    if request.method == "GET" or "times" in request.POST or "clear" in request.POST:
        return form(request, facility, who, said)
    if already := here_already(request, facility, who, said):
        return arrived(request, already)
    patient = wanted_patient(request, who)
    if patient is None:
        return form(request, facility, who, said, 200 if who.is_looking else 422)
    slot = chosen_slot(request, facility, said)
    if slot is None:
        return form(request, facility, who, said, CONFLICT)
    try:
        appointment = walking_in.walk_in(request.user, visit(request, slot, patient, said))
    except ValidationError as error:
        if already := here_already(request, facility, who, said):
            return arrived(request, already)
        return form(request, facility, who, said, refusal_status(error), error)
    return arrived(request, appointment)


@require_POST
@permission_required("scheduling.cancel_appointment", raise_exception=True)
def take_back(request: DeskRequest, pk: int) -> HttpResponse:
    """Undo a booking just made, its arrival with it."""
    appointment = visible_appointment(request, pk)
    if appointment.status == Status.PENDING:
        raise Http404

    def cancel(**given: Any) -> None:
        walking_in.take_back(appointment, **given)

    return act(request, appointment, cancel, word=_("Taken back"))


def wanted_patient(request: DeskRequest, who: PatientChoice) -> Patient | None:
    """Return whom a press means: a record, the newcomer, or by Enter the only one who was found."""
    return None if "find" in request.POST and not who.chosen else who.settle()


def chosen_slot(request: DeskRequest, facility: Facility, said: WalkInForm) -> Slot | None:
    """Return the time that is chosen, which booking judges, or the earliest where none is."""
    if request.POST.get("time"):
        return named_slot(request, facility)
    offered = walking_in.next_free(facility, said.kind, now=timezone.now())
    return offered[0].slot if offered else None


def named_slot(request: DeskRequest, facility: Facility) -> Slot | None:
    """Return the time that the form names, free or not; None for a doctor who is not here."""
    named = SlotForm({"slot": request.POST.get("time", "")}, facility)
    if not named.is_valid():
        return None
    starts_at = named.cleaned_data["starts_at"]
    return Slot(named.cleaned_data["doctor"], facility, starts_at, starts_at + DEFAULT_DURATION)


def visit(request: DeskRequest, slot: Slot, patient: Patient, said: WalkInForm) -> Visit:
    return Visit(
        patient=patient,
        doctor=slot.doctor,
        facility=slot.facility,
        starts_at=slot.starts_at,
        type=said.kind,
        reason=said.cleaned_data["reason"] if said.is_valid() else "",
        by=request.user,
    )


def here_already(
    request: DeskRequest, facility: Facility, who: PatientChoice, said: WalkInForm
) -> Appointment | None:
    """Return the walk-in that an earlier press of the same button has booked, if any.

    It says all that this press says: another doctor or another reason is no second press.
    """
    slot = named_slot(request, facility)
    own = Appointment.objects.just_booked_by(request.user, now=timezone.now())
    own = own.filter(source=Appointment.Source.WALK_IN, status=Status.ARRIVED, facility=facility)
    if slot:
        own = own.filter(doctor=slot.doctor, starts_at=slot.starts_at)
    reason = said.cleaned_data["reason"] if said.is_valid() else ""
    return own.filter(patient__in=who.candidates, type=said.kind, reason=reason).first()


def form(
    request: DeskRequest,
    facility: Facility,
    who: PatientChoice,
    said: WalkInForm,
    status: int = 200,
    error: ValidationError | None = None,
) -> HttpResponse:
    now = timezone.now()
    times = walking_in.next_free(facility, said.kind, chosen=named_slot(request, facility), now=now)
    named = request.POST.get("time", "")
    lost = named and named not in {each.value for each in times}
    context = {
        "facility": facility,
        "who": who,
        "form": said,
        "times": times,
        "chosen_time": named if named and not lost else (times[0].value if times else ""),
        "lost": bool(lost and request.method == "POST" and "times" not in request.POST),
        "refusal": error.messages if error else [],
        "now": now,
        "board_url": board_url(facility, local(now, facility).date()),
        "anyway": [] if times else booked_over(request, facility, who),
    }
    if request.htmx and request.htmx.target == "walk-in-times":
        return render(request, "scheduling/_walk_in_times.html", context)
    return in_panel(request, "walk_in", context, status)


def booked_over(
    request: DeskRequest, facility: Facility, who: PatientChoice
) -> list[tuple[Slot, str]]:
    """Return the next start of each doctor who works today, taken or not, with its booking form.

    Empty for whoever may not book over what is taken.
    """
    if not request.user.has_perm(overriding.PERMISSION):
        return []
    at = on_grid(timezone.now(), GRID, facility.tz)
    today = local(at, facility).date()
    days = doctor_days(facility, doctors_of(facility), today, today)
    slots = [Slot(day.doctor, facility, at, at + DEFAULT_DURATION) for day in days if day.hours]
    return [(slot, booking_url(slot, who.chosen)) for slot in slots]


def arrived(request: DeskRequest, appointment: Appointment) -> HttpResponse:
    start = local(appointment.starts_at, appointment.facility)
    messages.success(
        request,
        _("Walk-in booked and arrived: %(patient)s, %(time)s with %(doctor)s.")
        % {
            "patient": appointment.patient,
            "time": date_format(start, "TIME_FORMAT"),
            "doctor": appointment.doctor,
        },
        extra_tags=undo_url(request, appointment),
    )
    return offer_to_close(request, appointment) or back_to_board(request, appointment)
