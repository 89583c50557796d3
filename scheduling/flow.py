"""The visits of a day as a list: how far each has come, and how long somebody has been waiting."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduling.models import Appointment, AppointmentEvent
from scheduling.status import Status

MINUTE = timedelta(minutes=1)
# From then on a wait is marked: before the check-in, and with it done.
LONG_AFTER_ARRIVAL = 20 * MINUTE
LONG_AFTER_CHECK_IN = 45 * MINUTE
# Who is not there by then is late.
LATE = 5 * MINUTE

# The order of the list by status: who waits comes first, what is settled last.
STATUSES = (
    Status.ARRIVED,
    Status.CHECKED_IN,
    Status.BOOKED,
    Status.FULFILLED,
    Status.NOSHOW,
    Status.CANCELLED,
)
WAITING = (Status.ARRIVED, Status.CHECKED_IN)

# When somebody arrived and when they were checked in, as far as it is known.
Since = tuple[datetime | None, datetime | None]


@dataclass(frozen=True)
class Row:
    """One visit of the list; times are full minutes."""

    visit: Appointment
    since_arrival: int | None = None
    since_check_in: int | None = None
    late: int | None = None
    is_long: bool = False


def rows(visits: list[Appointment], now: datetime) -> list[Row]:
    """Return a row for each visit, in one query however many there are."""
    since = _since([visit for visit in visits if visit.status in WAITING])
    return [_row(visit, since.get(visit.pk, (None, None)), now) for visit in visits]


def by_status(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: STATUSES.index(Status(row.visit.status)))


def counts(rows: Iterable[Row]) -> list[tuple[Status, int]]:
    """Return each status with how many visits have it, in the order of a visit."""
    found = Counter(row.visit.status for row in rows)
    return [(status, found[status]) for status in Status if status in STATUSES]


def _row(visit: Appointment, since: Since, now: datetime) -> Row:
    if visit.status == Status.BOOKED:
        late = now - visit.starts_at
        return Row(visit, late=late // MINUTE if late >= LATE else None)
    arrived, checked_in = (now - at if at else None for at in since)
    waited, most = (
        (checked_in, LONG_AFTER_CHECK_IN) if checked_in else (arrived, LONG_AFTER_ARRIVAL)
    )
    return Row(
        visit,
        arrived // MINUTE if arrived is not None else None,
        checked_in // MINUTE if checked_in is not None else None,
        is_long=waited is not None and waited >= most,
    )


def _since(visits: list[Appointment]) -> dict[int, Since]:
    """Return since when the patients of visits under way are there.

    The last step counts. An arrival that was taken back before the check-in is none.
    """
    steps = AppointmentEvent.objects.filter(
        appointment__in=visits, kind=AppointmentEvent.Kind.STATUS, to_status__in=WAITING
    )
    status = {visit.pk: visit.status for visit in visits}
    found: dict[int, Since] = {}
    for pk, before, after, at in steps.order_by("pk").values_list(
        "appointment_id", "from_status", "to_status", "at"
    ):
        if after == Status.ARRIVED:
            found[pk] = (at, None)
        elif status[pk] == Status.CHECKED_IN:
            arrived, _ = found.get(pk, (None, None))
            found[pk] = (arrived if before == Status.ARRIVED else None, at)
    return found
