"""What is typed at the desk and what happens beside it, in a real Chromium."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentTypeFactory
from scheduling.tests.test_browser import SIZES, Desk, find, free, open_desk, panel, visit
from scheduling.tests.test_browser_call import ready, toast
from scheduling.tests.test_browser_desk import desk, held, pick
from scheduling.tests.test_browser_moving import drag

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["desk", "open_desk"]


def reason(page: Page) -> Any:
    return panel(page).get_by_label("Reason")


def given_back(page: Page) -> Any:
    return page.expect_response(lambda answer: "/release/" in answer.url)


def test_after_an_action_in_the_list_the_panel_is_gone_on_a_phone_too(desk: Desk, open_desk):
    booked = desk.take(desk.now(), patient=desk.patient)
    page = open_desk(viewport=SIZES["phone"])
    page.goto(f"{desk.address}/desk/{desk.facility.pk}/list/")
    page.locator(f"#a{booked.pk}").click()
    panel(page).get_by_role("button", name="Arrived", exact=True).click()
    expect(toast(page)).to_contain_text("Arrived")
    expect(panel(page)).to_be_hidden()
    expect(page.locator("#board[inert]")).to_have_count(0)


def test_a_form_that_is_being_filled_in_outlives_what_is_done_beside_it(desk: Desk, open_desk):
    ostrow = PatientFactory(family_name="Ostrow", facility=desk.facility)
    desk.take(desk.at(9), patient=ostrow)
    page = ready(open_desk())
    free(page, "10:00").click()
    find(page, "quint")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Find patient")).to_have_value("")
    reason(page).fill("Follow-up")
    expect(held(page)).to_be_visible()
    drag(page, visit(page, ostrow), page.locator(".free", has_text="11:00"))
    page.mouse.up()
    expect(toast(page)).to_contain_text("Moved")
    toast(page).get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("Undone")
    expect(reason(page)).to_have_value("Follow-up")
    assert Appointment.objects.filter(status="pending").count() == 1
    with given_back(page):
        page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    page.keyboard.press("r")
    expect(reason(page)).to_have_value("Follow-up")
    expect(reason(page)).to_be_focused()
    expect(held(page)).to_be_visible()
    reason(page).blur()
    page.keyboard.press("w")
    expect(panel(page).get_by_role("heading", name="Walk-in")).to_be_visible()
    toast(page).get_by_role("button", name="Open it again").click()
    expect(reason(page)).to_have_value("Follow-up")
    pick(page, "quint", "Zélie Quint")
    panel(page).get_by_role("button", name=re.compile("^Book 10:00")).click()
    expect(visit(page, desk.patient)).to_be_focused()
    expect(panel(page)).to_be_hidden()
    booked = Appointment.objects.get(patient=desk.patient)
    assert (booked.starts_at, booked.reason, booked.status) == (desk.at(10), "Follow-up", "booked")


def test_another_time_is_taken_over_by_the_form_that_is_open(desk: Desk, open_desk):
    page = ready(open_desk())
    free(page, "9:00").click()
    typed = {
        "Given name": "Ottoline",
        "Family name": "Marsh",
        "Date of birth": "2/29/1984",
        "Phone": "(402) 555-0134",
        "Reason": "Follow-up",
        "Notes": "Rings back",
    }
    panel(page).locator("summary", has_text="New patient").click()
    for label, text in typed.items():
        panel(page).get_by_label(label).fill(text)
    expect(held(page)).to_be_visible()
    with given_back(page):
        free(page, "10:30").click()
    expect(panel(page).get_by_role("heading", name="10:30 AM")).to_be_visible()
    for label, text in typed.items():
        expect(panel(page).get_by_label(label)).to_have_value(text)
    expect(panel(page).locator(".is-invalid")).to_have_count(0)
    expect(held(page)).to_be_visible()
    assert [hold.starts_at for hold in Appointment.objects.holding_time()] == [desk.at(10, 30)]
    panel(page).get_by_role("button", name=re.compile("^Book 10:30")).click()
    expect(page.locator(".visit", has_text="Ottoline Marsh")).to_be_visible()
    booked = Appointment.objects.get(status="booked")
    assert (booked.starts_at, booked.reason) == (desk.at(10, 30), "Follow-up")


def test_the_hold_is_as_long_as_the_type_and_ends_with_the_page(desk: Desk, open_desk):
    AppointmentTypeFactory(name="Long talk", duration_minutes=60)
    page = open_desk()
    free(page, "9:00").click()
    expect(panel(page).locator(".hold-length")).to_have_text("9:00 AM – 9:30 AM")
    panel(page).get_by_label("Type").select_option(label="Long talk (60 min)")
    expect(panel(page).locator(".hold-length")).to_have_text("9:00 AM – 10:00 AM")
    assert Appointment.objects.holding_time().get().ends_at == desk.at(10)
    pick(page, "quint", "Zélie Quint")
    expect(panel(page).locator(".chosen")).to_be_visible()
    expect(panel(page)).to_contain_text("free until")
    page.get_by_role("link", name="Next day").click()
    page.get_by_role("link", name="Previous day").click()
    expect(free(page, "9:00")).to_be_visible()
