"""Takes all pictures anew; run by `make screenshots`, and no part of the tests.

A page that has neither a picture nor a reason in `WITHOUT_PAGE` fails the command.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser

from clinic.tests.pictures import pages, stage, states
from clinic.tests.pictures.camera import SIZES, Camera

FOLDER = Path(__file__).resolve().parents[3] / "docs/screenshots"
MOST_BYTES = 12 * 1024 * 1024


@pytest.mark.django_db(transaction=True)
def test_every_page_and_state_has_its_pictures(
    browser: Browser, live_server: Any, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    place = stage.build()
    shots, reasons = pages.planned(place)
    assert list(pages.missing(shots, reasons)) == []
    made = tmp_path / "made"
    made.mkdir()
    camera = Camera(browser, live_server.url, made)
    for role in pages.WHO:
        own = {name: shot.address for name, shot in shots.items() if shot.role == role}
        main = {name: address for name, address in own.items() if name in pages.MAIN}
        for theme, addresses in (("light", own), ("dark", main)):
            named = {pages.file_name(name): address for name, address in addresses.items()}
            camera.tour(place.people.get(role), theme, named)
    for state in states.STATES:
        for size in SIZES:
            state(camera, place, size)
    assert sum(path.stat().st_size for path in made.iterdir()) <= MOST_BYTES
    for old in FOLDER.glob("*.png"):
        old.unlink()
    for path in made.iterdir():
        shutil.move(path, FOLDER / path.name)
