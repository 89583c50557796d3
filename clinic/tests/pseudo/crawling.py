"""Every page that a person can reach: all routes of the resolver, and what these pages lead to."""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse

from clinic.tests.pseudo.place import Place
from facilities.models import Facility
from scheduling.board import iso_instant
from scheduling.tests.factories import in_days

# Django's own pages, and those that no browser shows or that end the session.
LEFT_OUT = ("/admin/", "/api/", "/docs", "/redoc", "/health", "/static/")
NOT_POSTED = frozenset(
    {
        "account_login",
        "account_logout",
        "account_language",
        "account_theme",
        "account_sign_out_everywhere",
    }
)
LINKS = re.compile(r'\b(?:href|hx-get)="([^"#]+)')
FORMS = re.compile(r'<form[^>]*\bmethod="post"[^>]*>', re.IGNORECASE)
ACTION = re.compile(r'\baction="([^"]*)"')
# Routes to which nobody is led, and why.
WITHOUT_PAGE = {"scheduling:feed": "is a file, for whoever has its secret address"}
# So many addresses of a route with the same names in the query, and no more.
ALIKE = 2


class Page(NamedTuple):
    """An answer in HTML; `name` is its route's."""

    name: str
    text: str


def routes() -> dict[str, URLPattern]:
    """Return every route that leads to a page, by its full name."""
    return dict(_below(get_resolver(), "", ""))


def _below(resolver: Any, path: str, names: str) -> Iterator[tuple[str, URLPattern]]:
    for each in resolver.url_patterns:
        address = f"{path}/{each.pattern}".replace("^", "").replace("//", "/")
        if address.startswith(LEFT_OUT):
            continue
        if isinstance(each, URLResolver):
            name = f"{names}{each.namespace}:" if each.namespace else names
            yield from _below(each, address, name)
        else:
            yield f"{names}{each.name}", each


def addresses(place: Place) -> Iterator[str]:
    """Yield addresses for every route: one for each row that it may lead to."""
    for name, pattern in routes().items():
        kwargs = set(pattern.pattern.converters) | set(pattern.pattern.regex.groupindex)
        for values in _values(str(pattern.pattern), kwargs, place):
            yield reverse(name, kwargs=values)


def unlinked(place: Place) -> list[str]:
    """Return addresses of pages that are led to by a form alone."""
    facility = Facility.objects.get(pk=place.rows["facility_id"][0])
    starts_at, ends_at = (in_days(1, hour, facility=facility) for hour in (9, 10))
    query = {
        "facility": facility.pk,
        "doctor": place.rows["doctor_id"][0],
        "starts_at": iso_instant(starts_at),
        "ends_at": iso_instant(ends_at),
    }
    routed = (
        reverse("scheduling:book-series", args=[facility.pk]),
        reverse("scheduling:waitlist-fits"),
        reverse("scheduling:add-closure"),
    )
    return [f"{address}?{urlencode(query)}" for address in routed]


def _values(path: str, names: set[str], place: Place) -> Iterator[dict[str, Any]]:
    fixed: dict[str, Any] = {"token": "1", "uidb36": "1", "key": "1", "slug": "utilisation"}
    fixed["kind"] = "allergy"
    values = {name: fixed[name] for name in names if name in fixed}
    values |= {name: place.rows[name][0] for name in names if name in place.rows}
    if "other_pk" in names:
        first, second = place.rows["patients"][1:3]
        yield {"pk": first, "other_pk": second}
    elif "pk" in names:
        for pk in _rows_named_in(path, place):
            yield values | {"pk": pk}
    else:
        yield values


def _rows_named_in(path: str, place: Place) -> list[int]:
    """Return the ids of what `<int:pk>` in a path stands for: the word before it says so."""
    word = path.split("<int:pk>", maxsplit=1)[0].strip("/").rpartition("/")[2]
    return place.rows.get(word) or place.rows["patients"][:1]


class Met(NamedTuple):
    """What an address has answered; `text` is empty for what is no page."""

    address: str
    name: str
    status: int
    text: str


class Crawler:
    """Walks all pages as one person, or signed out.

    An address that is like some seen before is passed over.
    """

    def __init__(self, person: Any) -> None:
        self.client = Client(raise_request_exception=True)
        if person:
            self.client.force_login(person)
        self.seen: set[str] = set()
        self.posted: set[str] = set()
        self.alike: Counter[tuple[str, ...]] = Counter()

    def pages(self, place: Place) -> Iterator[Page]:
        for met in self.walk(place):
            if met.text:
                yield Page(met.name, met.text)
                yield from self._fragment(met.address)
                yield from self._refused(met.address, met.text)

    def walk(self, place: Place) -> Iterator[Met]:
        """Yield what each address answers, pages or not."""
        waiting = [*addresses(place), "/nothing-here/"]
        self.seen.update(waiting)
        while waiting:
            address = waiting.pop()
            met = self.ask(address)
            yield met
            waiting += self._new(address, met.text)

    def ask(self, address: str) -> Met:
        answer = self.client.get(address)
        text = answer.content.decode() if is_page(answer) else ""
        return Met(address, route(address), answer.status_code, text)

    def _fragment(self, address: str) -> Iterator[Page]:
        """Yield what a page answers to a script that shows it in a panel."""
        answer = self.client.get(address, headers={"HX-Request": "true", "HX-Target": "panel"})
        if is_page(answer):
            yield Page(route(address), answer.content.decode())

    def _refused(self, address: str, text: str) -> Iterator[Page]:
        """Yield what a form says that was sent as it stands empty; nothing stays of that."""
        for form in FORMS.findall(text):
            action = ACTION.search(form)
            target = urljoin(address, unescape(action[1])) if action else address
            name = route(target)
            if name in self.posted or name in NOT_POSTED:
                continue
            self.posted.add(name)
            with transaction.atomic():
                answer = self.client.post(target, follow=True)
                transaction.set_rollback(True)
            if is_page(answer):
                yield Page(f"{name} (posted)", answer.content.decode())

    def _new(self, address: str, text: str) -> Iterator[str]:
        for link in LINKS.findall(text):
            there = urljoin(address, unescape(link))
            if there in self.seen or not there.startswith("/") or there.startswith(LEFT_OUT):
                continue
            parts = urlsplit(there)
            like = (route(there), *sorted(parse_qs(parts.query, keep_blank_values=True)))
            self.alike[like] += 1
            self.seen.add(there)
            if self.alike[like] <= ALIKE:
                yield there


def is_page(answer: HttpResponse) -> bool:
    if answer.streaming:
        answer.getvalue()  # which closes the file that is sent
        return False
    return answer.get("Content-Type", "").startswith("text/html")


def route(address: str) -> str:
    try:
        return resolve(urlsplit(address).path).view_name or address
    except Resolver404:
        return "an address that leads nowhere"
