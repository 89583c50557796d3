"""What the clocks show, for SQL: the offsets of every time zone, as Python knows them.

PostgreSQL brings time zones of its own, and releases of that data differ: of 600 zones, ten were an
hour apart for some weeks of the coming year when a server and the `tzdata` package were compared.
So there is one source, the `tzdata` package that requirements.txt pins, and SQL reads its offsets
from `ZoneOffset`. Every `migrate` writes that table anew when it is not what Python knows.
"""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from django.db import transaction

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)
# No zone changes its clocks twice within a week.
STEP = timedelta(days=7)


class Regime(NamedTuple):
    """The period [since, until) in which a zone's clocks are `utc_offset` ahead of UTC.

    None is no bound: what holds in 2024 is taken for all time before, in 2041 for all after.
    """

    since: datetime | None
    until: datetime | None
    utc_offset: timedelta


@cache
def regimes(name: str) -> tuple[Regime, ...]:
    """Return the regimes of a zone, in order and without a gap."""
    zone = zoneinfo.ZoneInfo(name)
    changes = [None, *_changes(zone), None]
    return tuple(
        Regime(since, until, offset(since or FIRST, zone)) for since, until in pairwise(changes)
    )


def offset(at: datetime, zone: zoneinfo.ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _changes(zone: zoneinfo.ZoneInfo) -> Iterator[datetime]:
    """Yield the instants, to the second, from which another offset holds."""
    at, before = FIRST, offset(FIRST, zone)
    while at < LAST:
        low, high = at, at + STEP
        if (after := offset(high, zone)) != before:
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                low, high = (middle, high) if offset(middle, zone) == before else (low, middle)
            yield high
        at, before = at + STEP, after


def keep_offsets(**kwargs: Any) -> None:
    """Write the offsets of all zones, unless they are there already."""
    from facilities.models import ZoneOffset  # noqa: PLC0415 - models are ready only now

    known = {
        (name, *regime)
        for name in sorted(zoneinfo.available_timezones())
        for regime in regimes(name)
    }
    columns = ("zone", "since", "until", "utc_offset")
    with transaction.atomic():
        if set(ZoneOffset.objects.values_list(*columns)) == known:
            return
        ZoneOffset.objects.all().delete()
        rows = [ZoneOffset(**dict(zip(columns, row, strict=True))) for row in known]
        ZoneOffset.objects.bulk_create(rows, batch_size=5000)
