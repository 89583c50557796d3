"""The week, the list and the month in a real Chromium."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from scheduling.models import Appointment
from scheduling.tests.test_browser import Desk, find, open_desk, panel, visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["open_desk"]


@pytest.fixture
def desk(live_server: Any) -> Desk:
    return Desk(live_server.url)


def at_view(page: Page, view: str) -> None:
    expect(page.get_by_role("link", name=view, exact=True)).to_have_attribute(
        "aria-current", "page"
    )


def test_number_keys_switch_between_the_views_but_not_while_typing(desk: Desk, open_desk):
    page = open_desk()
    for key, view in [("2", "Week"), ("3", "List"), ("4", "Month"), ("1", "Day")]:
        expect(page.locator("html.has-keys")).to_be_attached()
        page.keyboard.press(key)
        at_view(page, view)
        assert f"date={desk.day}" in page.url
    page.get_by_role("link", name=re.compile("^9:00 AM free")).click()
    find(page, "3")
    expect(page.get_by_label("Find patient")).to_have_value("3")
    at_view(page, "Day")


def test_a_patient_is_booked_in_the_week_which_stays(desk: Desk, open_desk):
    page = open_desk()
    page.get_by_role("link", name="Week", exact=True).click()
    page.get_by_role("link", name=re.compile(rf"^9:00 AM on {desk.day:%A} free")).click()
    find(page, "quint")
    panel(page).get_by_role("button", name=re.compile("Zélie Quint")).click()
    panel(page).get_by_role("button", name=re.compile("^Book 9:00")).click()
    expect(visit(page, desk.patient)).to_be_focused()
    expect(panel(page)).to_be_empty()
    at_view(page, "Week")
    expect(page.locator("#toasts")).to_contain_text("Booked")
    booked = Appointment.objects.get()
    assert (booked.patient, booked.starts_at, booked.status) == (desk.patient, desk.at(9), "booked")


def test_a_visit_is_walked_through_in_the_list_with_the_keyboard_alone(desk: Desk, open_desk):
    booked = desk.take(desk.now(), patient=desk.patient)
    page = open_desk()
    page.goto(f"{desk.address}/desk/{desk.facility.pk}/list/")
    row = page.get_by_role("row", name=re.compile("Zélie Quint"))
    row.get_by_role("button", name=re.compile("^Arrived")).focus()
    for following in ("Check in", "Done"):
        page.keyboard.press("Enter")
        expect(row.get_by_role("button", name=re.compile(f"^{following}"))).to_be_focused()
    expect(row).to_contain_text("0 min since check-in")
    at_view(page, "List")
    booked.refresh_from_db()
    assert booked.status == "checked-in"
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(row).to_contain_text("Arrived")
    at_view(page, "List")


def test_a_step_in_the_list_leaves_a_form_that_is_being_filled_in(desk: Desk, open_desk):
    desk.take(desk.now(), patient=desk.patient)
    page = open_desk()
    page.get_by_role("link", name="List", exact=True).click()
    page.get_by_role("link", name="Today").click()
    page.goto(page.url)
    page.get_by_role("link", name=re.compile("free, book with")).first.click()
    panel(page).get_by_label("Reason").fill("Follow-up")
    page.get_by_role("button", name=re.compile("^Arrived Zélie Quint")).click()
    expect(page.locator(".visit-row.status-arrived")).to_be_visible()
    expect(panel(page).get_by_label("Reason")).to_have_value("Follow-up")


def test_the_list_is_narrowed_down_without_a_reload(desk: Desk, open_desk):
    desk.take(desk.at(9), patient=desk.patient)
    page = open_desk()
    page.keyboard.press("3")
    expect(page.locator(".visit-row")).to_have_count(1)
    page.get_by_label("Status", exact=True).select_option("Arrived")
    expect(page.get_by_text("No visit is like this")).to_be_visible()
    assert "status=arrived" in page.url
    page.get_by_label("Status", exact=True).select_option("Booked")
    expect(page.locator(".visit-row")).to_have_count(1)


def test_a_day_of_the_month_opens_its_board(desk: Desk, open_desk):
    desk.take(desk.at(9), patient=desk.patient)
    page = open_desk()
    page.keyboard.press("4")
    page.get_by_role("link", name=re.compile("1 visit$")).click()
    expect(visit(page, desk.patient)).to_be_visible()


def test_without_javascript_a_step_comes_back_to_the_list(desk: Desk, open_desk):
    booked = desk.take(desk.now(), patient=desk.patient)
    page = open_desk(java_script_enabled=False)
    page.goto(f"{desk.address}/desk/{desk.facility.pk}/list/?status=booked")
    page.get_by_role("button", name=re.compile("^Arrived Zélie Quint")).click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_label("Status", exact=True).select_option("Booked")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row", name=re.compile("Zélie Quint"))).to_be_visible()
    page.get_by_role("link", name="Week", exact=True).click()
    expect(visit(page, desk.patient)).to_be_visible()
    booked.refresh_from_db()
    assert booked.status == "booked"
