"""Moving an appointment by hand in a real Chromium: dragged, picked up by a key, or by links."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from facilities.models import Doctor
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.factories import working_doctor
from scheduling.tests.hands import Hands
from scheduling.tests.test_browser import Desk, open_desk, panel, visit
from scheduling.tests.test_browser_desk import desk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["desk", "open_desk"]


@pytest.fixture
def other(desk: Desk) -> Doctor:
    return working_doctor(desk.facility, name="Dr. Zora Bell")


@pytest.fixture
def booked(desk: Desk) -> Appointment:
    return desk.take(desk.at(9), patient=desk.patient)


def place(page: Page, doctor: Doctor, time: str) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"^{time}.* free, move here with {doctor}"))


def drag(page: Page, dragged: Locator, to: Locator) -> None:
    """Take hold of an element near its top, and hover over the top of another."""
    dragged.scroll_into_view_if_needed()
    start, end = dragged.bounding_box(), to.bounding_box()
    page.mouse.move(start["x"] + 30, start["y"] + 4)
    page.mouse.down()
    page.mouse.move(end["x"] + 30, end["y"] - 12)
    page.mouse.move(end["x"] + 30, end["y"] + 4, steps=3)


def stands_at(appointment: Appointment) -> Any:
    appointment.refresh_from_db()
    return appointment.starts_at, appointment.doctor


def target(page: Page) -> Locator:
    return page.locator(".drop-target")


def test_an_appointment_is_dragged_to_another_time_and_doctor_and_back_by_undo(
    desk: Desk, open_desk, booked, other
):
    page = open_desk()
    free = page.locator(f"[data-doctor='{other.pk}'] .free", has_text="10:30")
    drag(page, visit(page, desk.patient), free)
    expect(target(page)).to_have_text("10:30 AM")
    page.mouse.up()
    expect(page.locator(f"[data-doctor='{other.pk}'] .visit")).to_contain_text("10:30")
    expect(panel(page)).to_be_empty()
    assert stands_at(booked) == (desk.at(10, 30), other)
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator(f"[data-doctor='{desk.doctor.pk}'] .visit")).to_contain_text("9:00")
    assert stands_at(booked) == (desk.at(9), desk.doctor)


def test_escape_ends_a_drag_and_nothing_moves(desk: Desk, open_desk, booked):
    page = open_desk()
    drag(page, visit(page, desk.patient), page.locator(".free", has_text="10:30"))
    expect(target(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(target(page)).to_have_count(0)
    page.mouse.up()
    expect(panel(page)).to_be_empty()
    assert stands_at(booked) == (desk.at(9), desk.doctor)


def test_a_drop_on_a_taken_time_says_so_and_offers_others_and_anyway(desk: Desk, open_desk, booked):
    ostrow = PatientFactory(family_name="Ostrow", facility=desk.facility)
    desk.take(desk.at(11), patient=ostrow)
    page = open_desk()
    drag(page, visit(page, desk.patient), visit(page, ostrow))
    expect(target(page)).to_have_text("11:00 AM, not free")
    page.mouse.up()
    told = panel(page).get_by_role("alert")
    expect(told).to_contain_text("taken")
    expect(told.get_by_role("button", name=re.compile("11:30 AM|10:30 AM")).first).to_be_visible()
    told.get_by_text("Move anyway…").click()
    panel(page).get_by_label("Why this exception").fill("Comes with her sister")
    panel(page).get_by_role("button", name="Move 11:00 AM anyway").click()
    expect(visit(page, desk.patient)).to_contain_text("Overbooked")
    assert stands_at(booked) == (desk.at(11), desk.doctor)


def test_near_the_edge_the_board_scrolls_under_what_is_dragged(desk: Desk, open_desk, booked):
    page = open_desk(viewport={"width": 1440, "height": 500})
    board = page.locator("#board")
    before = board.evaluate("board => board.scrollTop")
    start, box = visit(page, desk.patient).bounding_box(), board.bounding_box()
    page.mouse.move(start["x"] + 30, start["y"] + 4)
    page.mouse.down()
    page.mouse.move(start["x"] + 30, box["y"] + box["height"] - 4, steps=3)
    for _ in range(50):
        if board.evaluate("board => board.scrollTop") > before + 60:
            break
        page.wait_for_timeout(100)
    else:
        pytest.fail("The board does not scroll.")
    page.keyboard.press("Escape")
    page.mouse.up()


def test_the_keyboard_picks_up_walks_and_puts_down(desk: Desk, open_desk, booked, other):
    page = open_desk()
    visit(page, desk.patient).focus()
    page.keyboard.press("m")
    expect(page.get_by_text("press a free time")).to_be_visible()
    expect(place(page, desk.doctor, "9:15")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(place(page, other, "9:30")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f"[data-doctor='{other.pk}'] .visit")).to_be_focused()
    expect(page.locator("#toasts")).to_contain_text("Moved")
    expect(page.get_by_text("press a free time")).to_have_count(0)
    assert stands_at(booked) == (desk.at(9, 30), other)


@pytest.mark.parametrize("with_keys", [False, True])
def test_what_is_picked_up_is_put_down_in_two_actions(desk: Desk, open_desk, booked, with_keys):
    page = open_desk()
    visit(page, desk.patient).focus()
    page.keyboard.press("m")
    expect(place(page, desk.doctor, "9:15")).to_be_focused()
    hands = Hands(page)
    if with_keys:
        hands.press("ArrowDown")
        hands.press("Enter")
    else:
        hands.click(place(page, desk.doctor, "9:30"))
    expect(page.locator("#toasts")).to_contain_text("Moved")
    assert stands_at(booked) == (desk.at(9, 30), desk.doctor)
    assert hands.actions <= 2


def test_escape_puts_an_appointment_back(desk: Desk, open_desk, booked):
    page = open_desk()
    visit(page, desk.patient).click()
    panel(page).get_by_role("link", name="Pick up").click()
    expect(page.locator(".item-moving")).to_contain_text("Picked up")
    page.keyboard.press("Escape")
    expect(page.locator("#put-down")).to_have_count(0)
    expect(visit(page, desk.patient)).to_be_visible()
    assert stands_at(booked) == (desk.at(9), desk.doctor)


def test_what_is_picked_up_on_one_day_is_put_down_on_another(desk: Desk, open_desk, booked):
    page = open_desk()
    visit(page, desk.patient).focus()
    page.keyboard.press("m")
    expect(page.locator("#put-down")).to_be_visible()
    page.get_by_role("link", name="Next day").click()
    place(page, desk.doctor, "10:15").click()
    expect(visit(page, desk.patient)).to_contain_text("10:15")
    assert (stands_at(booked)[0] - desk.at(10, 15)).days == 1


def test_what_was_lost_meanwhile_is_told_when_it_is_put_down(desk: Desk, open_desk, booked):
    page = open_desk()
    page.goto(f"{desk.board}&moving={booked.pk}")
    page.evaluate("document.body.dataset.liveWait = ''")
    desk.take(desk.at(11))
    place(page, desk.doctor, "11:00").click()
    expect(panel(page).get_by_role("alert")).to_contain_text("taken")
    panel(page).get_by_role("button", name=re.compile("11:30 AM")).first.click()
    expect(visit(page, desk.patient)).to_contain_text("11:30")
    expect(page.locator("#put-down")).to_have_count(0)


def test_without_javascript_an_appointment_is_picked_up_and_put_down(desk: Desk, open_desk, booked):
    page = open_desk(java_script_enabled=False)
    visit(page, desk.patient).click()
    page.get_by_role("link", name="Pick up").click()
    place(page, desk.doctor, "2:45").click()
    expect(visit(page, desk.patient)).to_contain_text("2:45")
    expect(page.locator("#toasts")).to_contain_text("Moved")
    assert stands_at(booked) == (desk.at(14, 45), desk.doctor)


def test_a_finger_scrolls_the_board_and_drags_nothing(desk: Desk, open_desk, booked):
    page = open_desk(viewport={"width": 390, "height": 600}, has_touch=True)
    touch = "pointerType: 'touch', bubbles: true, button: 0, buttons: 1"
    visit(page, desk.patient).evaluate(
        f"""link => {{
            link.dispatchEvent(new PointerEvent('pointerdown', {{{touch}, clientY: 200}}));
            link.dispatchEvent(new PointerEvent('pointermove', {{{touch}, clientY: 300}}));
        }}"""
    )
    expect(target(page)).to_have_count(0)
    assert not page.evaluate("document.documentElement.dataset.liveWait")
