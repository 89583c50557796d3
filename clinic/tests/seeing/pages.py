"""Which pages somebody comes to, and in which languages each is to be looked at."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import Any, NamedTuple

from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, reverse

from clinic.tests.pseudo import crawling
from clinic.tests.pseudo.crawling import Crawler, is_page, unlinked
from clinic.tests.pseudo.place import Place
from clinic.tests.seeing.looking import LANGUAGES

# What no link leads to: days without anything, what is not found, and what cannot be read.
UNLINKED = (
    "/desk/{facility_id}/?date=2030-01-01",
    "/desk/{facility_id}/list/?status=noshow&date=2030-01-01",
    "/desk/{facility_id}/month/?date=2030-01-01",
    "/find/?zip_code=1&miles=10",
    "/find/?part=hours&from_time=03:00&to_time=03:05",
    "/openings/?looked=1&zip_code=1",
    "/facilities/match/?zip_code=99999",
    "/patients/access-log/?patient=999999",
    "/patients/{patient_id}/seen-by/?first=2026-02-02&last=2026-01-01",
    "/insight/?first=2030-01-01&last=2030-01-02",
)
PAGES, PAGES_OF_A_ROW = ("changelist", "add", "import"), ("change", "history", "delete")
ELEMENT = re.compile(r"<([a-z]+)\b([^>]*)")
KIND = re.compile(r'\b(?:class|type|role|tabindex)="[^"]*"|\b(?:disabled|checked)\b')
NUMBER = re.compile(r"\d+")


class Shown(NamedTuple):
    """A page that somebody comes to, and the languages in which it is to be looked at."""

    address: str
    languages: list[str]


class Met(NamedTuple):
    """A page that somebody has come to; those of one kind are expected to look alike."""

    kind: str
    address: str
    text: str


def shown_to(person: Any, place: Place, colleague: Any = None) -> Iterator[Shown]:
    """Yield the pages that a person comes to and the colleague does not."""
    other = Crawler(colleague) if colleague else None
    return chosen(_walk(person, place), other and (lambda address: _met(other.ask(address))))


def chosen(pages: Iterable[Met], other: Callable[[str], Met] | None = None) -> Iterator[Shown]:
    """Yield the first page of each kind, for all languages, and others that differ, for one.

    A page differs by having elements that none of its kind had before. `other` returns the page
    that a colleague meets at an address, which is looked at elsewhere.
    """
    known: defaultdict[str, set[str]] = defaultdict(set)
    for number, (kind, address, text) in enumerate(pages):
        elements = elements_of(text)
        if other and (theirs := other(address)).kind == kind:
            known[kind] |= elements_of(theirs.text)
        if not known[kind]:
            yield Shown(address, LANGUAGES)
        elif elements - known[kind]:
            yield Shown(address, [LANGUAGES[number % len(LANGUAGES)]])
        known[kind] |= elements


def elements_of(text: str) -> set[str]:
    """Return what kinds of elements a page has, as its style sheets tell them apart."""
    found = ELEMENT.findall(text)
    return {NUMBER.sub("0", f"{tag} {' '.join(KIND.findall(more))}") for tag, more in found}


def _walk(person: Any, place: Place) -> Iterator[Met]:
    """Yield whole pages."""
    crawler = Crawler(person)
    ids = {name: found[0] for name, found in place.rows.items()}
    more = [each.format(**ids) for each in UNLINKED if person]
    for met in chain(crawler.walk(place), map(crawler.ask, [*unlinked(place), *more])):
        if "<html" in met.text:
            yield _met(met)


def _met(answer: crawling.Met) -> Met:
    """Return a page of its route's kind; all that refuse with the same status are of one."""
    kind = answer.name if answer.status == 200 else str(answer.status)
    return Met(kind, answer.address, answer.text)


def of_admin(client: Client) -> Iterator[Met]:
    """Yield the pages of the administration, of each model those that it has."""
    for name in ("index", "password_change"):
        yield _asked(client, name, f"admin:{name}")
    for model in admin.site._registry:
        row = model._default_manager.first()
        for page in PAGES + PAGES_OF_A_ROW * bool(row):
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
            with suppress(NoReverseMatch):
                met = _asked(client, page, name, *([row.pk] if page in PAGES_OF_A_ROW else []))
                if met.text:
                    yield met


def _asked(client: Client, kind: str, name: str, *args: Any) -> Met:
    address = reverse(name, args=args)
    answer = client.get(address)
    is_shown = answer.status_code == 200 and is_page(answer)
    return Met(kind, address, answer.content.decode() if is_shown else "")
