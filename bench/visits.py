"""The appointments of the network as lines for COPY: the coming weeks, then the past years.

Lines are shuffled a fortnight at a time, since bookings come in no order: the rows of one doctor's
day do not lie side by side.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import count, cycle, islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bench.diary import Diary
from bench.kinds import Kind, pool
from bench.places import Network, Site
from bench.plan import DAYS_AHEAD, DAYS_BACK, FORTNIGHT, Plan, fullness

COLUMNS = (
    *("patient_id", "doctor_id", "facility_id", "room_id", "type_id"),
    *("starts_at", "ends_at", "blocked_until", "status", "cancel_reason"),
    *("created_at", "updated_at", "reason", "notes", "overbook", "source", "version"),
)
REASONS = (
    *("Annual check-up", "Follow-up", "Test results", "Medication review", "Back pain"),
    *("Headaches", "Feeling tired", "First visit", "Second opinion", "School form", ""),
)
FULLEST_PAST = 0.93
NOSHOWS, CANCELLED = 0.05, 0.12
PATIENTS_PER_DOCTOR = 8

# Status, cancel reason, the time of creation and of the last change; parted by tabs.
Outcome = Callable[[date], str]


class Visit(NamedTuple):
    """A visit on some day, in minutes of the local day."""

    at: int
    doctor: int
    kind: Kind


class Stretch(NamedTuple):
    """Days, counted from today, with how full each is and what became of its visits."""

    days: Iterable[int]
    share: Callable[[int], float]
    outcome: Outcome


def lines(plan: Plan, network: Network, today: date) -> Iterator[str]:
    """Yield the coming weeks, then exactly as much history as the plan asks for."""
    written = 0
    for line in _lines(plan, network, today, _future(plan, today), "future"):
        written += 1
        yield line
    wanted = plan.appointments - written if plan.history is None else plan.history
    past = _past(plan, network, today, max(0, wanted))
    yield from islice(_lines(plan, network, today, past, "past"), max(0, wanted))


def _future(plan: Plan, today: date) -> Stretch:
    rng = random.Random(f"{plan.seed} made")
    made = [f"{today - timedelta(days=days)} 15:00+00" for days in range(1, 90)]

    def outcome(day: date) -> str:
        at = made[int(rng.random() * len(made))]
        return f"booked\t\t{at}\t{at}"

    return Stretch(range(DAYS_AHEAD), fullness, outcome)


def _past(plan: Plan, network: Network, today: date, wanted: int) -> Stretch:
    """Spread so many visits evenly over three years, or further where they would not fit."""
    rng = random.Random(f"{plan.seed} ended")
    kinds = pool(1)
    mean = sum(kind.length for kind in kinds) / len(kinds)
    weekly = sum(session.ends - session.starts for session in network.sessions)
    share = min(FULLEST_PAST, wanted * mean / (weekly * DAYS_BACK / 7)) or FULLEST_PAST

    def outcome(day: date) -> str:
        drawn = rng.random()
        end = "noshow\t" if drawn < NOSHOWS else "fulfilled\t"
        if NOSHOWS <= drawn < CANCELLED:
            end = "cancelled\tPatient found another time"
        return f"{end}\t{day - timedelta(days=int(drawn * 60) + 1)} 15:00+00\t{day} 23:00+00"

    return Stretch(count(-1, -1), lambda ahead: share, outcome)


def _lines(plan: Plan, network: Network, today: date, stretch: Stretch, name: str) -> Iterator[str]:
    """Yield the lines of a stretch, shuffled a fortnight at a time."""
    rng = random.Random(f"{plan.seed} {name}")
    diaries = {doctor.pk: Diary(pool(doctor.care_types[0]), rng) for doctor in network.doctors}
    queues = {site.pk: _queue(site, rng) for site in network.sites}
    window: list[str] = []
    for number, ahead in enumerate(stretch.days, 1):
        day, share = today + timedelta(days=ahead), stretch.share(ahead)
        for site in network.sites:
            visits = [
                Visit(at, session.doctor, kind)
                for session in network.sessions_on(site, day)
                for at, kind in diaries[session.doctor].fill(session.starts, session.ends, share)
            ]
            visits.sort(key=lambda visit: visit.at)
            window += _written(site, day, visits, queues[site.pk], stretch.outcome, rng)
        if number % FORTNIGHT == 0:
            rng.shuffle(window)
            yield from window
            window.clear()
    yield from window


def _queue(site: Site, rng: random.Random) -> Iterator[int]:
    """Yield the facility's patients round and round, in an order of chance.

    Visits take the next in the order of their starts. With many patients to a doctor nobody's turn
    comes again before the visit is over.
    """
    if len(site.patients) < PATIENTS_PER_DOCTOR * len(site.rooms):
        raise ValueError(f"Plan more patients: {PATIENTS_PER_DOCTOR} to a doctor at least.")
    return cycle(rng.sample(site.patients, len(site.patients)))


def _written(
    site: Site,
    day: date,
    visits: list[Visit],
    patients: Iterator[int],
    outcome: Outcome,
    rng: random.Random,
) -> Iterator[str]:
    """Yield one facility's day as lines."""
    minutes = _minutes(day, site.timezone) if visits else []
    for (at, doctor, kind), patient in zip(visits, patients, strict=False):
        over = at + kind.minutes
        yield (
            f"{patient}\t{doctor}\t{site.pk}\t{site.rooms[doctor] or NULL}\t{kind.pk}\t"
            f"{minutes[at]}\t{minutes[over]}\t{minutes[over + kind.buffer]}\t{outcome(day)}\t"
            f"{REASONS[int(rng.random() * len(REASONS))]}\t\t0\tdesk\t1\n"
        )


@lru_cache(maxsize=16)
def _minutes(day: date, timezone: str) -> list[str]:
    """Return each minute of a local day as PostgreSQL reads it: `2026-11-21 08:05-0600`.

    Working hours begin long after the clocks change, so the offset at noon holds for all of them.
    """
    offset = datetime.combine(day, time(12), ZoneInfo(timezone)).strftime("%z")
    return [f"{day} {clock}{offset}" for clock in CLOCK]


CLOCK = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(24 * 60)]
NULL = "\\N"
