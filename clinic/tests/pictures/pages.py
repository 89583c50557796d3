"""Which address stands for a route in the pictures, and which routes have none."""

from collections.abc import Iterator
from typing import NamedTuple

from clinic.tests.pseudo.crawling import Crawler, Met, addresses, routes
from clinic.tests.pseudo.place import Place

# Whoever comes to a page first is in the picture; the last is signed out.
WHO = ("receptionist", "doctor", "admin", "nurse", "")
# These are taken in the dark as well.
MAIN = ("scheduling:board", "scheduling:week-of", "scheduling:list", "scheduling:book")
MAIN = (*MAIN, "scheduling:patient")
# Routes that no picture can show, and why.
WITHOUT = {
    "account_reset_password_from_key_done": "is shown once, after a new password",
}


class Shot(NamedTuple):
    """A page that is to be taken: for whom (empty when signed out), and where."""

    role: str
    address: str


def reason_for_none(met: Met) -> str:
    """Return why an answer is no page of its own; nothing for a page, or for a refusal."""
    if met.status == 405:
        return "is only posted to"
    if met.status in {301, 302}:
        return "leads elsewhere"
    if met.status != 200:
        return ""
    return "is a file" if not met.text else "is a piece of a page" * ("<html" not in met.text)


def planned(place: Place) -> tuple[dict[str, Shot], dict[str, str]]:
    """Return a shot by route, and the reason by route where there is none.

    A route that is in neither has no picture and no reason: nobody came to it.
    """
    order = {address: number for number, address in enumerate(addresses(place))}
    shots: dict[str, Shot] = {}
    reasons = dict(WITHOUT)
    for role in WHO:
        found: dict[str, list[str]] = {}
        for met in Crawler(place.people.get(role)).walk(place):
            if met.status == 200 and "<html" in met.text:
                found.setdefault(met.name, []).append(met.address)
            elif reason := reason_for_none(met):
                reasons.setdefault(met.name, reason)
        for name, met_at in found.items():
            first = min(met_at, key=lambda address: order.get(address, len(order)))
            shots.setdefault(name, Shot(role, first))
        if not any(missing(shots, reasons)):
            break
    known = routes()
    return {name: shot for name, shot in shots.items() if name in known}, reasons


def missing(shots: dict[str, Shot], reasons: dict[str, str]) -> Iterator[str]:
    yield from sorted(routes().keys() - shots.keys() - reasons.keys())


def file_name(route: str) -> str:
    return route.replace(":", "-").replace("_", "-")
