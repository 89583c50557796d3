"""The page of figures for managers, and each figure as a file for a spreadsheet."""

import csv
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from facilities.models import Facility
from scheduling.insight.access import third_next
from scheduling.insight.figures import Figure, cancellations, noshows, utilisation, waiting
from scheduling.insight.scope import Scope
from scheduling.insight_forms import InsightForm
from scheduling.views.answers import DeskRequest

FIGURES: dict[str, Callable[[Scope], Figure]] = {
    "utilisation": utilisation,
    "access": third_next,
    "noshows": noshows,
    "cancellations": cancellations,
    "waiting": waiting,
}
# A spreadsheet takes a cell that begins so for a formula.
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_safe
@permission_required("scheduling.view_insight", raise_exception=True)
def page(request: DeskRequest) -> HttpResponse:
    """Show every figure of a facility, or of all that this person works at, for a period."""
    form = form_of(request.GET, request)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        scope = scope_of(request, form)
        context |= {
            "scope": scope,
            "form": form_of(filled(form, scope), request),
            "figures": [make(scope) for make in FIGURES.values()],
            "query": urlencode({name: str(value) for name, value in request.GET.items() if value}),
        }
    status = 200 if form.is_valid() else 422
    return render(request, "scheduling/insight/page.html", context, status=status)


@require_safe
@permission_required("scheduling.view_insight", raise_exception=True)
def download(request: DeskRequest, slug: str) -> HttpResponse:
    """Answer with the table of one figure as CSV."""
    make, form = FIGURES.get(slug), form_of(request.GET, request)
    if make is None:
        raise Http404
    if not form.is_valid():
        raise BadRequest(_("The address names no facility or period that can be shown."))
    scope = scope_of(request, form)
    figure = make(scope)
    name = f"{slug}-{scope.first}-{scope.last}.csv"
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    # Without this sign a spreadsheet takes the letters of many languages for others.
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerows([harmless(cell) for cell in row] for row in (figure.head, *figure.rows))
    return response


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if cell.startswith(BEGINS_A_FORMULA) else cell


def filled(form: InsightForm, scope: Scope) -> dict[str, Any]:
    """Return what the form is to show: the days as well that nobody has chosen."""
    return {"facility": form["facility"].value(), "first": scope.first, "last": scope.last}


def form_of(given: Mapping[str, Any], request: DeskRequest) -> InsightForm:
    facilities = Facility.objects.visible_to(request.user).active().order_by("name", "pk")
    return InsightForm(given, facilities=facilities)


def scope_of(request: DeskRequest, form: InsightForm) -> Scope:
    chosen = form.cleaned_data["facility"]
    facilities = [chosen] if chosen else list(form.fields["facility"].queryset)  # type: ignore[attr-defined]
    return Scope.of(
        request.user,
        facilities,
        now=timezone.now(),
        first=form.cleaned_data["first"],
        last=form.cleaned_data["last"],
    )
