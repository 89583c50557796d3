"""Find a time: the first openings anywhere in the network that suit, and how to have them."""

from datetime import date
from typing import Any, NamedTuple

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from facilities.models import Facility
from patients.models import Patient
from scheduling.asked import LAST_FACILITY, number_in
from scheduling.calendars import local
from scheduling.finding import FindForm
from scheduling.no_opening import why_none
from scheduling.openings import Slot, find_openings
from scheduling.views.answers import DeskRequest
from scheduling.views.board import patient_named
from scheduling.views.booking_form import booking_url

AT_ONCE, MOST = 10, 100


class Opening(NamedTuple):
    """A slot, the address at which to book it if this person may, and whether to name its zone."""

    slot: Slot
    url: str
    names_zone: bool

    @property
    def miles(self) -> str:
        if self.slot.miles is None:
            return ""
        if self.slot.miles < 1:
            return _("under 1 mile")
        miles = round(self.slot.miles)
        return ngettext("%(count)s mile", "%(count)s miles", miles) % {"count": miles}


@require_http_methods(["GET", "POST"])
@permission_required("scheduling.book_appointment", raise_exception=True)
def find(request: DeskRequest) -> HttpResponse:
    """Show the criteria and the first openings; `?for=` names a patient to look for.

    For a patient the criteria are posted, because their ZIP code belongs into no address.
    """
    patient = patient_named(request)
    own = list(Facility.objects.visible_to(request.user).active())
    home = home_of(request, own)
    now = timezone.now()
    today = local(now, home).date() if home else now.date()
    sent = request.POST if request.method == "POST" else request.GET
    form = FindForm(criteria(sent, patient, today), today)
    # Beside a list that refreshes itself the criteria stay as they are, but for their errors.
    context: dict[str, Any] = {
        "form": form,
        "patient": patient,
        "redraws": bool(form.errors or "corrected" in sent),
    }
    if form.is_valid():
        count = max(AT_ONCE, min(number_in(sent.get("count", "")) or AT_ONCE, MOST))
        context |= found(form, patient, own, home, count)
    status = 200 if form.is_valid() else 422
    template = "scheduling/_openings.html" if request.htmx else "scheduling/find.html"
    return render(request, template, context, status=status)


def criteria(sent: QueryDict, patient: Patient | None, today: date) -> QueryDict:
    """Return what is looked for: what was sent, or else from today, near the patient's home."""
    if sent.keys() & FindForm.base_fields.keys():
        return sent
    blank = QueryDict(mutable=True)
    blank["first"] = today.isoformat()
    blank["zip_code"] = patient.zip_code if patient else ""
    return blank


def found(
    form: FindForm,
    patient: Patient | None,
    own: list[Facility],
    home: Facility | None,
    count: int,
) -> dict[str, Any]:
    """Return the first openings, or why there is none."""
    now = timezone.now()
    wanted = form.wanted(patient)
    slots = find_openings(wanted, now=now, count=count + 1)
    carried = {
        "type": wanted.type.pk if wanted.type else None,
        "minutes": None if wanted.type else form.cleaned_data["minutes"],
    }
    here = {facility.pk for facility in own}
    openings = [
        Opening(
            slot,
            booking_url(slot, patient, **carried) if slot.facility.pk in here else "",
            is_elsewhere_in_time(slot, home),
        )
        for slot in slots[:count]
    ]
    return {
        "openings": openings,
        "more": min(count + AT_ONCE, MOST) if len(slots) > count < MOST else None,
        "none": None if openings else why_none(wanted, now=now),
    }


def home_of(request: DeskRequest, own: list[Facility]) -> Facility | None:
    """Return by whose clock this person lives: the facility looked at last, or the first."""
    last = number_in(request.COOKIES.get(LAST_FACILITY, ""))
    return next((each for each in own if each.pk == last), own[0] if own else None)


def is_elsewhere_in_time(slot: Slot, home: Facility | None) -> bool:
    """Say whether the clocks at a slot show another time than at home."""
    return home is None or slot.local_start.utcoffset() != local(slot.starts_at, home).utcoffset()
