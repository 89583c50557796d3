"""A board that keeps itself up to date, and two people who look at it, in a real Chromium."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.factories import working_doctor
from scheduling.tests.test_browser import SIZES, Desk, free, open_desk, panel, violations, visit
from scheduling.tests.test_browser_desk import colleague, desk, held, pick

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["colleague", "desk", "open_desk"]


def ask_now(page: Page) -> None:
    """Make the page look for news at once, which it does every few seconds by itself."""
    page.evaluate("document.body.dispatchEvent(new Event('board-stale'))")


def test_what_one_books_the_other_sees_in_five_seconds_and_keeps_what_was_typed(
    desk: Desk, open_desk, colleague
):
    mine, theirs = open_desk(), colleague()
    free(theirs, "15:00|3:00").click()
    panel(theirs).get_by_label("Find patient").press_sequentially("Ostr")
    expect(held(theirs)).to_be_visible()
    theirs.evaluate("document.body.dataset.untouched = 'yes'")
    theirs.evaluate("document.getElementById('board').scrollTop = 40")
    free(mine, "9:00").click()
    pick(mine, "quint", "Zélie Quint")
    panel(mine).get_by_role("button", name=re.compile("^Book 9:00")).click()
    expect(visit(mine, desk.patient)).to_be_visible()

    expect(visit(theirs, desk.patient)).to_be_attached()
    expect(panel(theirs).get_by_label("Find patient")).to_be_focused()
    expect(panel(theirs).get_by_label("Find patient")).to_have_value("Ostr")
    assert theirs.evaluate("document.body.dataset.untouched") == "yes"
    assert theirs.evaluate("document.getElementById('board').scrollTop") == 40
    expect(mine.locator("#board .held")).to_be_attached()


def test_a_board_asks_for_news_within_five_seconds(desk: Desk, open_desk):
    page = open_desk()
    page.clock.install(time=0)
    page.reload()
    page.clock.pause_at(3_600)
    told = page.locator("[data-live-clock]")
    told.evaluate("clock => { clock.textContent = ''; }")
    ask_now(page)
    expect(told).not_to_be_empty()
    desk.take(desk.at(9), patient=desk.patient)
    page.clock.run_for(5_000)
    expect(visit(page, desk.patient)).to_be_attached()


def test_one_slot_pressed_by_both_is_held_once_and_the_other_is_told_what_to_do(
    desk: Desk, open_desk, colleague
):
    first, second = open_desk(), colleague()
    waiting: list[Any] = []
    second.route("**/hold/", lambda route: waiting.append(route))  # noqa: PLW0108 - it must be a function
    free(first, "9:00").click(no_wait_after=True)
    free(second, "9:00").click(no_wait_after=True)
    expect(panel(second).get_by_role("heading", name="9:00 AM")).to_be_visible()
    expect(held(first)).to_be_visible()
    for route in waiting:
        route.continue_()
    second.unroute("**/hold/")
    told = panel(second).get_by_role("alert")
    expect(told).to_contain_text(re.compile("taken|holds this time"))
    expect(told.get_by_role("button", name=re.compile("9:30 AM"))).to_be_visible()
    expect(second.locator("#board .held")).to_contain_text("Held until")
    assert Appointment.objects.holding_time().get().created_by == desk.user


def test_the_time_that_has_the_focus_is_taken_and_the_walk_goes_on_there(desk: Desk, open_desk):
    page = open_desk()
    free(page, "9:00").focus()
    desk.take(desk.at(9), patient=desk.patient)
    expect(visit(page, desk.patient)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(free(page, "9:30")).to_be_focused()


def test_a_server_that_is_away_is_said_quietly_and_what_is_new_comes_with_it(desk: Desk, open_desk):
    page = open_desk(expected="Failed to load resource")
    page.route("**/desk/**", lambda route: route.fulfill(status=503, body=""))
    for _ in range(2):
        with page.expect_response("**/desk/**"):
            ask_now(page)
    note = page.locator(".live-note")
    expect(note).to_contain_text(re.compile(r"Not up to date since \d+:\d\d [AP]M\."))
    desk.take(desk.at(9), patient=desk.patient)
    page.unroute("**/desk/**")
    ask_now(page)
    expect(visit(page, desk.patient)).to_be_visible()
    expect(note).not_to_contain_text("Not up to date")


def test_signed_out_meanwhile_leads_to_the_sign_in_page(desk: Desk, open_desk):
    page = open_desk()
    page.context.clear_cookies()
    ask_now(page)
    expect(page.locator(".live-note")).to_contain_text("You are signed out")
    expect(free(page, "9:00")).to_be_visible()
    page.locator(".live-note a").click()
    expect(page.get_by_label("Username or email")).to_be_visible()


def test_the_board_is_walked_with_the_arrow_keys_and_is_one_stop_of_the_tab_key(
    desk: Desk, open_desk
):
    other = working_doctor(desk.facility, name="Dr. Zora Bell")
    desk.take(desk.at(10), patient=desk.patient)
    page = open_desk()
    assert page.locator("#board .board-grid [tabindex='0']").count() == 1
    free(page, "9:30").first.focus()
    page.keyboard.press("ArrowDown")
    expect(visit(page, desk.patient)).to_be_focused()
    page.keyboard.press("ArrowRight")
    beside = page.locator(f"[data-doctor='{other.pk}'] .free", has_text="10:00")
    expect(beside).to_be_focused()
    page.keyboard.press("End")
    expect(page.locator(f"[data-doctor='{other.pk}'] .free").last).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.closest('.board-grid')")
    page.keyboard.press("Shift+Tab")
    expect(page.locator(f"[data-doctor='{desk.doctor.pk}'] .free").last).to_be_focused()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_new_state_of_the_board_shuts_anybody_out(desk: Desk, open_desk, axe: str, size, scheme):
    booked = desk.take(desk.at(11), patient=desk.patient)
    desk.take(desk.at(12), patient=PatientFactory(facility=desk.facility))
    page = open_desk(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    page.goto(f"{desk.board}&moving={booked.pk}")
    wrong = {"moving": violations(page, axe)}
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    wrong["width"] = ["wider than the screen"] if wide else []
    page.goto(f"{desk.board}&moving={booked.pk}&version=9")
    wrong["changed"] = violations(page, axe)
    page.context.clear_cookies()
    ask_now(page)
    expect(page.locator(".live-note")).to_contain_text("You are signed out")
    wrong["signed out"] = violations(page, axe)
    assert {path: found for path, found in wrong.items() if found} == {}
