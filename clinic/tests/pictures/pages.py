"""Which address stands for a route in the pictures, and which routes have none."""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from clinic.tests.pseudo.crawling import (
    WITHOUT_PAGE,
    Crawler,
    Met,
    addresses,
    route,
    routes,
    unlinked,
)
from clinic.tests.pseudo.place import Place

# Whoever comes to a page first is in the picture; the last is signed out.
WHO = ("receptionist", "doctor", "admin", "nurse", "patient", "")
# These are taken in the dark as well.
MAIN = ("scheduling:board", "scheduling:week-of", "scheduling:list", "scheduling:book")
MAIN = (*MAIN, "scheduling:patient")

REDIRECTS = frozenset({301, 302})


class Shot(NamedTuple):
    """A page that is to be taken: for whom (empty when signed out), and where."""

    role: str
    address: str


def reason_for_none(met: Met) -> str:
    """Return why an answer is no page of its own; nothing for a page, or for a refusal."""
    if met.status == 405:
        return "is only posted to"
    if met.status != 200:
        return ""
    return "is a file" if not met.text else "is a piece of a page" * ("<html" not in met.text)


def planned(place: Place) -> tuple[dict[str, Shot], dict[str, str]]:
    """Return a shot by route, and the reason by route where there is none.

    The first role follows every link, the others are asked for what is left. A route that is in
    neither has no picture and no reason: nobody came to it.
    """
    order = {address: number for number, address in enumerate(addresses(place))}
    shots: dict[str, Shot] = {}
    reasons, elsewhere = dict(WITHOUT_PAGE), dict[str, str]()
    for role in WHO:
        left = set(missing(shots, reasons))
        crawler = Crawler(place.people.get(role))
        asked = map(crawler.ask, [each for each in order if route(each) in left])
        walk = asked if shots else chain(crawler.walk(place), map(crawler.ask, unlinked(place)))
        found: dict[str, list[str]] = {}
        for met in walk:
            if met.status == 200 and "<html" in met.text:
                found.setdefault(met.name, []).append(met.address)
            elif reason := reason_for_none(met):
                reasons.setdefault(met.name, reason)
            elif met.status in REDIRECTS:  # of somebody else it may be a page, as signing in is
                elsewhere.setdefault(met.name, "leads elsewhere")
        for name in found.keys() & left:
            first = min(found[name], key=lambda address: order.get(address, len(order)))
            shots[name] = Shot(role, first)
    return shots, elsewhere | reasons


def missing(shots: dict[str, Shot], reasons: dict[str, str]) -> Iterator[str]:
    yield from sorted(routes().keys() - shots.keys() - reasons.keys())


def file_name(route: str) -> str:
    return route.replace(":", "-").replace("_", "-")
