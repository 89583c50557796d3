"""Takes pictures of pages in a browser, and makes their files small."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.test import Client
from PIL import Image
from playwright.sync_api import Browser, Page

SIZES = ((1440, 900), (390, 844))
# As many as the eye does not miss on plain surfaces; a file has a third of its size with them.
COLOURS = 128
IS_STILL = "!document.querySelector('.htmx-request, .htmx-settling, .htmx-swapping')"


class Camera(NamedTuple):
    """Takes pictures of what is served at `origin`, into `folder`."""

    browser: Browser
    origin: str
    folder: Path

    @contextmanager
    def at(self, person: Any, size: tuple[int, int], theme: str = "light") -> Iterator[Page]:
        """Open a page, signed in as this person, on a screen of this size."""
        context = self.browser.new_context(reduced_motion="reduce")
        if person:
            context.add_cookies([self._session(person)])
        page = context.new_page()
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        yield page
        context.close()

    def _session(self, person: Any) -> Any:
        """Return the cookie of somebody who is signed in."""
        client, name = Client(), settings.SESSION_COOKIE_NAME
        client.force_login(person)
        return {"name": name, "value": client.cookies[name].value, "url": self.origin}

    def take(self, page: Page, name: str, theme: str = "light") -> None:
        """Keep what the screen shows as `name-width-theme.png`."""
        page.wait_for_function(IS_STILL)
        page.wait_for_load_state("networkidle")
        width = page.viewport_size["width"] if page.viewport_size else 0
        shown = Image.open(io.BytesIO(page.screenshot(caret="initial"))).convert("RGB")
        few = shown.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(self.folder / f"{name}-{width}-{theme}.png", optimize=True)

    def tour(self, person: Any, theme: str, addresses: Mapping[str, str]) -> None:
        """Take pictures of pages at each size; `addresses` are by the names of the pictures."""
        for size in SIZES:
            with self.at(person, size, theme) as page:
                for name, address in addresses.items():
                    page.goto(self.origin + address)
                    self.take(page, name, theme)
