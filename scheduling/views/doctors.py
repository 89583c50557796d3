"""Doctors, and the weekly hours that each works where."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from facilities.models import Doctor, Facility
from scheduling import weekdays
from scheduling.absence_forms import EndHoursForm, HoursForm, place
from scheduling.calendars import local
from scheduling.models import Appointment, WorkingHours
from scheduling.views.answers import DeskRequest
from scheduling.worklist import stranded

MOST_ENDED = 50


@require_safe
@permission_required("scheduling.view_workinghours", raise_exception=True)
def doctor_list(request: DeskRequest) -> HttpResponse:
    """List the doctors of this person's facilities."""
    facilities = Prefetch("facilities", Facility.objects.visible_to(request.user))
    doctors = Doctor.objects.visible_to(request.user).active().prefetch_related(facilities)
    return render(request, "scheduling/doctors.html", {"doctors": doctors.order_by("name", "pk")})


@require_safe
@permission_required("scheduling.view_workinghours", raise_exception=True)
def hours(request: DeskRequest, doctor_id: int) -> HttpResponse:
    """Show a doctor's weekly hours at this person's facilities, and who is stranded by them."""
    doctor = visible_doctor(request, doctor_id)
    rows = visible_hours(request, doctor).order_by(
        "facility__name", "facility", weekdays.order(), "starts_at", "valid_from"
    )
    today = today_of(doctor)
    ended = rows.filter(valid_until__lt=today).order_by(
        "-valid_until", weekdays.order(), "starts_at"
    )
    context = {
        "doctor": doctor,
        "hours": rows.not_ended(today),
        "ended": ended[:MOST_ENDED],
        "stranded": len(stranded_by(request, doctor)),
        "may": {verb: manages(request, verb, doctor) for verb in ("add", "change")},
    }
    return render(request, "scheduling/hours.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("scheduling.add_workinghours", raise_exception=True)
def add_hours(request: DeskRequest, doctor_id: int) -> HttpResponse:
    """Add hours on one weekday."""
    doctor = managed_doctor(request, "add", doctor_id)
    form = HoursForm(
        request.POST or None,
        instance=WorkingHours(doctor=doctor),
        initial={"valid_from": today_of(doctor)},
        facilities=facilities_of(request, doctor),
    )
    return edited(request, doctor, form)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("scheduling.change_workinghours", raise_exception=True)
def change_hours(request: DeskRequest, doctor_id: int, pk: int) -> HttpResponse:
    """Correct hours, for all the days on which they apply."""
    doctor = managed_doctor(request, "change", doctor_id)
    form = HoursForm(
        request.POST or None,
        instance=get_object_or_404(visible_hours(request, doctor), pk=pk),
        facilities=facilities_of(request, doctor),
    )
    return edited(request, doctor, form)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("scheduling.change_workinghours", raise_exception=True)
def end_hours(request: DeskRequest, doctor_id: int, pk: int) -> HttpResponse:
    """Say on which day hours apply for the last time."""
    doctor = managed_doctor(request, "change", doctor_id)
    row = get_object_or_404(visible_hours(request, doctor), pk=pk)
    last = row.valid_until or max(today_of(doctor), row.valid_from)
    form = EndHoursForm(request.POST or None, instance=row, initial={"valid_until": last})
    return edited(request, doctor, form, ends=True)


@require_POST
@permission_required("scheduling.delete_workinghours", raise_exception=True)
def delete_hours(request: DeskRequest, doctor_id: int, pk: int) -> HttpResponse:
    """Delete hours that were entered by mistake."""
    doctor = managed_doctor(request, "delete", doctor_id)
    row = get_object_or_404(visible_hours(request, doctor), pk=pk)
    row.delete()
    return changed(request, doctor, _("Deleted: %(row)s.") % {"row": row})


def edited(
    request: DeskRequest,
    doctor: Doctor,
    form: HoursForm | EndHoursForm,
    *,
    ends: bool = False,
) -> HttpResponse:
    """Save the form and go back to the hours, or show it, as 422 when it was refused."""
    if request.method == "POST" and form.save_or_explain():
        return changed(request, doctor, _("Saved: %(row)s.") % {"row": form.instance})
    stored = form.instance.pk and WorkingHours.objects.get(pk=form.instance.pk)
    context = {
        "doctor": doctor,
        "form": form,
        "row": stored,
        "ends": ends,
        "may_delete": manages(request, "delete", doctor),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "scheduling/hours_form.html", context, status=status)


def changed(request: DeskRequest, doctor: Doctor, words: str) -> HttpResponse:
    """Say what was done; lead to the appointments that lie outside the hours now, if any do."""
    count = len(stranded_by(request, doctor))
    if not count:
        messages.success(request, words)
        return redirect("scheduling:hours", doctor.pk)
    lie = ngettext(
        "%(count)s appointment lies outside the hours now: move what is listed here.",
        "%(count)s appointments lie outside the hours now: move what is listed here.",
        count,
    )
    messages.warning(request, f"{words} {lie % {'count': count}}")
    return redirect("scheduling:stranded", doctor.pk)


def stranded_by(request: DeskRequest, doctor: Doctor) -> list[Appointment]:
    """Return the doctor's appointments that this person sees and that no hours cover."""
    booked = Appointment.objects.visible_to(request.user).select_related(
        "patient", "doctor", "facility", "room", "type"
    )
    return stranded(doctor, booked, timezone.now())


def visible_doctor(request: DeskRequest, doctor_id: int) -> Doctor:
    return get_object_or_404(Doctor.objects.visible_to(request.user), pk=doctor_id)


def managed_doctor(request: DeskRequest, verb: str, doctor_id: int) -> Doctor:
    """Return a doctor whose hours this person may write; refuse one whom they only see."""
    doctor = visible_doctor(request, doctor_id)
    if not manages(request, verb, doctor):
        raise PermissionDenied
    return doctor


def manages(request: DeskRequest, verb: str, doctor: Doctor, what: str = "workinghours") -> bool:
    user = request.user
    return (
        user.has_perm(f"scheduling.{verb}_{what}")
        and Doctor.objects.managed_by(user).filter(pk=doctor.pk).exists()
    )


def visible_hours(request: DeskRequest, doctor: Doctor) -> Any:
    rows = WorkingHours.objects.visible_to(request.user).filter(doctor=doctor)
    return rows.select_related("facility")


def facilities_of(request: DeskRequest, doctor: Doctor) -> Any:
    """Return the doctor's facilities where this person works too."""
    return Facility.objects.visible_to(request.user).filter(doctors=doctor)


def today_of(doctor: Doctor) -> date:
    """Return the day it is where the doctor works."""
    facility, now = place(doctor), timezone.now()
    return local(now, facility).date() if facility else now.date()
