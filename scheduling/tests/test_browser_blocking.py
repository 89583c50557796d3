"""Blocking a doctor's time in a real Chromium: by mouse, by key, and without JavaScript."""

from typing import Any

import pytest
from playwright.sync_api import expect

from scheduling.models import Appointment, TimeOff
from scheduling.tests.test_browser import SIZES, Desk, free, open_desk, panel, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["open_desk"]


@pytest.fixture
def desk(live_server: Any) -> Desk:
    return Desk(live_server.url)


def test_time_is_blocked_from_the_doctors_head_and_taken_back(desk: Desk, open_desk):
    desk.take(desk.at(9), patient=desk.patient)
    page = open_desk()
    page.get_by_role("link", name="Block time of Dr. Imani Okafor").click()
    panel(page).get_by_label("Reason").fill("Course")
    panel(page).get_by_role("button", name="Look first").click()
    expect(panel(page).get_by_role("alert")).to_contain_text("Zélie Quint")
    expect(panel(page).get_by_label("Reason")).to_have_value("Course")
    assert not TimeOff.objects.exists()
    panel(page).get_by_role("button", name="Block all the same").click()
    expect(panel(page).get_by_role("link", name="Open the list")).to_be_focused()
    expect(page.locator("#board .item-away").first).to_contain_text("Course")
    assert Appointment.objects.get().status == "booked"
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(free(page, "10:00")).to_be_visible()
    expect(page.locator("#board .item-away")).to_have_count(0)
    assert not TimeOff.objects.exists()


def test_a_free_time_is_blocked_by_keys_alone(desk: Desk, open_desk):
    page = open_desk()
    expect(page.locator("html.has-keys")).to_have_count(1)
    free(page, "10:00").focus()
    page.keyboard.press("x")
    expect(panel(page).get_by_label("From")).to_have_value(f"{desk.day}T10:00")
    page.keyboard.press("Escape")
    expect(free(page, "10:00")).to_be_focused()
    page.keyboard.press("x")
    expect(panel(page).get_by_role("heading", name="Block time")).to_be_focused()
    panel(page).get_by_label("Reason").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#board .item-away")).to_be_visible()
    assert TimeOff.objects.get().starts_at == desk.at(10)
    expect(page.locator("#toasts")).to_contain_text("Blocked for")
    page.keyboard.press("u")
    expect(free(page, "10:00")).to_be_visible()


def test_time_is_blocked_without_javascript(desk: Desk, open_desk):
    page = open_desk(java_script_enabled=False)
    page.get_by_role("link", name="Block time of Dr. Imani Okafor").click()
    page.get_by_label("All day").check()
    page.get_by_role("button", name="Look first").click()
    expect(page.get_by_text("No appointment stands in this time.")).to_be_visible()
    page.get_by_role("button", name="Block", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Blocked for")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Taken back")
    assert not TimeOff.objects.exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_form_shuts_nobody_out(desk: Desk, open_desk, axe: str, size, scheme):
    desk.take(desk.at(9), patient=desk.patient)
    page = open_desk(viewport=SIZES[size], color_scheme=scheme)
    page.locator(".doctor-block").first.click()
    expect(panel(page).get_by_label("From")).to_be_visible()
    wrong = violations(page, axe)
    panel(page).get_by_role("button", name="Look first").click()
    expect(panel(page).get_by_role("alert")).to_be_visible()
    assert wrong + violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
