"""More clients at once than a real server has threads: each gets the answer that is its own.

The server has the threads and the connections that it has by default.
"""

import http.client
import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest

from accounts.models import User
from accounts.tests.clients import given_tokens
from clinic.tests.test_sign_in_limit import serving
from facilities.tests.factories import staff_of
from scheduling.tests.api import APPOINTMENTS, Place, known_ahead

CLIENTS, WRITES_A_MINUTE = 64, 150


class Answer(NamedTuple):
    status: int
    headers: Any
    body: dict[str, Any]


class Desk:
    """Somebody signed in at a server, of whom 64 ask at once."""

    def __init__(self, port: int, user: User) -> None:
        self.port, self.token = port, given_tokens(user)["access"]

    def ask(self, method: str, path: str, said: Any = None, **headers: str) -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        known = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            line.request(method, path, json.dumps(said), known | headers)
            answer = line.getresponse()
            return Answer(answer.status, answer.headers, json.loads(answer.read()))
        finally:
            line.close()

    def burst(self, method: str, path: str, said: Any = None, **headers: str) -> Counter[int]:
        """Send a request from every client at the same moment, and count the answers."""
        start = threading.Barrier(CLIENTS)

        def one(_: int) -> int:
            start.wait(30)
            return self.ask(method, path, said, **headers).status

        with ThreadPoolExecutor(CLIENTS) as clients:
            return Counter(clients.map(one, range(CLIENTS)))


@pytest.mark.django_db(transaction=True)
def test_64_clients_at_once_are_told_what_stands_against_them_and_never_503():
    place = Place()
    known_ahead()
    nora = staff_of(place.facility)
    with serving(workers=2, API_WRITES_PER_MINUTE=str(WRITES_A_MINUTE)) as port:
        desk = Desk(port, nora)
        assert desk.burst("POST", APPOINTMENTS, place.wanted()) == {201: 1, 409: CLIENTS - 1}
        (visit,) = desk.ask("GET", APPOINTMENTS).body["results"]
        there = f"{APPOINTMENTS}/{visit['id']}"
        seen = {"If-Match": desk.ask("GET", there).headers["ETag"]}
        moved = {"starts_at": place.at(11).isoformat()}
        assert desk.burst("PATCH", there, moved, **seen) == {200: 1, 412: CLIENTS - 1}
        left = WRITES_A_MINUTE - 2 * CLIENTS
        answered = desk.burst("PATCH", there, moved, **seen)
        assert answered == {412: left, 429: CLIENTS - left}
