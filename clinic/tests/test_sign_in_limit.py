"""The limit of signing in holds over all workers of a real server."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from accounts.tests.factories import PASSWORD, UserFactory

ASKED, LIMIT = 100, 10


def database_url() -> str:
    known = connection.settings_dict
    user = f"{known['USER']}:{known['PASSWORD']}" if known["PASSWORD"] else known["USER"]
    return f"postgres://{user}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


@contextmanager
def serving(workers: int, **more: str) -> Iterator[int]:
    """Serve the tests' database from so many workers, and yield the port.

    A worker has the threads and connections that it has by default; how long it may take to make a
    connection says more about the machine.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = (
        os.environ
        | {
            "DATABASE_URL": database_url(),
            "WEB_CONCURRENCY": str(workers),
            "BIND": f"127.0.0.1:{port}",
            "TRIAL": "true",
            "LOG_LEVEL": "ERROR",
            "DATABASE_POOL_TIMEOUT": "30",
        }
        | more
    )
    command = [sys.executable, "-m", "gunicorn", "-c", "python:clinic.gunicorn_conf", "clinic.wsgi"]
    server = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
    try:
        wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def wait_for(port: int, server: subprocess.Popen) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            if ask(port, "GET", "/health")[0] == 200:
                return
        except OSError:
            threading.Event().wait(0.1)
    raise AssertionError("The server did not start.")


def ask(port: int, method: str, path: str, said: dict | None = None) -> tuple[int, str]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        line.request(method, path, json.dumps(said), {"Content-Type": "application/json"})
        answer = line.getresponse()
        return answer.status, answer.read().decode()
    finally:
        line.close()


@pytest.mark.django_db(transaction=True)
def test_of_a_hundred_wrong_sign_ins_over_four_workers_the_limit_passes():
    UserFactory(username="nora")
    start, answers = threading.Barrier(ASKED), []

    def try_once() -> None:
        start.wait(30)
        said = {"username": "nora", "password": "not-the-password"}
        answers.append(ask(port, "POST", "/api/v1/auth/login", said))

    with serving(workers=4) as port:
        threads = [threading.Thread(target=try_once) for _ in range(ASKED)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        right = {"username": "nora", "password": PASSWORD}
        late, _ = ask(port, "POST", "/api/v1/auth/login", right)
    assert Counter(status for status, _ in answers) == {401: LIMIT, 429: ASKED - LIMIT}
    assert late == 429
