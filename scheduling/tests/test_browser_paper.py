"""Printing and figures in a real Chromium, by mouse and by keyboard."""

from typing import Any

import pytest
from playwright.sync_api import expect

from scheduling.tests.test_browser import Desk, open_desk, panel, visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["open_desk"]


@pytest.fixture
def desk(live_server: Any) -> Desk:
    return Desk(live_server.url)


def fetched(page, link) -> bytes:
    """Return what a link leads to; Chromium without a window saves a PDF instead of showing it."""
    answer = page.request.get(desk_address(page, link))
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()


def desk_address(page, link) -> str:
    return page.evaluate("(path) => new URL(path, location.href).href", link.get_attribute("href"))


def test_the_board_and_the_appointment_lead_to_paper(desk: Desk, open_desk):
    desk.take(desk.at(9), patient=desk.patient)
    page = open_desk()
    sheet = page.get_by_role("link", name="Print the day sheet")
    assert fetched(page, sheet).startswith(b"%PDF")
    own = page.get_by_role("link", name="Print the day of").first
    assert "doctor=" in str(own.get_attribute("href"))
    assert fetched(page, own).startswith(b"%PDF")
    visit(page, desk.patient).click()
    slip = panel(page).get_by_role("link", name="Print slip")
    assert fetched(page, slip).startswith(b"%PDF")


def test_a_printed_board_shows_visits_and_leaves_out_what_is_pressed(desk: Desk, open_desk):
    desk.take(desk.at(9), patient=desk.patient)
    page = open_desk(color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    expect(visit(page, desk.patient)).to_be_visible()
    expect(page.locator(".site-header")).to_be_hidden()
    expect(page.locator(".free").first).to_be_hidden()
    expect(page.locator(".toolbar .btn").first).to_be_hidden()
    colour = page.evaluate(
        "getComputedStyle(document.querySelector('.doctor-head')).backgroundColor"
    )
    assert colour == "rgb(255, 255, 255)"
