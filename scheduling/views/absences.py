"""Time off and closures: what is coming, and entering it. Saving one never touches a booking."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth import get_permission_codename
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from facilities.models import Doctor, Facility
from scheduling.absence_forms import (
    ClosureForm,
    DeskAbsenceForm,
    TimeOffForm,
    as_seen,
    place,
)
from scheduling.asked import number_in
from scheduling.calendars import local
from scheduling.models import Appointment, Closure, TimeOff
from scheduling.models.hours import Absence
from scheduling.views.answers import CONFLICT, DeskRequest
from scheduling.views.board import visible_facility
from scheduling.views.doctors import manages, visible_doctor

FORMS: dict[type[Absence], type[DeskAbsenceForm]] = {TimeOff: TimeOffForm, Closure: ClosureForm}
MOST_SHOWN = 200
MOST_OVER = 50
CLASHES_SHOWN = 10


class Line(NamedTuple):
    """An absence in a list, with the facility whose clock it is shown by."""

    absence: Any
    facility: Facility | None


@require_safe
@permission_required(["scheduling.view_timeoff", "scheduling.view_closure"], raise_exception=True)
def coming(request: DeskRequest) -> HttpResponse:
    """List the absences to come, each with the number of appointments still to be moved."""
    user, now = request.user, timezone.now()
    affected = Appointment.objects.at_facilities_of(user).expected(now)
    time_off = TimeOff.objects.visible_to(user).upcoming(now).counting(affected)
    closures = Closure.objects.visible_to(user).upcoming(now).counting(affected)
    # A doctor's absence is shown by the clock of the first facility that this person sees.
    places = Prefetch("doctor__facilities", Facility.objects.visible_to(user))
    found: list[Any] = [
        *lines(time_off.select_related("doctor").prefetch_related(places)),
        *lines(closures.select_related("facility")),
    ]
    found.sort(key=lambda line: line.absence.starts_at)
    may_add = user.has_perm("scheduling.add_timeoff"), user.has_perm("scheduling.add_closure")
    context = {
        "lines": found[:MOST_SHOWN],
        "to_move": sum(line.absence.to_move for line in found),
        "doctors": Doctor.objects.managed_by(user).active() if may_add[0] else [],
        "facilities": Facility.objects.visible_to(user).active() if may_add[1] else [],
    }
    return render(request, "scheduling/absences.html", context)


@require_safe
@permission_required("scheduling.view_timeoff", raise_exception=True)
def of_doctor(request: DeskRequest, doctor_id: int) -> HttpResponse:
    """List one doctor's time off: what is coming, and what was last over."""
    doctor, now = visible_doctor(request, doctor_id), timezone.now()
    affected = Appointment.objects.at_facilities_of(request.user).expected(now)
    rows = TimeOff.objects.visible_to(request.user).filter(doctor=doctor).select_related("doctor")
    places = Prefetch("doctor__facilities", Facility.objects.visible_to(request.user))
    rows = rows.prefetch_related(places).counting(affected)
    context = {
        "doctor": doctor,
        "lines": lines(rows.upcoming(now)),
        "over": lines(rows.filter(ends_at__lte=now).order_by("-starts_at")[:MOST_OVER]),
        "may_add": manages(request, "add", doctor, "timeoff"),
    }
    return render(request, "scheduling/time_off.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("scheduling.add_timeoff", raise_exception=True)
def add_time_off(request: DeskRequest) -> HttpResponse:
    """Enter time off of the doctor whom `?doctor=` names."""
    doctor = visible_doctor(request, number_in(request.GET.get("doctor", "")) or 0)
    if not manages(request, "add", doctor, "timeoff"):
        raise PermissionDenied
    return edited(request, TimeOff(doctor=doctor))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("scheduling.add_closure", raise_exception=True)
def add_closure(request: DeskRequest) -> HttpResponse:
    """Enter a closure of the facility that `?facility=` names."""
    facility = visible_facility(request, number_in(request.GET.get("facility", "")) or 0)
    return edited(request, Closure(facility=facility))


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: DeskRequest, kind: type[Absence], pk: int) -> HttpResponse:
    """Change when or why."""
    return edited(request, changeable(request, "change", kind, pk))


@require_POST
def delete(request: DeskRequest, kind: type[Absence], pk: int) -> HttpResponse:
    """Take an absence back: its time can be booked again."""
    absence = changeable(request, "delete", kind, pk)
    absence.delete()
    messages.success(
        request,
        _("Deleted for %(whose)s: %(absence)s.") % {"whose": absence.whose, "absence": absence},
    )
    return redirect("scheduling:absences")


def edited(request: DeskRequest, absence: Absence) -> HttpResponse:
    """Show the form, then what clashes, then save; nothing that clashes is cancelled."""
    facility, now = clock_of(request, absence), timezone.now()
    form = FORMS[type(absence)](
        request.POST or None, instance=absence, facility=facility, initial=whole_day(absence, now)
    )
    if request.method != "POST" or not form.is_valid():
        return asked(request, form)
    affected = form.clashing(now)
    if affected - form.cleaned_data["seen"]:
        return asked(request, form, affected)
    try:
        form.save_what_was_read()
    except ValidationError:
        return overtaken(request, form, affected)
    messages.success(
        request,
        _("Saved for %(whose)s: %(absence)s.") % {"whose": absence.whose, "absence": absence},
    )
    return redirect(absence if affected else "scheduling:absences")


def overtaken(
    request: DeskRequest, form: DeskAbsenceForm, affected: frozenset[int]
) -> HttpResponse:
    """Show what somebody else has made of the absence, above what is typed: press again."""
    theirs: Any = visible(request, type(form.instance), form.instance.pk)
    form.was = theirs.fingerprint
    return asked(request, form, affected, theirs)


def asked(
    request: DeskRequest,
    form: DeskAbsenceForm,
    affected: frozenset[int] = frozenset(),
    theirs: Absence | None = None,
) -> HttpResponse:
    """Render the form: as 422 when it was refused or is to be pressed again, or as 409."""
    absence = form.instance
    clashes: Any = []
    if affected:
        visible = Appointment.objects.visible_to(request.user)
        clashes = visible.filter(pk__in=affected).order_by("starts_at")
        clashes = clashes.select_related("patient", "doctor", "facility")[:CLASHES_SHOWN]
    context = {
        "form": form,
        "absence": absence,
        "facility": form.facility,
        "affected": len(affected),
        "seen": as_seen(affected),
        "clashes": clashes,
        "more": len(affected) - len(clashes),
        "now": timezone.now(),
        "theirs": theirs,
    }
    status = 422 if request.method == "POST" else 200
    if theirs:
        status = CONFLICT
    return render(request, "scheduling/absence_form.html", context, status=status)


def changeable(request: DeskRequest, verb: str, kind: type[Absence], pk: int) -> Absence:
    """Return an absence to change or delete; refuse one that this person only sees."""
    absence = visible(request, kind, pk)
    if not may(request, verb, absence):
        raise PermissionDenied
    return absence


def visible(request: DeskRequest, kind: Any, pk: int) -> Absence:
    """Return an absence that this person sees, of a role that sees any."""
    if not request.user.has_perm(_permission("view", kind)):
        raise PermissionDenied
    whose = "facility" if kind is Closure else "doctor"
    found: Absence = get_object_or_404(
        kind.objects.visible_to(request.user).select_related(whose), pk=pk
    )
    return found


def may(request: DeskRequest, verb: str, absence: Any) -> bool:
    user, rows = request.user, type(absence).objects
    return (
        user.has_perm(_permission(verb, type(absence)))
        and rows.changeable_by(user).filter(pk=absence.pk).exists()
    )


def _permission(verb: str, kind: type[Absence]) -> str:
    meta = kind._meta  # noqa: SLF001 - Django documents _meta as public
    return f"{meta.app_label}.{get_permission_codename(verb, meta)}"


def clock_of(request: DeskRequest, absence: Absence) -> Facility:
    """Return the facility whose clock this person reads: of a doctor's, the first that they see."""
    whose = absence.whose
    if isinstance(whose, Facility):
        return whose
    facility = whose.facilities.visible_to(request.user).first()
    if facility is None:
        raise Http404(_("This doctor works at no facility."))
    return facility


def whole_day(absence: Absence, now: datetime) -> dict[str, Any]:
    """Return what a new absence begins with: the whole of today by the facility's clock."""
    if absence.pk:
        return {}
    facility = place(absence.whose)
    today = local(now, facility).date() if facility else now.date()
    return {"starts_at": f"{today}T00:00", "ends_at": f"{today + timedelta(days=1)}T00:00"}


def lines(absences: Any) -> list[Line]:
    return [Line(absence, place(absence.whose)) for absence in absences]
