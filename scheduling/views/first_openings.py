"""The first openings beside the board: what is asked for on the phone, answered with buttons.

For a patient who is named a time is booked in one press, or held while its form is filled in.
"""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from facilities.models import Facility
from patients.models import Patient
from scheduling.asked import number_in
from scheduling.calendars import local
from scheduling.opening_forms import QuickFindForm
from scheduling.views.answers import DeskRequest, in_panel
from scheduling.views.board import board_url, patient_named
from scheduling.views.finding import found, home_of

AT_ONCE, MOST = 6, 60
LIST = "first-openings"


@require_http_methods(["GET", "POST"])
@permission_required("scheduling.book_appointment", raise_exception=True)
def first_openings(request: DeskRequest) -> HttpResponse:
    """Show a few criteria and the first openings; `?for=` names the patient who is on the phone.

    For a patient the criteria are posted, because their ZIP code belongs into no address.
    """
    patient = patient_named(request)
    own = list(Facility.objects.visible_to(request.user).active())
    home = home_of(request, own)
    now = timezone.now()
    today = local(now, home).date() if home else now.date()
    sent = request.POST if request.method == "POST" else request.GET
    form = QuickFindForm(criteria(sent, patient, own, home, today), today)
    context = panel_context(request, form, patient, home, today)
    if form.is_valid():
        count = max(AT_ONCE, min(number_in(sent.get("count", "")) or AT_ONCE, MOST))
        context |= found(form, patient, own, home, count)
        context["more"] = min(count + AT_ONCE, MOST) if context["more"] and count < MOST else None
    status = 200 if form.is_valid() else 422
    if request.htmx and request.htmx.target == LIST:
        context["redraws"] = bool(form.errors or "corrected" in sent)
        return render(request, "scheduling/_first_list.html", context, status=status)
    return in_panel(request, "first_openings", context, status)


def panel_context(
    request: DeskRequest,
    form: QuickFindForm,
    patient: Patient | None,
    home: Facility | None,
    today: date,
) -> dict[str, Any]:
    return {
        "form": form,
        "patient": patient,
        "may_wait": request.user.has_perm("scheduling.add_waitlistentry"),
        "board_url": board_url(home, today) if home else "",
    }


def criteria(
    sent: QueryDict,
    patient: Patient | None,
    own: list[Facility],
    home: Facility | None,
    today: date,
) -> QueryDict:
    """Return what is looked for: what was sent, or else the first openings here.

    An address may begin with some of it, such as the doctor; then the place is open.
    """
    if sent.get("looked"):
        return sent
    blank = sent.copy()
    blank["first"] = sent.get("first") or today.isoformat()
    usual = patient.facility if patient and patient.facility in own else home
    if usual and not sent.keys() & {"doctor", "facility", "care_type", "zip_code"}:
        blank["facility"] = str(usual.pk)
    return blank
