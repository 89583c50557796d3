"""Times the day board as a desk has it open: `python -m bench.board`.

One facility with 12 doctors and 20 visits each, in a database of its own, is served by gunicorn as
the trial is. Timed are whole requests; then Chromium, slowed down four times, opens the board and
gets news while it records a trace, from which the figures of the page are read.
"""

import argparse
import gzip
import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from statistics import median
from typing import Any, NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.db import connection, connections
from django.test import Client
from playwright.sync_api import BrowserContext, sync_playwright

from accounts.models import User
from bench import board_stage, database
from bench.goals import percentile, verdict

DATABASE = f"{database.PREFIX}_board"
REQUESTS, WARM_UP, LOADS, SLOWDOWN = 200, 5, 5, 4
HOST, PORT = "127.0.0.1", 8941
CATEGORIES = [
    "blink.user_timing",
    "loading",
    "devtools.timeline",
    "disabled-by-default-devtools.timeline",
]
ORIGIN = f"http://{HOST}:{PORT}"
# The browser's driver keeps an event loop on this thread, which Django would refuse.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


class Paint(NamedTuple):
    """What a trace says of one load: seconds, a score, and milliseconds of the longest task."""

    largest: float
    shift: float
    task: float


def address_of_database() -> str:
    """Return where the database is that Django has been turned to."""
    known = connection.settings_dict
    who = f"{quote(known['USER'] or '')}:{quote(known['PASSWORD'] or '')}"
    return f"postgres://{who}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


@contextmanager
def served() -> Iterator[None]:
    """Serve the clinic with gunicorn as the trial does, until the block ends."""
    settings_of_server = {"DATABASE_URL": address_of_database(), "BIND": f"{HOST}:{PORT}"}
    arguments = ["-m", "gunicorn", "--config", "python:clinic.gunicorn_conf", "clinic.wsgi"]
    server = subprocess.Popen(  # noqa: S603
        [sys.executable, *arguments],
        env=os.environ | settings_of_server | {"LOG_LEVEL": "ERROR"},
    )
    try:
        wait_until_up()
        yield
    finally:
        server.terminate()
        server.wait()


def wait_until_up() -> None:
    for _ in range(100):
        try:
            if get("/health", {})[0] == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"Nothing answers at {ORIGIN}.")


def get(path: str, headers: dict[str, str]) -> tuple[int, bytes, str, float]:
    """Ask once; return status, body, tag and milliseconds until the last byte."""
    client = http.client.HTTPConnection(HOST, PORT, timeout=30)
    try:
        client.connect()
        started = time.perf_counter()
        client.request("GET", path, headers=headers)
        answer = client.getresponse()
        body = answer.read()
        elapsed = (time.perf_counter() - started) * 1000
        return answer.status, body, answer.headers["ETag"] or "", elapsed
    finally:
        client.close()


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def time_requests(path: str, session: str, count: int) -> Iterator[str]:
    """Time page, news and no news in turns; yield a line for each."""
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"}
    poll = cookie | {"X-Poll": "1"}
    kinds = {
        "no news (304)": (poll | {"If-None-Match": get(path, poll)[2]}, 304, 25),
        "news of the board": (poll, 200, 60),
        "the board's page": (cookie, 200, 60),
    }
    taken: dict[str, list[float]] = {name: [] for name in kinds}
    sizes: dict[str, int] = {}
    for turn in range(count + WARM_UP):
        for name, (headers, expected, _goal) in kinds.items():
            status, body, _tag, elapsed = get(path, headers)
            if status != expected:
                raise RuntimeError(f"{name}: answered with {status}.")
            sizes[name] = len(gzip.compress(body))
            if turn >= WARM_UP:
                taken[name].append(elapsed)
    for name, (_headers, _status, goal) in kinds.items():
        middle = percentile(taken[name], 0.5)
        yield verdict(
            f"{name} (p50 {middle:.1f} ms) p95", percentile(taken[name], 0.95), goal, " ms"
        )
    yield verdict("the board's page, compressed", sizes["the board's page"] / 1000, 60, " kB")


def time_page(path: str, session: str) -> Iterator[str]:
    """Open the board in a slow Chromium, with news once a load; yield a line for each figure."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        paints = []
        for number in range(LOADS):
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": ORIGIN}
            context.add_cookies([cookie])  # type: ignore[list-item]
            paints.append(read(traced(context, path, number)))
            context.close()
        browser.close()
    yield verdict("largest contentful paint", median(each.largest for each in paints), 1, " s")
    yield verdict("cumulative layout shift", max(each.shift for each in paints), 0.02)
    yield verdict("longest task", median(each.task for each in paints), 100, " ms")


def traced(context: BrowserContext, path: str, number: int) -> list[dict[str, Any]]:
    """Return the trace of one load, in which one appointment is moved by somebody else."""
    page = context.new_page()
    page.goto("about:blank")
    slow = context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    browser = context.browser
    if browser is None:
        raise RuntimeError("Chromium has gone.")
    browser.start_tracing(page=page, categories=CATEGORIES)
    page.goto(f"{ORIGIN}{path}")
    page.wait_for_load_state("networkidle")
    moved = board_stage.move_one(number)
    connections.close_all()
    page.wait_for_selector(f"#a{moved.pk}[data-version='{moved.version}']", timeout=15_000)
    return list(json.loads(browser.stop_tracing())["traceEvents"])


def read(events: list[dict[str, Any]]) -> Paint:
    """Read from a trace what matters of the page's main thread."""
    largest = [each for each in events if each["name"] == "largestContentfulPaint::Candidate"]
    thread = (largest[-1]["pid"], largest[-1]["tid"])
    own = [each for each in events if (each["pid"], each["tid"]) == thread]
    began = max(
        each["ts"]
        for each in own
        if each["name"] == "navigationStart" and each["ts"] < largest[-1]["ts"]
    )
    shifts = [
        each["args"]["data"]["cumulative_score"] for each in own if each["name"] == "LayoutShift"
    ]
    tasks = [each.get("dur", 0) for each in own if each["name"] == "RunTask" and each["ts"] > began]
    return Paint((largest[-1]["ts"] - began) / 1_000_000, max(shifts, default=0), max(tasks) / 1000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of each kind")
    given = parser.parse_args()
    database.create_empty(DATABASE)
    day = date.today() + timedelta(days=3)  # noqa: DTZ011 - far enough that no clock moves it
    user, facility = board_stage.fill(day)
    path, session = f"/desk/{facility.pk}/?date={day}", session_of(user)
    connections.close_all()
    with served():
        print("\n".join(time_requests(path, session, given.requests)), flush=True)
        print("\n".join(time_page(path, session)), flush=True)


if __name__ == "__main__":
    main()
