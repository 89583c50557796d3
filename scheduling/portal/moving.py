"""Moving a visit of one's own to another time, at the same facility."""

from typing import Any

from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit.kinds import Kind
from audit.reading import shows
from patients.models import Patient
from patients.portal.own import for_patients
from scheduling import holding
from scheduling.calendars import local
from scheduling.forms import SlotForm
from scheduling.lost import unmoved
from scheduling.models import Appointment
from scheduling.portal.booking import kind_of, refused
from scheduling.portal.forms import TimesForm
from scheduling.portal.openings import open_day, wanted_online
from scheduling.portal.visits import may_move, own_visit, shown, told, words_of_no_change
from scheduling.views.answers import DeskRequest, refusal_status
from scheduling.views.appointment import version


@require_http_methods(["GET", "HEAD", "POST"])
@for_patients("scheduling.reschedule_appointment")
def move(request: DeskRequest, patient: Patient, pk: int) -> HttpResponse:
    """Show the openings of a day; move to the one that is pressed, which can be taken back."""
    visit = own_visit(request, pk)
    if not may_move(request, visit):
        return shown(request, visit, refusal=[words_of_no_change(visit)], status=409)
    if request.method != "POST":
        return choosing(request, patient, visit)
    slot = SlotForm(request.POST, visit.facility)
    if not slot.is_valid():
        raise BadRequest(_("The form names no doctor of this facility, or no time."))
    wanted = slot.cleaned_data
    lost = unmoved(visit, wanted["starts_at"], wanted["doctor"], None)
    try:
        holding.move(visit, **wanted, by=request.user, version=version(request))
    except ValidationError as error:
        before = own_visit(request, pk)
        return choosing(request, patient, before, error, refused(error, lost, before))
    return told(request, visit, _("Moved: %(start)s with %(doctor)s."))


def choosing(
    request: DeskRequest,
    patient: Patient,
    visit: Appointment,
    error: ValidationError | None = None,
    refusal: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show the openings of a day, at first those with the doctor of the visit."""
    now, kind = timezone.now(), kind_of(visit)
    today = local(now, visit.facility).date()
    asked = request.GET if "doctor" in request.GET else {"doctor": visit.doctor_id}
    form = TimesForm(asked, user=request.user, kind=kind, today=today, facility=visit.facility)
    shows(request, Kind.APPOINTMENT, [patient.pk])
    context = {"visit": visit, "kind": kind, "form": form, "facility": visit.facility}
    context |= refusal or {}
    if form.is_valid():
        wanted = wanted_online(
            kind,
            patient,
            today=today,
            now=now,
            facilities=[visit.facility],
            doctor=form.cleaned_data["doctor"],
            moving=visit,
        )
        context["open_day"] = open_day(wanted, form.cleaned_data["day"], now=now)
    status = refusal_status(error) if error else 200 if form.is_valid() else 422
    return render(request, "portal/move.html", context, status=status)
