"""Times what one row of the access log costs: `python -m bench.access_log`.

The chain as it is built, which nobody waits for, stands beside one whose writers wait in turn for
its end, and beside no chain at all; each for one writer and for many, twice, one after the other.
Commits are durable, as in production.
"""

import argparse
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg

from audit.reading import WRITE
from audit.tests.rows import SEEN
from audit.verifying import verify
from bench import database
from bench.goals import percentile

DATABASE = f"{database.PREFIX}_access_log"
LOG = "audit_accessevent, audit_accesslink, audit_unlinkedevent"
CHAIN = """CREATE OR REPLACE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {} END $$"""
WAITING = """
    PERFORM pg_advisory_xact_lock(7301403);
    PERFORM audit_link((SELECT array_agg(id) FROM new_rows));
    RETURN NULL;
"""


def connect() -> psycopg.Connection:
    connected = database.connect(DATABASE, autocommit=True)
    connected.execute("SET synchronous_commit = on")
    return connected


def write(writer: int, start: Barrier, seconds: float) -> list[float]:
    """Write rows for so long, and return the milliseconds of each."""
    times = []
    with connect() as connected:
        start.wait()
        end = time.perf_counter() + seconds
        while (begun := time.perf_counter()) < end:
            connected.execute(WRITE, SEEN | {"patients": [writer]})
            times.append((time.perf_counter() - begun) * 1000)
    return times


def measure(writers: int, seconds: float) -> list[float]:
    start = Barrier(writers)
    with ThreadPoolExecutor(writers) as pool:
        written = pool.map(lambda writer: write(writer, start, seconds), range(1, writers + 1))
        return sorted(ms for times in written for ms in times)


def report(many: int, seconds: float) -> Iterator[str]:
    with connect() as owner:
        owner.execute("SET audit.maintenance = 'truncate'")
        found = owner.execute("SELECT pg_get_functiondef('audit_chain'::regproc)").fetchone()
        built = found[0] if found else ""
        ways = {
            "no chain": CHAIN.format("RETURN NULL;"),
            "waits for its end": CHAIN.format(WAITING),
            "as built": built,
        }
        for way, function in [*ways.items(), *ways.items()]:
            for writers in (1, many):
                owner.execute(f"TRUNCATE {LOG}")
                owner.execute(function)
                times = measure(writers, seconds)
                shares = ", ".join(f"p{n} {percentile(times, n / 100):.2f}" for n in (50, 95, 99))
                rate = len(times) / seconds
                yield f"{way:18} {writers:3} writers: {rate:6.0f} a second; ms: {shares}"
    yield f"whole: {verify()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writers", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5)
    given = parser.parse_args()
    database.create_empty(DATABASE)
    for line in report(given.writers, given.seconds):
        print(line, flush=True)


if __name__ == "__main__":
    main()
