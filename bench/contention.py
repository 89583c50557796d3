"""Lets 64 clients race for the same appointments: `python -m bench.contention`.

Contenders take turns of two seconds, so that whatever else the machine does meets all of them.
"""

import argparse
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from bench import database, stage
from bench.clients import BOOKED, CONFLICT, CONTENDERS, Attempt, field_of, race
from bench.generate import arguments, plan_of, ready
from bench.goals import percentile, verdict

ROUNDS, SECONDS, WARM_UP = 5, 2.0, 0.5
SCENARIOS = {"one doctor": 1, "40 doctors": stage.DOCTORS}
# What the application itself sets for its connections, and durable commits whatever the server's
# own setting is.
OPTIONS = (
    "-c statement_timeout=5s -c lock_timeout=2s -c idle_in_transaction_session_timeout=10s"
    " -c synchronous_commit=on"
)
SLOWEST = 500


@dataclass
class Score:
    """What one contender did in one scenario, over all its turns."""

    outcomes: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0
    tries: int = 0  # those of the warm-up too, which `cpu` was spent on as well
    cpu: float = 0
    deadlocks: int = 0
    overlaps: int = 0

    def add(self, attempts: list[Attempt], starts: float, ends: float) -> None:
        """Count what ended between two times; time what started there, however long it took."""
        self.outcomes.update(each.outcome for each in attempts if starts <= each.ended < ends)
        self.outcomes.update(
            each.outcome for each in attempts if each.ended >= ends and not each.is_usual
        )
        self.latencies += [
            (each.ended - each.started) * 1000 for each in attempts if starts <= each.started < ends
        ]
        self.seconds += ends - starts

    @property
    def attempts(self) -> float:
        return self.outcomes.total() / self.seconds

    @property
    def booked(self) -> float:
        return self.outcomes[BOOKED] / self.seconds

    @property
    def errors(self) -> int:
        return self.outcomes.total() - self.outcomes[BOOKED] - self.outcomes[CONFLICT]

    def latency(self, share: float) -> float:
        return percentile(self.latencies, share)


def work(orders: Connection, database_name: str, client: int) -> None:
    """Obey orders to race, as one client in a process of its own; answer with what it cost, too."""
    database.use(database_name, OPTIONS)
    fields = {doctors: field_of(client, doctors) for doctors in SCENARIOS.values()}
    while order := orders.recv():
        doctors, contender, until = order
        before = time.process_time()
        attempts = race(fields[doctors], contender, until)
        orders.send((attempts, time.process_time() - before))


@contextmanager
def crowd(database_name: str) -> Iterator[list[Connection]]:
    """Keep 64 clients ready, and yield a line to each.

    Each is a process, forked from one that has loaded Django already: threads would wait for each
    other's interpreter instead of for the database.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bench.clients"])
    lines = []
    for client in range(stage.CLIENTS):
        ours, theirs = context.Pipe()
        context.Process(target=work, args=(theirs, database_name, client), daemon=True).start()
        lines.append(ours)
    try:
        yield lines
    finally:
        for line in lines:
            line.send(None)


def take_turn(lines: list[Connection], score: Score, doctors: int, contender: str) -> None:
    """Let every client race on one contender for some seconds, and add what came of it."""
    _, table = CONTENDERS[contender]
    before, starts = stage.deadlocks(), time.monotonic() + WARM_UP
    ends = starts + SECONDS
    for line in lines:
        line.send((doctors, contender, ends))
    answers = [line.recv() for line in lines]
    score.add([attempt for attempts, _ in answers for attempt in attempts], starts, ends)
    score.tries += sum(len(attempts) for attempts, _ in answers)
    score.cpu += sum(cpu for _, cpu in answers)
    score.deadlocks += stage.deadlocks() - before
    score.overlaps += stage.overlaps(table)
    stage.free(table)


def compete(database_name: str, rounds: int) -> dict[tuple[str, str], Score]:
    """Return each contender's score in each scenario; a first round of all goes uncounted."""
    scores: dict[tuple[str, str], Score] = {}
    with crowd(database_name) as lines:
        for number in range(rounds + 1):
            for scenario, doctors in SCENARIOS.items():
                for contender in CONTENDERS:
                    score = scores.setdefault((scenario, contender), Score())
                    take_turn(lines, score if number else Score(), doctors, contender)
    return scores


def report(scores: dict[tuple[str, str], Score]) -> Iterator[str]:
    """Yield the table, and then a line for each goal."""
    yield (
        f"{'scenario':11} {'contender':18} {'tries/s':>8} {'booked/s':>8} {'conflicts':>9}"
        f" {'deadlocks':>9} {'errors':>6} {'overlaps':>8} {'p50 ms':>7} {'p95 ms':>7} {'p99 ms':>7}"
        f" {'client ms':>9}"
    )
    for (scenario, contender), score in scores.items():
        yield (
            f"{scenario:11} {contender:18} {score.attempts:8.0f} {score.booked:8.0f}"
            f" {score.outcomes[CONFLICT]:9} {score.deadlocks:9} {score.errors:6}"
            f" {score.overlaps:8} {score.latency(0.5):7.1f} {score.latency(0.95):7.1f}"
            f" {score.latency(0.99):7.1f} {score.cpu * 1000 / (score.tries or 1):9.1f}"
        )
    yield ""
    for scenario in SCENARIOS:
        yield from _ratios(scenario, scores)
    yield ""
    for scenario in SCENARIOS:
        yield from _goals(scenario, scores[scenario, "book()"])


def _ratios(scenario: str, scores: dict[tuple[str, str], Score]) -> Iterator[str]:
    ours = scores[scenario, "book()"]
    for floor in list(CONTENDERS)[1:]:
        bare = scores[scenario, floor]
        yield (
            f"{scenario}: book() does {ours.attempts / (bare.attempts or 1):.2f} of the tries and "
            f"{ours.booked / (bare.booked or 1):.2f} of the bookings of a bare {floor}"
        )


def _goals(scenario: str, score: Score) -> Iterator[str]:
    yield verdict(f"{scenario}: deadlocks", score.deadlocks, 0)
    yield verdict(f"{scenario}: errors other than conflicts", score.errors, 0)
    yield verdict(f"{scenario}: overlaps", score.overlaps, 0)
    yield verdict(f"{scenario}: p99 of an attempt", score.latency(0.99), SLOWEST, " ms")
    other = {name: n for name, n in score.outcomes.items() if name not in (BOOKED, CONFLICT)}
    if other:
        yield f"{scenario}: the errors were {other}"


def main() -> None:
    parser = argparse.ArgumentParser(parents=[arguments()])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    plan = plan_of(given)
    ready(plan, fresh=given.fresh)
    stage.build()
    try:
        scores = compete(plan.database, given.rounds)
    finally:
        stage.remove()
    print(
        f"{stage.CLIENTS} clients, {given.rounds} turns of {SECONDS:g} s each; “client ms” is the"
        " processor time that one try costs outside PostgreSQL"
    )
    print("\n".join(report(scores)))


if __name__ == "__main__":
    main()
