"""Looks at one page in a browser, in several languages, themes and sizes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from clinic.tests.pseudo.crawling import Crawler, Met, unlinked
from clinic.tests.pseudo.place import Place

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
# The smallest phone, and a window of 1280 by 800 that is enlarged to 200 %.
SMALL = {"320 px wide": (320, 640), "at 200 %": (640, 400)}
RUN_AXE = """() => axe.run(document, {resultTypes: ["violations"]}).then(({violations}) =>
    violations.map((each) => `${each.id}: ${each.nodes[0].html.slice(0, 140)}`))"""
OUT_OF_REACH = (Path(__file__).parent / "out_of_reach.js").read_text()
# What is folded up is read as well; a menu would lie over the rest.
UNFOLD = "document.querySelectorAll('main details:not(.menu)').forEach((it) => (it.open = true))"
IS_SETTLED = "!document.querySelector('.htmx-request, .htmx-settling, .htmx-swapping')"

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

Look = tuple[str, str]
EVERY_LOOK: tuple[Look, ...] = tuple((theme, size) for size in SIZES for theme in ("light", "dark"))
LANGUAGES = [code for code, _name in settings.LANGUAGES]


class Shown(NamedTuple):
    """A page that somebody comes to, with whether it is like one that came before."""

    met: Met
    is_alike: bool


def shown_to(person: Any, place: Place) -> Iterator[Shown]:
    """Yield the whole pages that a person comes to; of those for a refusal one of each status.

    One is like another that shows a row of the same kind, or that has the same names in its query.
    """
    seen: Counter[tuple[Any, ...]] = Counter()
    crawler = Crawler(person)
    for met in chain(crawler.walk(place), map(crawler.ask, unlinked(place))):
        if "<html" not in met.text:
            continue
        parts = urlsplit(met.address)
        kind = (met.name, *sorted(parse_qs(parts.query))) if met.status == 200 else (met.status,)
        seen[kind] += 1
        if seen[kind] == 1 or (met.status == 200 and not parts.query):
            yield Shown(met, seen[kind] > 1)
    if person:
        ids = {name: found[0] for name, found in place.rows.items()}
        for each in UNLINKED:
            yield Shown(Met(each.format(**ids), "", 0, ""), is_alike=True)


def opened(browser: Browser, origin: str, person: Any) -> BrowserContext:
    """Return a browser in which this person is signed in, or nobody."""
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
    if person:
        client = Client()
        client.force_login(person)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": origin}]
        )
    return context


def faults_of(
    page: Page, address: str, axe: str, looks: Mapping[str, Sequence[Look]]
) -> Iterator[str]:
    """Yield what shuts somebody out of a page; `looks` are themes and sizes by language.

    A page is loaded once a language, and on small screens it is looked at once a language.
    """
    for language, shown in looks.items():
        page.set_extra_http_headers({"Accept-Language": language})
        page.goto(address)
        page.wait_for_function(IS_SETTLED)
        if page.evaluate("document.documentElement.lang") != language:
            yield f"is not in {language}"
        page.evaluate(axe)
        page.evaluate(UNFOLD)
        for theme, size in shown:
            _resize(page, SIZES[size])
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            for fault in page.evaluate(RUN_AXE):
                yield f"{language}, {theme}, {size}: {fault}"
        for name, small in SMALL.items():
            _resize(page, small)
            for fault in page.evaluate(OUT_OF_REACH):
                yield f"{language}, {name}: {fault}"


def _resize(page: Page, size: tuple[int, int]) -> None:
    width, height = size
    if page.viewport_size != {"width": width, "height": height}:
        page.set_viewport_size({"width": width, "height": height})
