"""Times wrong sign-ins with known and with unknown names: `python -m bench.sign_in`.

Whoever can tell them apart by time learns who has an account. Whole requests are timed, with
argon2 as in production, in turns and in random order, so that whatever else the machine does meets
both. Each comes from an address of its own, and each name is tried once: the limits stay away.
"""

import argparse
import logging
import random
import statistics
import time
from collections.abc import Iterator

from django.contrib.auth.hashers import make_password
from django.test import Client

from accounts.models import User
from bench import database
from bench.goals import percentile, verdict

DATABASE = f"{database.PREFIX}_sign_in"
TRIES, WARM_UP = 400, 10
LARGEST_DIFFERENCE = 5
PATH = "/api/v1/auth/login"


def make_accounts(count: int) -> list[str]:
    """Return the names of so many new accounts, which have one password."""
    password = make_password("the-right-password")
    names = [f"known{number:05}" for number in range(count)]
    User.objects.bulk_create(
        User(username=name, email=f"{name}@example.org", full_name=name, password=password)
        for name in names
    )
    return names


def timed(client: Client, name: str, number: int) -> float:
    """Try once with a wrong password, and return the milliseconds until the answer."""
    said = {"username": name, "password": "not-the-password"}  # nosec B105 # wrong on purpose
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    started = time.perf_counter()
    answer = client.post(PATH, said, "application/json", REMOTE_ADDR=address)
    elapsed = (time.perf_counter() - started) * 1000
    if answer.status_code != 401:
        raise RuntimeError(f"A wrong sign-in was answered with {answer.status_code}.")
    return elapsed


def measure(tries: int) -> dict[str, list[float]]:
    """Return the milliseconds of each try, by kind of name."""
    total = tries + WARM_UP
    names = {"known": make_accounts(total), "unknown": [f"other{n:05}" for n in range(total)]}
    rng, client = random.Random(1), Client(headers={"host": "localhost"})
    times: dict[str, list[float]] = {kind: [] for kind in names}
    for turn in range(total):
        for kind in rng.sample(sorted(names), len(names)):
            number = turn * 2 + (kind == "known")
            elapsed = timed(client, names[kind][turn], number)
            if turn >= WARM_UP:
                times[kind].append(elapsed)
    return times


def report(times: dict[str, list[float]]) -> Iterator[str]:
    for kind, values in times.items():
        shares = ", ".join(f"p{n} {percentile(values, n / 100):.2f}" for n in (5, 50, 95))
        yield f"{kind:8} {len(values)} tries, ms: {shares}"
    known, unknown = (statistics.median(times[kind]) for kind in ("known", "unknown"))
    difference = abs(known - unknown) / known * 100
    yield verdict("difference of the medians", difference, LARGEST_DIFFERENCE, " %")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=TRIES, help="of each kind")
    given = parser.parse_args()
    database.create_empty(DATABASE)
    logging.disable()  # one line a request would be in the way
    print("\n".join(report(measure(given.tries))))


if __name__ == "__main__":
    main()
