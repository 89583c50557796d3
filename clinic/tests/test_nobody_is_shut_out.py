"""No page shuts anybody out: every page in each language, theme and size, with axe-core.

`make look` does all of that. Among the other tests each page is looked at in one language, in turn.
What a GET does not reach, such as a refused form, is looked at where it is made.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import Browser, Page, Route, expect

from accounts.models import User
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.second_steps import code, with_app
from clinic.tests.admin_world import populate
from clinic.tests.pseudo.crawling import WITHOUT_PAGE, Crawler, addresses, route, routes, unlinked
from clinic.tests.pseudo.place import STAFF, Place, build
from clinic.tests.seeing.looking import LANGUAGES, faults_of, opened
from clinic.tests.seeing.pages import Shown, chosen, of_admin, shown_to
from facilities.tests.factories import FacilityFactory, staff_of

SIGNED_OUT = "signed out"
IN_ALL_LANGUAGES = "CLINIC_LOOK" in os.environ
Opens = Callable[[Client | None], Page]

pytestmark = pytest.mark.django_db(transaction=True)
in_browser = pytest.mark.browser


@pytest.fixture
def place(settings: LazySettings, tmp_path: Path) -> Place:
    settings.MEDIA_ROOT = tmp_path / "media"
    return build()


@pytest.fixture
def open_page(browser: Browser, live_server: Any, axe: str) -> Opens:
    return lambda client: opened(browser, live_server.url, axe, client).new_page()


def as_user(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def faults(page: Page, origin: str, pages: Iterable[Shown]) -> dict[str, list[str]]:
    found = {}
    for number, (address, languages) in enumerate(pages):
        in_turn = languages if IN_ALL_LANGUAGES else [languages[number % len(languages)]]
        found[address] = list(faults_of(page, origin + address, in_turn))
    assert found
    return {address: wrong for address, wrong in found.items() if wrong}


@in_browser
@pytest.mark.parametrize("role", [*STAFF, SIGNED_OUT])
def test_no_page_shuts_anybody_out(
    place: Place, open_page: Opens, live_server: Any, role: str
) -> None:
    """Look at all pages of the receptionist, and at what others have besides."""
    person = place.people.get(role)
    colleague = place.people[STAFF[0]] if role != STAFF[0] else None
    shown = shown_to(person, place, colleague)
    page = open_page(as_user(person) if person else None)
    assert faults(page, live_server.url, shown) == {}


if IN_ALL_LANGUAGES:  # Django's own pages still have faults, which `make look` names

    @in_browser
    def test_no_page_of_the_administration_shuts_anybody_out(
        open_page: Opens, live_server: Any
    ) -> None:
        populate(2)
        client = as_user(UserFactory(role="admin"))
        assert faults(open_page(client), live_server.url, chosen(of_admin(client))) == {}


def signed_in(person: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": person.username, "password": PASSWORD})
    return client


def add_passkey(page: Page, origin: str) -> int:
    """Add a passkey of a device that the browser makes up; return its id."""
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True}
    options = kind | {"isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.set_extra_http_headers({"Accept-Language": "en"})
    page.goto(origin + reverse("mfa_add_webauthn"))
    page.locator("#id_name").fill("Desk key")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    return Authenticator.objects.get(type="webauthn").pk


@in_browser
def test_no_page_of_a_second_step_shuts_anybody_out(open_page: Opens, live_server: Any) -> None:
    """These ask for a password that was given just now, or for a sign-in that is half done."""
    person = staff_of(FacilityFactory(), username="nora")
    origin, password = live_server.url, {"password": PASSWORD}
    client = signed_in(person)
    client.post(reverse("account_reauthenticate"), password)
    page = open_page(client)
    wrong = faults(page, origin, named("mfa_index", "mfa_activate_totp", "mfa_add_webauthn"))
    passkey = add_passkey(page, origin)
    client = signed_in(with_app(person))
    wrong |= faults(open_page(client), origin, named("mfa_authenticate"))
    client.post(reverse("mfa_authenticate"), {"code": code()})
    client.post(reverse("account_reauthenticate"), password)
    begun = {"mfa_authenticate", "mfa_activate_totp", "mfa_add_webauthn", "mfa_remove_webauthn"}
    has = {name for name in routes() if name.startswith("mfa_")} - begun
    there = Shown(reverse("mfa_remove_webauthn", args=[passkey]), LANGUAGES)
    wrong |= faults(open_page(client), origin, [*named(*has), there])
    assert wrong == {}


def named(*names: str) -> list[Shown]:
    return [Shown(reverse(name), LANGUAGES) for name in names]


def error_pages() -> Iterator[str]:
    yield "staff_only.html"
    folder = Path(__file__).resolve().parents[2] / "templates"
    yield from sorted(path.name for path in folder.glob("[45]*.html"))


@in_browser
def test_no_error_page_shuts_anybody_out(open_page: Opens, live_server: Any) -> None:
    def answer(asked: Route) -> None:
        with override(asked.request.headers["accept-language"]):
            text = render_to_string(asked.request.url.rpartition("/")[2])
        asked.fulfill(body=text, content_type="text/html; charset=utf-8")

    page = open_page(None)
    page.route("**/refused/*", answer)
    shown = [Shown(f"/refused/{name}", LANGUAGES) for name in error_pages()]
    assert len(shown) > 7
    assert faults(page, live_server.url, shown) == {}


def test_somebody_comes_to_every_route(place: Place) -> None:
    """A route that refuses everybody would be looked at by none of these tests."""
    missing = {name for name in routes() if not name.startswith("mfa_")} - WITHOUT_PAGE.keys()
    query = urlsplit(unlinked(place)[0]).query  # without which some pages say what they miss
    asked = [each + more for more in ("", f"?{query}") for each in addresses(place)]
    for person in place.people.values():
        crawler = Crawler(person)
        for address in asked:
            if route(address) in missing and crawler.ask(address).status in {200, 302, 405}:
                missing.remove(route(address))
    assert missing == set()
