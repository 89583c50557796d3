"""Calendars to subscribe to: the feed itself, the page that gives its address out, and one visit.

An address is shown once, in the answer to the press that made it. Pressing the browser's reload
there is refused instead of ending the address that was just copied.
"""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from facilities.conflicts import codes_of
from scheduling.feeds import doctors_offered, entries, entry_of
from scheduling.ical import CONTENT_TYPE, fingerprint, written
from scheduling.models import CalendarFeed
from scheduling.status import Status
from scheduling.views.answers import CONFLICT, DeskRequest, refusal_status
from scheduling.views.appointment import visible_appointment

ROWS = 50


# Exempt so that a POST is answered with 405: it could change nothing.
@csrf_exempt
@require_safe
@login_not_required
def read(request: HttpRequest, token: str) -> HttpResponseBase:
    """Answer a calendar application: the doctor's events, or 304 when it has them already."""
    readable = CalendarFeed.objects.readable().select_related("doctor")
    feed = get_object_or_404(readable.with_token(token))
    now = timezone.now()
    feed.note_read(now)
    name = str(feed.doctor)
    # An application asks in no language of its own.
    with override(settings.LANGUAGE_CODE):
        events = entries(feed.doctor, now=now, absolute=request.build_absolute_uri)
    etag = f'"{fingerprint(events, name)}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(written(events, name), content_type=CONTENT_TYPE)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@require_safe
@permission_required("scheduling.view_appointment", raise_exception=True)
def appointment_file(request: DeskRequest, pk: int) -> HttpResponse:
    """Answer with one appointment as a file; a hold is no appointment yet."""
    appointment = visible_appointment(request, pk)
    if appointment.status == Status.PENDING:
        raise Http404
    content = written([entry_of(appointment, request.build_absolute_uri)])
    headers = {"Content-Disposition": 'attachment; filename="appointment.ics"'}
    return HttpResponse(content, content_type=CONTENT_TYPE, headers=headers)


@require_safe
@permission_required("scheduling.view_calendarfeed", raise_exception=True)
def feeds(request: DeskRequest) -> HttpResponse:
    """List the doctors whose calendar this person may give out; `?q=` finds one by name."""
    return shown(request)


@require_POST
@permission_required("scheduling.issue_calendarfeed", raise_exception=True)
def issue(request: DeskRequest, pk: int) -> HttpResponse:
    doctor = get_object_or_404(doctors_offered(request.user), pk=pk)
    try:
        made = CalendarFeed.objects.issue(doctor, by=request.user)
    except ValidationError as error:
        return refused(request, error)
    return shown(request, *made)


@require_POST
@permission_required("scheduling.issue_calendarfeed", raise_exception=True)
def replace(request: DeskRequest, pk: int) -> HttpResponse:
    feed = visible_feed(request, pk)
    try:
        made = feed.replace(by=request.user)
    except ValidationError as error:
        return refused(request, error)
    return shown(request, *made)


@require_POST
@permission_required("scheduling.revoke_calendarfeed", raise_exception=True)
def revoke(request: DeskRequest, pk: int) -> HttpResponse:
    feed = visible_feed(request, pk)
    try:
        feed.revoke(by=request.user)
    except ValidationError as error:
        return refused(request, error)
    messages.success(
        request,
        _("Revoked: nobody reads the calendar of %(doctor)s any more.") % {"doctor": feed.doctor},
    )
    return redirect("scheduling:feeds")


def visible_feed(request: DeskRequest, pk: int) -> CalendarFeed:
    feeds = CalendarFeed.objects.visible_to(request.user).select_related("doctor")
    return get_object_or_404(feeds, pk=pk)


def refused(request: DeskRequest, error: ValidationError) -> HttpResponse:
    status = CONFLICT if "feed_live" in codes_of(error) else refusal_status(error)
    return shown(request, refusal=error.messages, status=status)


def shown(  # nosec B107 # without one none was made
    request: DeskRequest,
    made: CalendarFeed | None = None,
    token: str = "",
    refusal: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page: this person's doctors with their live feeds, and the address just made."""
    live = CalendarFeed.objects.live().select_related("created_by")
    doctors = doctors_offered(request.user).prefetch_related(
        Prefetch("calendar_feeds", queryset=live, to_attr="live_feeds")
    )
    text = request.GET.get("q", "").replace("\0", "")[:100]
    page = Paginator(doctors.filter(name__icontains=text), ROWS)
    context: dict[str, Any] = {
        "doctors": page.get_page(request.GET.get("page")),
        "text": text,
        "made": made,
        "address": request.build_absolute_uri(reverse("scheduling:feed", args=[token]))
        if made
        else "",
        "refusal": refusal or [],
    }
    return render(request, "scheduling/feeds.html", context, status=status)
