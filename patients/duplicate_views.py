"""The work list of records that are likely of one person, and what was decided about them."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from facilities.models import Facility
from patients.duplicates import count_likely, likely_pairs
from patients.models import DifferentPeople, Patient
from patients.views import signed_in

PER_PAGE = 25
MOST_DECIDED = 25
NOBODYS = "none"
MAY_MERGE = "patients.merge_patient"


@require_safe
@permission_required("patients.view_patient", raise_exception=True)
def duplicates(request: HttpRequest) -> HttpResponse:
    """List the likely pairs of one facility, best first, and the last decisions against others."""
    user, number = signed_in(request), page_number(request)
    places = list(Facility.objects.visible_to(user).active())
    facility = chosen_place(request, places)
    pairs = likely_pairs(user, facility, limit=PER_PAGE, offset=PER_PAGE * (number - 1))
    decided = DifferentPeople.objects.visible_to(user).in_force()
    context = {
        "places": places,
        "facility": facility,
        "place": facility.pk if facility else NOBODYS,
        "pairs": pairs,
        "number": number,
        "has_next": number * PER_PAGE < pairs.total,
        "decided": decided.select_related("first", "second", "by")[:MOST_DECIDED],
        "today": timezone.localdate(),
    }
    return render(request, "patients/duplicates.html", context)


@require_safe
@permission_required("patients.view_patient", raise_exception=True)
def count(request: HttpRequest) -> HttpResponse:
    """Say how many pairs wait at the person's first facility; the menu asks when it is opened."""
    user = signed_in(request)
    facility = Facility.objects.visible_to(user).active().first()
    return render(request, "patients/_duplicate_count.html", {"n": count_likely(user, facility)})


@require_POST
@permission_required(MAY_MERGE, raise_exception=True)
def different(request: HttpRequest) -> HttpResponse:
    """Remember that two records are not the same person's."""
    first, second = (seen(signed_in(request), pk) for pk in posted_pair(request))
    try:
        decision = DifferentPeople.objects.decide((first, second), by=signed_in(request))
    except ValidationError as error:
        messages.warning(request, error.messages[0])
        return redirect("patients:duplicates")
    messages.success(
        request,
        _("Remembered: MRN %(first)s and MRN %(second)s are not the same person.")
        % {"first": first.mrn, "second": second.mrn},
        extra_tags="page:" + reverse("patients:not-different", args=[decision.pk]),
    )
    return redirect("patients:duplicates")


@require_POST
@permission_required(MAY_MERGE, raise_exception=True)
def not_different(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back that two records are not the same person's."""
    decisions = DifferentPeople.objects.visible_to(signed_in(request))
    decision = get_object_or_404(decisions.select_related("first", "second"), pk=pk)
    if decision.undo(by=signed_in(request)):
        told = _("Taken back: MRN %(first)s and MRN %(second)s may be the same person.")
        pair = {"first": decision.first.mrn, "second": decision.second.mrn}
        messages.success(request, told % pair)
    else:
        messages.warning(request, _("This decision has been taken back already."))
    return redirect("patients:duplicates")


def chosen_place(request: HttpRequest, places: list[Facility]) -> Facility | None:
    """Return the facility asked for, or the first; None for the patients of no facility."""
    asked = request.GET.get("facility", "")
    if asked == NOBODYS:
        return None
    found = [place for place in places if str(place.pk) == asked]
    if asked and not found:
        raise Http404
    return next(iter(found or places), None)


def page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return max(int(text), 1) if text.isdecimal() and len(text) < 6 else 1


def posted_pair(request: HttpRequest) -> tuple[int, int]:
    parts = request.POST.get("pair", "").split("-")
    if len(parts) != 2 or parts[0] == parts[1]:
        raise Http404
    if not all(part.isdecimal() and len(part) < 19 for part in parts):
        raise Http404
    return int(parts[0]), int(parts[1])


def seen(user: User, pk: int) -> Patient:
    return get_object_or_404(Patient.objects.visible_to(user), pk=pk)
