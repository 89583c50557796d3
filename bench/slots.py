"""Times what the search for slots costs the database: `python -m bench.slots`.

The application's functions are called once, and every statement they send is kept. Afterwards each
statement is run again under EXPLAIN ANALYZE: a figure is the planning and execution time of all
statements of one call, as the server itself measured it.
"""

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from bench import cases, database
from bench.cases import Case
from bench.generate import arguments, ready
from bench.goals import percentile, verdict
from bench.plan import Plan

CALLS = 250
MOST_GROWTH = 1.5
# Timing each node would be most of what is measured; the total is taken all the same.
EXPLAIN = "EXPLAIN (ANALYZE, TIMING OFF, BUFFERS OFF, FORMAT JSON) "


class Subject(NamedTuple):
    """What is timed, and the milliseconds that 95 of 100 calls may take."""

    name: str
    cases: Any
    goal: float


SUBJECTS = (
    Subject("network search", cases.searches, 20),
    Subject("one doctor's free slots for 30 days", cases.months_of_one_doctor, 10),
    Subject("day board", cases.day_boards, 15),
)


class Statement(NamedTuple):
    sql: str
    params: Any


def captured(case: Case) -> list[Statement]:
    """Call the application and return the statements that it sent."""
    sent: list[Statement] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(Statement(sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        case()
    return sent


def milliseconds(cursor: CursorWrapper, statements: list[Statement]) -> float:
    """Return the planning and execution time of some statements together."""
    total = 0.0
    for sql, params in statements:
        cursor.execute(f"{EXPLAIN}{sql}", params)
        found = cursor.fetchone()[0]
        plan = (json.loads(found) if isinstance(found, str) else found)[0]
        total += plan["Planning Time"] + plan["Execution Time"]
    return total


def calls_of(subject: Subject, seed: int, now: datetime, count: int) -> list[list[Statement]]:
    """Return the statements of so many calls with parameters that vary."""
    rng = random.Random(f"{seed} {subject.name}")
    return [captured(case) for case in islice(subject.cases(rng, now), count)]


Taken = dict[str, list[float]]


class Clock:
    """One database with the calls to be timed in it, on a connection that stays open."""

    def __init__(self, plan: Plan, now: datetime, count: int) -> None:
        database.use(plan.database)
        self.database = plan.database
        self.holds = cases.hold_some(random.Random(plan.seed), now)
        self.calls = {
            subject.name: calls_of(subject, plan.seed, now, count) for subject in SUBJECTS
        }
        self.taken: Taken = {subject.name: [] for subject in SUBJECTS}
        self.cursor = connection.copy().cursor()

    def take_back(self) -> None:
        """Leave the database as it was found."""
        self.cursor.connection.close()
        database.use(self.database)
        cases.take_back(self.holds)

    def time(self, number: int) -> None:
        """Time one call of each subject."""
        for name, calls in self.calls.items():
            self.taken[name].append(milliseconds(self.cursor, calls[number]))


def timed(plans: list[Plan], now: datetime, count: int) -> list[Taken]:
    """Return the milliseconds of each call of each subject in each plan's database.

    Databases and subjects take turns, so that whatever else the machine does meets all of them. A
    first pass over all calls goes uncounted: it warms the caches.
    """
    clocks = [Clock(plan, now, count) for plan in plans]
    for number in [*range(count), *range(count)]:
        for clock in clocks:
            clock.time(number)
    for clock in clocks:
        clock.take_back()
    return [{name: figures[count:] for name, figures in clock.taken.items()} for clock in clocks]


def report(taken: Taken) -> Iterator[str]:
    """Yield a line for each subject; its last word says whether the goal is met."""
    for subject in SUBJECTS:
        figures = taken[subject.name]
        yield verdict(
            f"{subject.name} (p50 {percentile(figures, 0.5):.2f} ms) p95",
            percentile(figures, 0.95),
            subject.goal,
            " ms",
        )


def growth(small: Taken, large: Taken) -> Iterator[str]:
    """Yield how many times longer each subject takes with the longer history."""
    for subject in SUBJECTS:
        before, after = (percentile(each[subject.name], 0.95) for each in (small, large))
        yield verdict(f"{subject.name} p95 grows by a factor of", after / before, MOST_GROWTH)


def main() -> None:
    parser = argparse.ArgumentParser(parents=[arguments()])
    parser.add_argument("--calls", type=int, default=CALLS)
    given = parser.parse_args()
    plans = [Plan(seed=given.seed)]
    if given.history is not None:
        plans.append(replace(plans[0], history=given.history))
    for plan in plans:
        ready(plan, fresh=given.fresh)
    small, *large = timed(plans, timezone.now(), given.calls)
    print("\n".join(report(small)))
    for taken in large:
        print(f"with {given.history:,} past appointments:")
        print("\n".join([*report(taken), *growth(small, taken)]))


if __name__ == "__main__":
    main()
