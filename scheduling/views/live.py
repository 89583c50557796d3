"""Pages that refresh themselves: asked every few seconds, answered with 304 if nothing is new.

A view that does so gives its template a `tag` and answers polls through `answer()`; the script
`live.js` does the rest. A poll says so in a header, so that it counts for nobody being at work.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language

from accounts.sessions import POLL
from scheduling.availability import GRID
from scheduling.freshness import state_of
from scheduling.views.answers import DeskRequest

# A local day lies within so much of the same day in UTC.
FARTHEST = timedelta(hours=14)


def is_poll(request: DeskRequest) -> bool:
    return POLL in request.headers


def answer(request: DeskRequest, tag: str, draw: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer a poll: the content if it is another than the tag that the page has, else a 304."""
    is_known = request.headers.get("If-None-Match") == tag
    response = HttpResponse(status=304) if is_known else draw()
    response.headers["ETag"] = tag
    return response


def tag_of(
    request: DeskRequest, facility_id: int, first: date, last: date, *carried: object
) -> str:
    """Return the tag of what is shown of a facility on some local days, in one statement.

    `carried` is whatever else the content depends on, such as the patient who is booked for. To be
    asked before the content is read, so that a tag is never newer. Raises Http404.
    """
    now = timezone.now()
    state = state_of(request.user, facility_id, first, last, now=now)
    if state is None:
        raise Http404
    parts = (
        state,
        request.user.pk,
        request.user.role,
        get_language(),
        first,
        last,
        *carried,
        _hand(now, first, last),
    )
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _hand(now: datetime, first: date, last: date) -> str:
    """Return what the time changes on a page: the now line and what is past, every five minutes."""
    starts_at = datetime(first.year, first.month, first.day, tzinfo=UTC) - FARTHEST
    ends_at = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1) + FARTHEST
    if now >= ends_at:
        return "past"
    return f"{now.timestamp() // GRID.total_seconds():.0f}" if now >= starts_at else "ahead"
