"""No page shuts anybody out: each route, role, language, theme and size, with axe-core.

What a GET does not reach, such as a refused form, is looked at where it is made.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.template.loader import render_to_string
from django.test import Client
from django.utils.translation import override
from playwright.sync_api import Browser, Page, Route

from clinic.tests.pseudo.crawling import WITHOUT_PAGE, Crawler, routes, unlinked
from clinic.tests.pseudo.place import STAFF, Place, build
from clinic.tests.seeing.looking import EVERY_LOOK, LANGUAGES, faults_of, opened, shown_to

WHOLE = dict.fromkeys(LANGUAGES, EVERY_LOOK)
# Of what others see as well, and of rows of the same kind.
BRIEF = {"en": [("light", "desktop")], "es": [("dark", "phone")]}
SIGNED_OUT = "signed out"
# So that two workers have as much to do, the first role's pages are dealt out.
PARTS = [("receptionist", 0), ("receptionist", 1), ("receptionist", 2), ("receptionist", 3)]
PARTS += [(role, 0) for role in (*STAFF[1:], SIGNED_OUT)]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place(settings: LazySettings, tmp_path: Path) -> Place:
    settings.MEDIA_ROOT = tmp_path / "media"
    return build()


def seen_before(person: Any, address: str) -> bool:
    """Say whether the receptionist comes to the same page."""
    client = Client()
    client.force_login(person)
    return client.get(address).status_code == 200


@pytest.mark.browser
@pytest.mark.parametrize(("role", "part"), PARTS)
def test_no_page_shuts_anybody_out(
    place: Place, browser: Browser, live_server: Any, axe: str, role: str, part: int
) -> None:
    person = place.people.get(role)
    parts = sum(each == role for each, _part in PARTS)
    page = opened(browser, live_server.url, person).new_page()
    wrong = {}
    for number, (met, is_alike) in enumerate(list(shown_to(person, place))):
        if number % parts != part:
            continue
        is_known = role != "receptionist" and seen_before(place.people["receptionist"], met.address)
        looks = BRIEF if is_alike or is_known else WHOLE
        wrong[met.address] = list(faults_of(page, live_server.url + met.address, axe, looks))
    assert {address: found for address, found in wrong.items() if found} == {}


def error_pages() -> Iterator[str]:
    yield "staff_only.html"
    folder = Path(__file__).resolve().parents[2] / "templates"
    yield from sorted(path.name for path in folder.glob("[45]*.html"))


@pytest.mark.browser
def test_no_error_page_shuts_anybody_out(browser: Browser, live_server: Any, axe: str) -> None:
    def answer(route: Route) -> None:
        with override(route.request.headers["accept-language"]):
            text = render_to_string(route.request.url.rpartition("/")[2])
        route.fulfill(body=text, content_type="text/html; charset=utf-8")

    page: Page = opened(browser, live_server.url, None).new_page()
    page.route("**/refused/*", answer)
    wrong = {
        name: list(faults_of(page, f"{live_server.url}/refused/{name}", axe, WHOLE))
        for name in error_pages()
    }
    assert len(wrong) > 7
    assert {name: found for name, found in wrong.items() if found} == {}


def test_somebody_comes_to_every_route(place: Place) -> None:
    """A route that refuses everybody would be looked at by none of these tests."""
    missing = routes().keys() - WITHOUT_PAGE.keys()
    for person in (*place.people.values(), None):
        crawler = Crawler(person)
        walk = [*crawler.walk(place), *map(crawler.ask, unlinked(place))]
        missing -= {met.name for met in walk if met.status < 400 or met.status == 405}
        if not missing:
            break
    assert missing == set()
