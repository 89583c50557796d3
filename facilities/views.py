"""Finding a facility of the network for somebody who lives in a ZIP code.

A ZIP code and a kind of care, with nobody's name beside them, say nothing about a patient: they may
stand in the address. Nothing that leads to a patient ever stands with them.
"""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from facilities.forms import MatchForm
from facilities.models import Facility


@require_safe
@permission_required("facilities.view_facility", raise_exception=True)
def match(request: HttpRequest) -> HttpResponse:
    """Show which facilities serve a ZIP code, or, where none has room, which are near."""
    form = MatchForm(request.GET if "zip_code" in request.GET else None)
    found = matched(**form.cleaned_data) if form.is_valid() else {}
    status = 422 if form.is_bound and not found else 200
    return render(request, "facilities/match.html", {"form": form} | found, status=status)


def matched(zip_code: str, care_type: Any) -> dict[str, Any]:
    matches = Facility.objects.matching(zip_code, care_type)
    has_room = any(not each.is_full for each in matches)
    return {
        "zip_code": zip_code,
        "care_type": care_type,
        "matches": matches,
        "has_room": has_room,
        "nearest": [] if has_room else Facility.objects.nearest(zip_code, care_type),
    }
