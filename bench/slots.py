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

from bench import cases
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


def timed(plan: Plan, now: datetime, count: int) -> dict[str, list[float]]:
    """Return the milliseconds of each call of each subject; the subjects take turns."""
    calls = {subject.name: calls_of(subject, plan.seed, now, count) for subject in SUBJECTS}
    taken: dict[str, list[float]] = {subject.name: [] for subject in SUBJECTS}
    with connection.cursor() as cursor:
        for number in range(count):
            for name, each in calls.items():
                taken[name].append(milliseconds(cursor, each[number]))
    return taken


def report(taken: dict[str, list[float]]) -> Iterator[str]:
    """Yield a line for each subject; its last word says whether the goal is met."""
    for subject in SUBJECTS:
        figures = taken[subject.name]
        yield verdict(
            f"{subject.name} (p50 {percentile(figures, 0.5):.2f} ms) p95",
            percentile(figures, 0.95),
            subject.goal,
            " ms",
        )


def growth(small: dict[str, list[float]], large: dict[str, list[float]]) -> Iterator[str]:
    """Yield how many times longer each subject takes with the longer history."""
    for subject in SUBJECTS:
        before, after = (percentile(each[subject.name], 0.95) for each in (small, large))
        yield verdict(f"{subject.name} p95 grows by a factor of", after / before, MOST_GROWTH)


def main() -> None:
    parser = argparse.ArgumentParser(parents=[arguments()])
    parser.add_argument("--calls", type=int, default=CALLS)
    given = parser.parse_args()
    usual, now = Plan(seed=given.seed), timezone.now()
    ready(usual, fresh=given.fresh)
    small = timed(usual, now, given.calls)
    print("\n".join(report(small)))
    if given.history is not None:
        longer = replace(usual, history=given.history)
        ready(longer, fresh=given.fresh)
        large = timed(longer, now, given.calls)
        print(f"with {given.history:,} past appointments:")
        print("\n".join([*report(large), *growth(small, large)]))


if __name__ == "__main__":
    main()
