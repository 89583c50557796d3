"""Looks at one page in a browser, in several languages, themes and sizes."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

SERVER_ERROR = 500
# As long as a busy machine may take for a page, in milliseconds.
PATIENCE = 60_000
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
# The smallest phone, and a window of 1280 by 800 that is enlarged to 200 %.
SMALL = {"320 px wide": (320, 640), "at 200 %": (640, 400)}
# So ordered that one thing changes at a time.
LOOKS = (("desktop", "light"), ("desktop", "dark"), ("phone", "dark"), ("phone", "light"))
LOOK, OUT_OF_REACH = (
    (Path(__file__).parent / name).read_text() for name in ("look.js", "out_of_reach.js")
)
# What is folded up is read as well; a menu would lie over the rest.
UNFOLD = "document.querySelectorAll('main details:not(.menu)').forEach((it) => (it.open = true))"
IS_SETTLED = "!document.querySelector('.htmx-request, .htmx-settling, .htmx-swapping')"
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def opened(browser: Browser, origin: str, axe: str, client: Client | None = None) -> BrowserContext:
    """Return a browser that has axe-core, with the session of this client, or of nobody."""
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    context.add_init_script(axe)
    if client:
        name = settings.SESSION_COOKIE_NAME
        cookie: Any = {"name": name, "value": client.cookies[name].value, "url": origin}
        context.add_cookies([cookie])
    return context


def faults_of(page: Page, address: str, languages: Sequence[str] = LANGUAGES) -> Iterator[str]:
    """Yield what shuts somebody out of a page.

    It is loaded once a language; there each theme and size is looked at, and each small screen.
    """
    known: defaultdict[str, set[str]] = defaultdict(set)
    for language in languages:
        page.set_extra_http_headers({"Accept-Language": language})
        answer = page.goto(address)
        if answer and answer.status >= SERVER_ERROR:
            yield f"{language}: is answered with {answer.status}"
        page.wait_for_function(IS_SETTLED)
        if page.evaluate("document.documentElement.lang") != language:
            yield f"is not in {language}"
        page.evaluate(UNFOLD)
        for size, theme in LOOKS:
            _resize(page, SIZES[size])
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            look = page.evaluate(LOOK, {"theme": theme, "known": [*known[theme]]})
            known[theme] |= set(look["seen"])
            yield from (f"{language}, {theme}, {size}: {fault}" for fault in look["faults"])
        for size, small in SMALL.items():
            _resize(page, small)
            yield from (f"{language}, {size}: {fault}" for fault in page.evaluate(OUT_OF_REACH))


def _resize(page: Page, size: tuple[int, int]) -> None:
    width, height = size
    if page.viewport_size != {"width": width, "height": height}:
        page.set_viewport_size({"width": width, "height": height})
