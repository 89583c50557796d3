"""The day sheet and the appointment slip, as PDF. Who sees the page they belong to may print them.

The names of the files name nobody: they stay behind in the downloads of a shared computer.
"""

from collections.abc import Callable
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from audit.kinds import Kind
from audit.reading import shows
from scheduling.agenda import doctor_days, doctors_on
from scheduling.asked import number_in
from scheduling.calendars import local
from scheduling.day_sheet import sheets
from scheduling.models import Appointment
from scheduling.paper import day_sheet as day_sheet_pdf
from scheduling.paper import slip as slip_pdf
from scheduling.status import Status
from scheduling.views.answers import DeskRequest
from scheduling.views.board import day_of, visible_facility

# A browser shows a PDF in a page of its own making, which has styles and embeds the file.
viewable: Callable[..., Any] = csp_replace(
    {"default-src": [NONE], "object-src": [SELF], "style-src": [UNSAFE_INLINE]}
)


@require_safe
@permission_required("scheduling.view_appointment", raise_exception=True)
@viewable
def day_sheet(request: DeskRequest, facility_id: int) -> HttpResponse:
    """Answer with the day of a facility, or of one doctor there: `?date=` and `?doctor=`."""
    facility = visible_facility(request, facility_id)
    day = day_of(request.GET.get("date"), facility)
    wanted = number_in(request.GET.get("doctor", ""))
    doctors = [each for each in doctors_on(facility, day) if wanted in {None, each.pk}]
    if wanted and not doctors:
        raise Http404
    today = Appointment.objects.visible_to(request.user).filter(
        facility=facility, doctor__in=doctors
    )
    today = today.on_day(day, facility)
    dropped = today.filter(
        status__in=[Status.CANCELLED, Status.NOSHOW], patient__isnull=False
    ).select_related("patient", "doctor")
    days = doctor_days(facility, doctors, day, day)
    made, not_in = sheets(facility, days, set(today.values_list("pk", flat=True)))
    content = day_sheet_pdf.written(
        day_sheet_pdf.DaySheet(
            facility, day, made, not_in, list(dropped), timezone.now(), str(request.user)
        )
    )
    return as_pdf(content, f"day-sheet-{day}{f'-doctor-{wanted}' if wanted else ''}.pdf")


@require_safe
@permission_required("scheduling.view_appointment", raise_exception=True)
@viewable
def slip(request: DeskRequest, pk: int) -> HttpResponse:
    """Answer with the slip of an appointment that is still to come."""
    now = timezone.now()
    expected = Appointment.objects.visible_to(request.user).expected(now)
    related = expected.select_related("patient", "doctor", "facility", "type")
    appointment = get_object_or_404(related, pk=pk)
    if appointment.patient_id:
        shows(request, Kind.SLIP, [appointment.patient_id])
    at = local(now, appointment.facility)
    printed = _("Printed %(at)s by %(name)s.") % {
        "at": f"{date_format(at, 'DATETIME_FORMAT')} {at:%Z}",
        "name": request.user,
    }
    return as_pdf(slip_pdf.written(appointment, printed=printed), "appointment.pdf")


def as_pdf(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
