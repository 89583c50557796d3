"""Holding, overriding and finding a time in a real Chromium, with two people at two desks."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from facilities.tests.factories import staff_of
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentTypeFactory
from scheduling.tests.test_browser import (
    SIZES,
    Desk,
    free,
    open_desk,
    panel,
    violations,
    visit,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["open_desk"]


@pytest.fixture
def desk(live_server: Any) -> Desk:
    return Desk(live_server.url)


@pytest.fixture
def colleague(desk: Desk, browser: Browser) -> Callable[..., Page]:
    """Return a function that opens the board as somebody else."""

    def opened(**options: Any) -> Page:
        other = Desk.__new__(Desk)
        vars(other).update(vars(desk))
        other.user = staff_of(desk.facility, full_name="Kim Holt")
        return other.sign_in(browser.new_context(**{"viewport": SIZES["desktop"]} | options))

    return opened


def held(page: Page) -> Any:
    return panel(page).get_by_text("Held for you until")


def pick(page: Page, text: str, name: str) -> None:
    panel(page).get_by_label("Find patient").press_sequentially(text)
    panel(page).get_by_role("button", name=re.compile(name)).click()


def test_who_opens_a_time_first_holds_it_and_books_it(desk: Desk, open_desk, colleague):
    first, second = open_desk(), colleague()
    second.evaluate("document.body.dataset.liveWait = ''")  # it hears of the hold too late
    free(first, "9:00").click()
    expect(held(first)).to_be_visible()
    expect(panel(first)).to_contain_text(re.compile(r"[45]:\d\d left"))
    free(second, "9:00").click()
    expect(panel(second).get_by_role("alert")).to_contain_text("holds this time until")
    expect(panel(second).get_by_role("button", name=re.compile("9:30 AM")).first).to_be_visible()
    second.evaluate("delete document.body.dataset.liveWait")
    expect(second.locator("#board .held")).to_contain_text("Held until")
    pick(first, "quint", "Zélie Quint")
    expect(held(first)).to_be_visible()
    panel(first).get_by_role("button", name=re.compile("^Book 9:00")).click()
    expect(visit(first, desk.patient)).to_be_visible()
    booked = Appointment.objects.get()
    assert (booked.patient, booked.status) == (desk.patient, "booked")
    assert [event.kind for event in booked.events.all()] == ["status", "held"]


def test_closing_the_form_gives_the_time_back_at_once(desk: Desk, open_desk, colleague):
    page, other = open_desk(), colleague()
    free(page, "9:00").click()
    expect(held(page)).to_be_visible()
    with page.expect_response(lambda answer: "/release/" in answer.url):
        page.keyboard.press("Escape")
    expect(panel(page)).to_be_empty()
    free(other, "9:00").click()
    expect(held(other)).to_be_visible()


def test_opening_another_time_gives_the_first_back(desk: Desk, open_desk):
    page = open_desk()
    free(page, "9:00").click()
    expect(held(page)).to_be_visible()
    with page.expect_response(lambda answer: "/release/" in answer.url):
        free(page, "10:00").click()
    expect(panel(page).get_by_role("heading", name="10:00 AM")).to_be_visible()
    expect(held(page)).to_be_visible()
    holding_time = Appointment.objects.holding_time()
    assert [hold.starts_at for hold in holding_time] == [desk.at(10)]


def test_cancel_on_the_form_s_own_page_gives_the_time_back(desk: Desk, open_desk):
    page = open_desk()
    page.goto(desk.address + str(free(page, "9:00").get_attribute("href")))
    expect(page.get_by_text("Held for you until")).to_be_visible()
    with page.expect_request(lambda request: "/release/" in request.url):
        page.get_by_role("link", name="Cancel").click()
    expect(free(page, "9:00").or_(page.locator("#board .held"))).to_be_visible()


def test_a_hold_is_released_from_its_panel(desk: Desk, open_desk):
    elsewhere = open_desk()
    free(elsewhere, "9:00").click()
    expect(held(elsewhere)).to_be_visible()
    page = elsewhere.context.new_page()
    page.goto(desk.board)
    page.locator("#board .held").click()
    panel(page).get_by_role("button", name="Release").click()
    expect(free(page, "9:00")).to_be_visible()


def test_without_javascript_a_time_is_held_by_a_button(desk: Desk, open_desk):
    page = open_desk(java_script_enabled=False)
    free(page, "9:00").click()
    page.get_by_label("Reason").fill("Follow-up")
    page.get_by_role("button", name="Hold this time for 5 minutes").click()
    expect(page.get_by_text("Held for you until")).to_be_visible()
    expect(page.get_by_label("Reason")).to_have_value("Follow-up")


def test_a_taken_time_is_booked_anyway_and_shown_side_by_side(desk: Desk, open_desk):
    desk.take(desk.at(9), patient=PatientFactory(family_name="Ostrow", facility=desk.facility))
    page = open_desk()
    page.locator(".visit", has_text="Ostrow").click()
    panel(page).get_by_role("link", name="Book somebody else at this time as well").click()
    expect(panel(page).get_by_role("alert")).to_contain_text("just been taken")
    pick(page, "quint", "Zélie Quint")
    expect(panel(page).locator(".chosen")).to_be_visible()
    panel(page).get_by_text("Book anyway…").click()
    panel(page).get_by_label("Why this exception").fill("Comes with her mother")
    panel(page).get_by_role("button", name="Book 9:00 AM anyway").click()
    expect(visit(page, desk.patient)).to_contain_text("Overbooked")
    visit(page, desk.patient).click()
    expect(panel(page)).to_contain_text("Comes with her mother")
    boxes = [page.locator(".visit").nth(n).bounding_box() for n in range(2)]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"] + 1


def test_a_time_is_found_and_booked(desk: Desk, open_desk):
    kind = AppointmentTypeFactory(name="Long talk", duration_minutes=45)
    page = open_desk()
    page.get_by_label("Main").get_by_role("link", name="Find a time").click()
    with page.expect_response(lambda answer: "/find/" in answer.url):
        page.get_by_label("Type of visit").select_option(str(kind.pk))
    with page.expect_response(lambda answer: f"first={desk.day}" in answer.url):
        page.get_by_label("From").fill(str(desk.day))
        page.keyboard.press("Tab")
    first = page.get_by_role("link", name=re.compile("^Book .*8:00 AM with Dr. Imani Okafor"))
    first.click()
    expect(page.get_by_label("Type")).to_have_value(str(kind.pk))
    expect(page.get_by_text("Held for you until")).to_be_visible()
    page.get_by_label("Find patient").press_sequentially("quint")
    page.get_by_role("button", name=re.compile("Zélie Quint")).click()
    page.get_by_role("button", name=re.compile("^Book 8:00")).click()
    expect(visit(page, desk.patient)).to_be_visible()
    booked = Appointment.objects.get()
    assert (booked.starts_at, booked.type) == (desk.at(8), kind)


def test_a_wrong_zip_code_is_said_beside_its_field_as_soon_as_it_is_typed(desk: Desk, open_desk):
    page = open_desk()
    page.goto(f"{desk.address}/find/")
    page.get_by_label("Near ZIP code").fill("00000")
    page.keyboard.press("Tab")
    expect(page.get_by_text("This ZIP code is not known")).to_be_visible()
    page.get_by_label("Near ZIP code").fill("68114")
    page.keyboard.press("Tab")
    expect(page.get_by_text("This ZIP code is not known")).to_have_count(0)
    expect(page.get_by_role("heading", name="First openings")).to_be_visible()


def test_without_javascript_a_time_is_found(desk: Desk, open_desk):
    page = open_desk(java_script_enabled=False)
    page.goto(f"{desk.address}/find/?for={desk.patient.pk}")
    page.get_by_label("From").fill(str(desk.day))
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("link", name=re.compile("^Book .*8:00 AM")).click()
    page.get_by_role("button", name=re.compile("^Book 8:00")).click()
    expect(visit(page, desk.patient)).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_another_holds_shuts_nobody_out(
    desk: Desk, open_desk, colleague, axe: str, size, scheme
):
    """Check with axe-core what the desk sees of a colleague's hold, and of an override."""
    options = {"viewport": SIZES[size], "color_scheme": scheme, "bypass_csp": True}
    page = open_desk(**options)
    booking = str(free(page, "9:00").get_attribute("href"))
    other = colleague()
    other.goto(desk.address + booking)
    expect(other.get_by_text("Held for you until")).to_be_visible()
    hold = Appointment.objects.get(status="pending")
    wrong = {}
    for path in (booking, hold.get_absolute_url(), f"/desk/{desk.facility.pk}/?date={desk.day}"):
        page.goto(desk.address + path)
        if path == booking:
            page.get_by_text("Book anyway…").click()
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        wrong[path] = violations(page, axe) + (["wider than the screen"] if wide else [])
    assert {path: found for path, found in wrong.items() if found} == {}
