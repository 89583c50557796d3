"""Everything of one patient as JSON and as PDF, for administrators."""

from datetime import datetime
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.views.decorators.http import require_GET
from reportlab.lib.pagesizes import letter
from reportlab.platypus import KeepTogether, Spacer

from accounts.models import User
from audit.kinds import Kind
from audit.reading import shows
from patients.models import Patient
from records.disclosure import Disclosure, Fact, disclose
from scheduling.paper.fonts import BOLD
from scheduling.paper.pages import Heading, pdf, words


@require_GET
def everything(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """Send everything of a patient; the name of the file names nobody."""
    if form not in {"json", "pdf"}:
        raise Http404
    patient = get_object_or_404(Patient, pk=pk)
    reader = cast("User", request.user)
    told = disclose(patient, to=reader, now=timezone.now())
    shows(request, Kind.EVERYTHING, [patient.pk])
    answer = _json(told) if form == "json" else _pdf(told, reader)
    answer["Content-Disposition"] = f'attachment; filename="patient-{patient.pk}.{form}"'
    return answer


def _json(told: Disclosure) -> HttpResponse:
    return JsonResponse(told.as_json(), json_dumps_params={"indent": 2, "ensure_ascii": False})


def _pdf(told: Disclosure, reader: User) -> HttpResponse:
    at = date_format(told.made_at, "DATETIME_FORMAT")
    printed = gettext("Printed %(at)s UTC by %(who)s.") % {"at": at, "who": reader}
    kind = gettext("Everything kept of a patient")
    heading = Heading(kind, kind, f"{told.patient} · {told.patient.mrn}", printed)
    content = pdf(lambda: _story(told), heading, letter)
    return HttpResponse(content, content_type="application/pdf")


def _story(told: Disclosure) -> list[Any]:
    story: list[Any] = []
    if not told.has_chart:
        left_out = gettext("The chart is left out: whoever made this may not read charts.")
        story += [words(left_out, 10), Spacer(1, 10)]
    for part in told.parts:
        story += [words(part.title, 13, BOLD), Spacer(1, 4)]
        for row in part.rows:
            lines = [words(f"{fact.label}: {_text(fact)}", 9) for fact in row if _is_told(fact)]
            story += [KeepTogether(lines), Spacer(1, 6)]
        story.append(Spacer(1, 8))
    return story


def _is_told(fact: Fact) -> bool:
    return fact.value not in (None, "", [], {})


def _text(fact: Fact) -> str:
    if isinstance(fact.value, bool):
        return gettext("Yes") if fact.value else gettext("No")
    if isinstance(fact.value, dict) and fact.value.keys() == {"id", "name"}:
        return str(fact.value["name"])
    if isinstance(fact.value, datetime):
        return f"{date_format(fact.value, 'DATETIME_FORMAT')} UTC"
    return str(fact.value)
