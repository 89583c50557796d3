"""Rate limits that hold over all processes, and their headers.

A limit that protects something, such as passwords from being guessed, counts in one statement in
the database: an upsert is atomic, a counter in a cache is read and then written. `FairUse` keeps
one client from crowding out the others; it may err by some requests and costs no statement.
"""

import math
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.utils import timezone
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle, UserRateThrottle

COUNT = """
    INSERT INTO api_ratecount AS known (key, started_at, count) VALUES (%(key)s, %(now)s, 1)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN known.started_at > %(over)s THEN known.count + 1 ELSE 1 END,
        started_at = CASE WHEN known.started_at > %(over)s THEN known.started_at ELSE %(now)s END
    RETURNING count, started_at
"""


class Limit(NamedTuple):
    """So many times in a period, for each key."""

    name: str
    most: int
    period: timedelta


class Standing(NamedTuple):
    """Where somebody stands with a limit after asking."""

    limit: Limit
    times: int
    started_at: datetime

    @property
    def is_within(self) -> bool:
        return self.times <= self.limit.most

    def seconds_left(self, now: datetime) -> int:
        """Return the seconds until the count starts again, at least 1."""
        return max(1, math.ceil((self.started_at + self.limit.period - now).total_seconds()))


def count(limit: Limit, who: str, now: datetime) -> Standing:
    """Count one more time for `who` and return where they stand. Never call it in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            COUNT, {"key": f"{limit.name}:{who}"[:200], "now": now, "over": now - limit.period}
        )
        return Standing(limit, *cursor.fetchone())


class Protective(BaseThrottle):
    """Base of a throttle that counts in the database; say which limit, and for whom, in `counted`.

    A request that is refused counts as well, but for no limit after the one that refuses it.
    """

    standing: Standing | None = None
    now: datetime

    def counted(self, request: Request, view: Any) -> list[tuple[Limit, str]]:
        """Return each limit that this request counts for, in turn, and whose count it is."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: Any) -> bool:
        self.now = timezone.now()
        for limit, who in self.counted(request, view):
            self.standing = count(limit, who, self.now)
            note(request, self.standing, self.now)
            if not self.standing.is_within:
                return False
        return True

    def wait(self) -> float | None:
        return self.standing.seconds_left(self.now) if self.standing else None


class Writes(Protective):
    """What one person may write in a minute: far more than a hand can, far less than a loop."""

    def counted(self, request: Request, view: Any) -> list[tuple[Limit, str]]:
        if request.method in SAFE_METHODS or not request.user.pk:
            return []
        limit = Limit("writes", settings.API_WRITES_PER_MINUTE, timedelta(minutes=1))
        return [(limit, str(request.user.pk))]


class FairUse(UserRateThrottle):
    """Requests of one account, or of one address without an account, in one process."""

    scope = "fair_use"

    def wait(self) -> float:
        """Return the seconds to wait, also after a limit that was higher until now."""
        return super().wait() or float(self.duration)

    def allow_request(self, request: Request, view: Any) -> bool:
        allowed = bool(super().allow_request(request, view))
        if self.rate is not None and self.key is not None:
            now = timezone.now()
            period = timedelta(seconds=self.duration)
            oldest = self.history[-1] if self.history else self.now
            started_at = now - timedelta(seconds=self.now - oldest)
            seen = len(self.history) + (not allowed)
            limit = Limit(self.scope, self.num_requests, period)
            note(request, Standing(limit, seen, started_at), now)
        return allowed


def note(request: Request, standing: Standing, now: datetime) -> None:
    """Remember the limit that is nearest to its end, for the headers."""
    left = standing.limit.most - standing.times
    known = getattr(request, "rate_limit", None)
    if known is None or left < known["RateLimit-Remaining"]:
        request.rate_limit = {
            "RateLimit-Limit": standing.limit.most,
            "RateLimit-Remaining": max(0, left),
            "RateLimit-Reset": standing.seconds_left(now),
        }


def add_headers(request: Request, response: Response) -> None:
    for name, value in getattr(request, "rate_limit", {}).items():
        response[name] = str(value)
