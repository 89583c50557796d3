"""Choosing language and theme in the user menu and at sign-in, as a person does."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from scheduling.tests.test_browser import SIZES, Desk, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(live_server: Any) -> Desk:
    return Desk(live_server.url)


def open_menu(page: Page) -> Any:
    page.locator(".user-menu > summary").click()
    return page.locator(".user-menu")


def ground(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_a_language_and_a_theme_are_chosen_without_scripts(desk: Desk, browser: Browser) -> None:
    page = desk.sign_in(browser.new_context(java_script_enabled=False, color_scheme="light"))
    open_menu(page).get_by_role("button", name="Español").click()
    expect(page).to_have_url(desk.board)
    expect(page.locator("html")).to_have_attribute("lang", "es")
    open_menu(page).locator("button[name=theme][value=dark]").click()
    expect(page).to_have_url(desk.board)
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    desk.user.refresh_from_db()
    assert (desk.user.language, desk.user.theme) == ("es", "dark")


def test_the_page_that_scripts_have_led_to_comes_back_by_keys(desk: Desk, browser: Browser) -> None:
    page = desk.sign_in(browser.new_context())
    page.evaluate("history.replaceState(null, '', '/patients/')")
    page.locator(".user-menu > summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Português").press("Enter")
    expect(page).to_have_url(f"{desk.address}/patients/")
    expect(page.locator("html")).to_have_attribute("lang", "pt-br")


def test_a_language_is_chosen_before_signing_in(desk: Desk, browser: Browser) -> None:
    page = browser.new_context(locale="en-US").new_page()
    page.goto(f"{desk.address}/accounts/login/?next=/patients/")
    page.get_by_role("button", name="Español").click()
    expect(page).to_have_url(f"{desk.address}/accounts/login/?next=/patients/")
    expect(page.locator("html")).to_have_attribute("lang", "es")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_theme_looks_as_the_systems_and_shuts_nobody_out(
    desk: Desk, browser: Browser, axe: str, theme: str, size: str
) -> None:
    options = {"viewport": SIZES[size], "bypass_csp": True}
    usual = ground(desk.sign_in(browser.new_context(color_scheme=theme, **options)))
    desk.user.prefer(theme=theme)
    other = "dark" if theme == "light" else "light"
    context = browser.new_context(color_scheme=other, **options)
    page = desk.sign_in(context)
    assert ground(page) == usual
    open_menu(page)
    assert violations(page, axe) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.goto(f"{desk.address}/nowhere/")
    context.clear_cookies()
    page.goto(f"{desk.address}/accounts/login/")
    assert violations(page, axe) == []
    assert ground(page) != usual
