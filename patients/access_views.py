"""The access log for administrators: by patient, by account, by period; and who saw one record."""

import csv
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from audit.kinds import Kind
from audit.models import AccessEvent, AccessEventQuerySet
from audit.reading import shows
from facilities.models import Facility
from facilities.spreadsheets import BYTE_ORDER_MARK, harmless
from patients.access_forms import LogForm, PeriodForm, of_record, order_of
from patients.models import Patient
from patients.views import signed_in

MAY_AUDIT = "audit.view_accessevent"
PER_PAGE = 50
MOST_PRINTED = 1000
AT_ONCE = 2000
COLUMNS = (
    *("at", "user_id", "user_name", "role", "patient_id", "what", "reason", "break_glass"),
    *("route", "path", "request_id", "network"),
)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(MAY_AUDIT, raise_exception=True)
def access_log(request: HttpRequest) -> HttpResponse:
    """Show a page of the log; a POST turns what was typed into an address of ids and days."""
    if request.method == "POST":
        form = LogForm(request.POST)
        if form.is_valid():
            return redirect(f"{reverse('patients:access-log')}?{form.address}".rstrip("?"))
        return render(request, "patients/access_log.html", {"form": form}, status=422)
    zone, period = zone_of(request), PeriodForm(request.GET)
    if not period.is_valid():
        raise BadRequest(_("The address names no days that can be shown."))
    order, sort = order_of(request.GET.get("sort", ""))
    rows = asked_for(request, period, zone).order_by(*order)
    after = number_in(request, "after", digits=18)
    if after:
        visible = AccessEvent.objects.visible_to(signed_in(request))
        rows = rows.beyond(get_object_or_404(visible, pk=after), order)
    found = list(rows[: PER_PAGE + 1])
    context = {
        "form": filled_in(request, period),
        "events": named(found[:PER_PAGE]),
        "zone": zone,
        "after": after,
        "next": found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None,
        "heads": heads(request, sort),
        "query": query_of(request, "sort"),
        "filters": query_of(request),
    }
    return render(request, "patients/access_log.html", context)


@require_safe
@permission_required(MAY_AUDIT, raise_exception=True)
def download(request: HttpRequest) -> StreamingHttpResponse:
    """Answer with all that the page would show, newest first, as CSV; times are in UTC."""
    period = PeriodForm(request.GET)
    if not period.is_valid():
        raise BadRequest(_("The address names no days that can be shown."))
    rows = asked_for(request, period, zone_of(request))
    return StreamingHttpResponse(
        lines(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="access-log.csv"'},
    )


@require_safe
@permission_required(MAY_AUDIT, raise_exception=True)
def seen_by(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who saw a patient's record, as it is handed out on paper."""
    patients = Patient.objects.visible_to(signed_in(request)).select_related("facility")
    patient, period = get_object_or_404(patients, pk=pk), PeriodForm(request.GET)
    zone = patient.facility.tz if patient.facility else zone_of(request)
    found: list[AccessEvent] = []
    if period.is_valid():
        rows = period.within(of_record(patient).visible_to(signed_in(request)), zone)
        found = list(rows.order_by("-pk")[: MOST_PRINTED + 1])
    shows(request, Kind.DISCLOSURES, [patient.pk])
    context = {
        "patient": patient,
        "form": period,
        "events": found[:MOST_PRINTED],
        "has_more": len(found) > MOST_PRINTED,
        "most": MOST_PRINTED,
        "zone": zone,
        "now": timezone.now(),
    }
    status = 200 if period.is_valid() else 422
    return render(request, "patients/seen_by.html", context, status=status)


def asked_for(request: HttpRequest, period: PeriodForm, zone: ZoneInfo) -> AccessEventQuerySet:
    """Return the rows of the patient, the account and the days that the address names."""
    rows = period.within(AccessEvent.objects.visible_to(signed_in(request)), zone)
    if patient := number_in(request, "patient"):
        rows = rows.filter(patient_id=patient)
    if user := number_in(request, "user"):
        rows = rows.filter(user_id=user)
    return rows


def filled_in(request: HttpRequest, period: PeriodForm) -> LogForm:
    """Return the form with what the address names, in the words that were typed."""
    pks = {name: number_in(request, name) for name in ("patient", "user")}
    patient = Patient.objects.filter(pk=pks["patient"]).first() if pks["patient"] else None
    user = User.objects.filter(pk=pks["user"]).first() if pks["user"] else None
    return LogForm(
        initial=period.cleaned_data
        | {"mrn": patient.mrn if patient else "", "username": user.username if user else ""}
    )


def named(events: list[AccessEvent]) -> list[Any]:
    """Return the events, each with its `patient`; None for one that is gone."""
    patients = Patient.objects.in_bulk({event.patient_id for event in events})
    found: list[Any] = events
    for event in found:
        event.patient = patients.get(event.patient_id)
    return found


def heads(request: HttpRequest, sort: str) -> list[dict[str, str]]:
    """Return the columns that can be sorted by: words, address, and the order they stand in."""
    words = {"when": _("When"), "who": _("Who"), "patient": _("Patient"), "what": _("What")}
    made = []
    for name, label in words.items():
        turned = f"-{name}" if sort == name or (name == "when" and sort != "-when") else name
        order = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
        query = urlencode({**_filters(request), "sort": turned})
        made.append({"label": label, "query": query, "order": order})
    return made


def query_of(request: HttpRequest, *more: str) -> str:
    """Return the query of the address without its page, as a beginning for other pages'."""
    return urlencode(_filters(request, *more))


def _filters(request: HttpRequest, *more: str) -> dict[str, str]:
    names = ("patient", "user", "first", "last", *more)
    return {name: request.GET[name] for name in names if request.GET.get(name)}


def number_in(request: HttpRequest, name: str, digits: int = 9) -> int | None:
    """Return the number that the address gives; raise Http404 for what is none."""
    text = request.GET.get(name, "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 0 < len(text) <= digits or int(text) == 0:
        raise Http404
    return int(text)


def zone_of(request: HttpRequest) -> ZoneInfo:
    """Return the zone of the person's first facility, on whose clock times are shown."""
    facility = Facility.objects.visible_to(signed_in(request)).active().first()
    return facility.tz if facility else ZoneInfo("UTC")


def lines(rows: AccessEventQuerySet) -> Iterator[str]:
    """Yield the lines of a CSV file, some thousand rows at a time and none twice."""
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow(["id", *COLUMNS])
    last: int | None = None
    while True:
        beyond = rows.filter(pk__lt=last) if last else rows
        found = list(beyond.order_by("-pk").values_list("pk", *COLUMNS)[:AT_ONCE])
        for row in found:
            yield writer.writerow([harmless(_cell(value)) for value in row])
        if len(found) < AT_ONCE:
            return
        last = found[-1][0]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value.isoformat() if hasattr(value, "isoformat") else value)


class _Echo:
    """A file that returns what is written to it."""

    def write(self, text: str) -> str:
        return text
