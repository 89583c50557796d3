"""Fast fingers, typed dates and answers that are lost, in a real Chromium."""

from typing import Any

import pytest
from playwright.sync_api import expect

from scheduling.tests.test_browser import Desk, free, open_desk, panel, visit
from scheduling.tests.test_browser_call import ready, toast
from scheduling.tests.test_browser_desk import desk, held
from scheduling.tests.test_browser_live import ask_now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["desk", "open_desk"]


def test_a_date_that_is_typed_counts_once_it_is_whole(desk: Desk, open_desk):
    desk.take(desk.at(9), patient=desk.patient)
    page = open_desk()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page, desk.patient).click()
    panel(page).get_by_role("link", name="Move", exact=True).click()
    field = panel(page).get_by_label("Date")
    expect(field).to_be_visible()
    year = desk.day.year + 1
    field.fill(f"{year}-03-04")
    expect(panel(page)).to_contain_text("March 4")
    asked.clear()
    field.focus()
    page.keyboard.type("1225")
    expect(field).to_have_value(f"{year}-12-25")
    assert not [url for url in asked if "/move/" in url]
    field.blur()
    expect(panel(page)).to_contain_text("December 25")
    assert len([url for url in asked if "/move/" in url]) == 1
    page.locator("#board-date").focus()
    page.keyboard.type(f"1225{year}")
    expect(page.locator("#board-date")).to_have_value(f"{year}-12-25")
    assert f"date={desk.day}" in page.url
    page.keyboard.press("Enter")
    page.wait_for_url(f"**date={year}-12-25")


def test_enter_that_is_quicker_than_the_search_opens_what_is_found(desk: Desk, open_desk):
    page = ready(open_desk())
    waiting: list[Any] = []
    page.route("**/search/", lambda route: waiting.append(route))  # noqa: PLW0108 - it must be a function
    page.keyboard.press("/")
    with page.expect_request("**/search/"):
        page.keyboard.type("quint")
        page.keyboard.press("Shift+Enter")
    page.unroute("**/search/")
    for route in waiting:
        route.continue_()
    expect(panel(page).locator(".chosen")).to_contain_text("Zélie Quint")
    assert f"date={desk.day}" in page.url
    page.keyboard.press("Escape")
    page.keyboard.press("B")  # as with Caps Lock
    expect(panel(page).get_by_role("heading", name="First openings")).to_be_visible()


def test_what_is_not_known_is_not_said(desk: Desk, open_desk):
    page = open_desk(expected="")
    assert page.evaluate("htmx.config.timeout") == 15_000
    free(page, "9:00").click()
    expect(held(page)).to_be_visible()
    book = panel(page).locator(".sheet-foot [data-book]")
    page.route("**/book/**", lambda route: route.fulfill(status=502, body=""))
    book.click()
    unknown = toast(page).get_by_text("It is not known whether that was saved")
    expect(unknown).to_have_count(1)
    page.unroute("**/book/**")
    page.route("**/book/**", lambda route: route.abort())
    book.click()
    expect(unknown).to_have_count(2)
    page.unroute("**/book/**")
    page.route("**/book/**", lambda route: None)
    page.evaluate("htmx.config.timeout = 300")
    book.click()
    expect(unknown).to_have_count(3)
    expect(book).to_be_enabled()
    page.unroute("**/book/**")
    page.evaluate("htmx.config.timeout = 15000")
    page.context.add_cookies([{"name": "csrftoken", "value": "x" * 32, "url": desk.address}])
    book.click()
    expect(toast(page)).to_contain_text("signed in or out in another tab")


def test_a_board_that_cannot_draw_its_news_says_so_and_tries_again(desk: Desk, open_desk):
    page = open_desk(expected="broken on purpose")
    page.evaluate("""() => {
        window.whole = DOMParser.prototype.parseFromString;
        const { DateTimeFormat } = Intl;
        Intl.DateTimeFormat = function (lang, form) {
            if (form.timeZone !== "UTC") throw new RangeError("zone");
            return new DateTimeFormat(lang, form);
        };
        DOMParser.prototype.parseFromString = () => { throw new Error("broken on purpose"); };
    }""")
    desk.take(desk.at(9), patient=desk.patient)
    for _ in range(2):
        with page.expect_response("**/desk/**"):
            ask_now(page)
    expect(page.locator(".live-note")).to_contain_text("UTC")
    page.evaluate("() => { DOMParser.prototype.parseFromString = window.whole; }")
    ask_now(page)
    expect(visit(page, desk.patient)).to_be_visible()
    expect(page.locator("[data-live-clock]")).to_contain_text("UTC")
