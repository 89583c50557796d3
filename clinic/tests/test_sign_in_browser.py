"""Signing in and its second step in a real Chromium."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Session
from accounts.tests.factories import PASSWORD
from accounts.tests.second_steps import code, with_app
from scheduling.tests.test_browser import SIZES, Desk, desk, free, open_desk, violations

__all__ = ["desk", "open_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def idle() -> None:
    Session.objects.update(seen_at=timezone.now() - timedelta(minutes=16))


def sign_in(page: Page) -> None:
    page.get_by_label("Username or email").fill("desk")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_press_after_the_session_has_ended_leads_through_sign_in_back_to_the_board(
    desk: Desk, open_desk
):
    page = open_desk()
    idle()
    free(page, "9:00").click()
    expect(page.get_by_text("nobody was at work here for 15 minutes")).to_be_visible()
    sign_in(page)
    expect(page).to_have_url(desk.board)
    expect(free(page, "9:00")).to_be_visible()


def test_a_board_left_open_says_that_the_session_has_ended_and_the_reload_says_why(
    desk: Desk, open_desk
):
    page = open_desk()
    idle()
    page.evaluate("document.dispatchEvent(new CustomEvent('board-stale'))")
    page.locator(".live-note a").click()
    expect(page.get_by_text("nobody was at work here for 15 minutes")).to_be_visible()


def test_an_app_is_asked_for_its_code(desk: Desk, page: Page):
    with_app(desk.user)
    page.goto(desk.board)
    sign_in(page)
    page.get_by_label("Code", exact=True).fill(code())
    page.keyboard.press("Enter")
    expect(page).to_have_url(desk.board)


def confirm(page: Page) -> None:
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def test_a_passkey_is_added_and_signs_in(desk: Desk, open_desk):
    page = open_desk()
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True}
    options = kind | {"isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"{desk.address}/account/second-step/passkeys/add/")
    confirm(page)
    page.locator("#id_name").fill("Desk key")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto(f"{desk.address}/account/second-step/")
    expect(page.get_by_text("Desk key", exact=True)).to_be_visible()
    page.context.clear_cookies()
    page.goto(desk.board)
    sign_in(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(desk.board)


def test_a_passkey_that_is_not_there_is_told_on_the_page(desk: Desk, open_desk):
    page = open_desk()
    page.goto(f"{desk.address}/account/second-step/passkeys/add/")
    confirm(page)
    add = page.get_by_role("button", name="Add a passkey")
    expect(add).to_be_visible()
    page.evaluate("() => { navigator.credentials.create = () => Promise.reject(Error('no')); }")
    add.click()
    expect(page.get_by_text("The passkey was not taken.")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_setting_up_a_second_step_shuts_nobody_out(
    desk: Desk, open_desk, axe: str, size: str, scheme: str
):
    page = open_desk(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    page.goto(f"{desk.address}/account/second-step/app/")
    confirm(page)
    key = page.locator(".account-key").inner_text()
    page.get_by_label("Code", exact=True).fill(code(secret=key))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert violations(page, axe) + (["wider than the screen"] if wide else []) == []
    page.context.clear_cookies()
    page.goto(f"{desk.address}/accounts/login/?why=idle&unsent=1")
    assert violations(page, axe) == []
