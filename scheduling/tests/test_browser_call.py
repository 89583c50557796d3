"""The phone call and the walk-in in a real Chromium, with every action counted."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from patients.models import Patient
from scheduling.models import Appointment
from scheduling.tests.hands import Hands
from scheduling.tests.test_browser import (
    Desk,
    free,
    open_desk,
    panel,
    visit,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["open_desk"]

FOUND = re.compile("Zélie Quint")


@pytest.fixture
def desk(live_server: Any) -> Desk:
    return Desk(live_server.url)


def box(page: Page) -> Any:
    return page.locator("#search-field")


def option(page: Page, name: str) -> Any:
    return page.get_by_role("option", name=name)


def toast(page: Page) -> Any:
    return page.locator("#toasts")


def ready(page: Page) -> Page:
    """Wait until the keys are there, which are as soon as their script has run."""
    expect(page.locator("html.has-keys")).to_have_count(1)
    return page


def test_a_known_patient_is_booked_from_the_search_box_with_the_mouse(desk: Desk, open_desk):
    page = ready(open_desk())
    hands = Hands(page)
    hands.click(box(page))
    hands.type("quint z")
    hands.click(option(page, "Book Zélie Quint"))
    hands.click(panel(page).get_by_role("button", name=re.compile("^Book")).nth(1))
    expect(toast(page)).to_contain_text("Booked")
    assert Appointment.objects.get(status="booked").patient == desk.patient
    assert hands.actions <= 4


def test_a_known_patient_is_booked_from_the_search_box_with_the_keyboard(desk: Desk, open_desk):
    page = ready(open_desk())
    hands = Hands(page)
    hands.press("/")
    hands.type("quint z")
    expect(option(page, "Quint, Zélie").first).to_have_attribute("aria-selected", "true")
    hands.press("Shift+Enter")
    expect(panel(page).get_by_role("button", name=re.compile("^Book")).first).to_be_focused()
    hands.press("Enter")
    expect(toast(page)).to_contain_text("Booked")
    assert Appointment.objects.get(status="booked").patient == desk.patient
    assert hands.actions <= 4
    page.keyboard.press("u")
    expect(toast(page)).to_contain_text("Taken back")
    assert Appointment.objects.get().status == "cancelled"


def test_a_new_patient_is_booked_with_four_fields_and_three_presses(desk: Desk, open_desk):
    page = ready(open_desk())
    hands = Hands(page)
    hands.click(free(page, "10:00"))
    hands.click(panel(page).locator("summary", has_text="New patient"))
    expect(panel(page).get_by_label("Given name")).to_be_focused()
    hands.fill("Ottoline", first=True)
    for text in ("Marsh", "2/29/1984", "402-555-0134"):
        hands.fill(text)
    hands.click(panel(page).get_by_role("button", name=re.compile("^Book 10:00")))
    expect(page.locator(".visit", has_text="Ottoline Marsh")).to_be_visible()
    assert (hands.fields, hands.actions) == (4, 3)


def test_a_new_patient_is_booked_with_the_keyboard_alone(desk: Desk, open_desk):
    page = ready(open_desk())
    hands = Hands(page)
    hands.press("b")
    expect(panel(page).get_by_role("link", name=re.compile("^Book")).first).to_be_focused()
    hands.press("Enter")
    expect(page.get_by_label("Find patient")).to_be_focused()
    hands.fill("Marsh, Ottoline", first=True)
    expect(panel(page)).to_contain_text("Nobody found")
    expect(page.get_by_label("Find patient")).to_be_focused()
    hands.fill("2/29/1984")
    hands.fill("402-555-0134")
    expect(panel(page).get_by_label("Phone")).to_be_focused()
    hands.press("Enter")
    expect(toast(page)).to_contain_text("Booked")
    newcomer = Patient.objects.get(family_name="Marsh")
    assert (newcomer.given_name, str(newcomer.date_of_birth)) == ("Ottoline", "1984-02-29")
    assert Appointment.objects.get(status="booked").patient == newcomer
    # Both names are one field here.
    assert hands.fields <= 4
    assert hands.actions <= 3


def test_somebody_alike_is_shown_while_typing_and_taken_in_one_press(desk: Desk, open_desk):
    page = ready(open_desk())
    free(page, "10:00").click()
    panel(page).locator("summary", has_text="New patient").click()
    panel(page).get_by_label("Given name").fill("Zelie")
    panel(page).get_by_label("Family name").fill("Quintt")
    panel(page).get_by_label("Date of birth").press_sequentially("2/29/1980")
    alike = panel(page).get_by_role("button", name=re.compile("Same date of birth, similar name"))
    expect(alike).to_be_visible()
    alike.click()
    expect(panel(page).locator(".chosen")).to_contain_text("Zélie Quint")


def test_letters_typed_as_soon_as_the_panel_is_there_are_looked_for(desk: Desk, open_desk):
    page = ready(open_desk())
    page.evaluate("""new MutationObserver((changes, watching) => {
        const field = document.getElementById("id_q");
        if (!field) return;
        watching.disconnect();
        field.value = "quint";
        field.dispatchEvent(new Event("input", { bubbles: true }));
    }).observe(document.getElementById("panel"), { childList: true, subtree: true })""")
    page.keyboard.press("w")
    expect(panel(page).get_by_role("button", name=FOUND)).to_be_visible()


def test_a_walk_in_takes_three_actions_with_the_mouse(desk: Desk, open_desk):
    page = ready(open_desk())
    hands = Hands(page)
    hands.click(page.locator("#desk").get_by_role("link", name="Walk-in"))
    expect(page.get_by_label("Find patient")).to_be_focused()
    hands.type("quint")
    hands.click(panel(page).get_by_role("button", name=FOUND))
    expect(toast(page)).to_contain_text("Walk-in booked and arrived")
    booked = Appointment.objects.get()
    assert (booked.patient, booked.status, booked.source) == (desk.patient, "arrived", "walk-in")
    assert hands.actions == 3
    toast(page).get_by_role("button", name="Undo").click()
    expect(toast(page)).to_contain_text("Taken back")
    booked.refresh_from_db()
    assert booked.status == "cancelled"


def test_a_walk_in_takes_three_actions_with_the_keyboard(desk: Desk, open_desk):
    page = ready(open_desk())
    hands = Hands(page)
    hands.press("w")
    expect(page.get_by_label("Find patient")).to_be_focused()
    hands.type("quint")
    expect(panel(page)).to_contain_text("Press Enter to take this record.")
    hands.press("Enter")
    expect(toast(page)).to_contain_text("Walk-in booked and arrived")
    assert Appointment.objects.get().status == "arrived"
    assert hands.actions == 3


def test_a_visit_is_taken_through_its_day_by_keys(desk: Desk, open_desk):
    desk.take(desk.now(), patient=desk.patient)
    page = ready(open_desk())
    page.keyboard.press("t")
    for key, status in (("a", "arrived"), ("u", "booked"), ("i", "checked-in"), ("d", "fulfilled")):
        visit(page, desk.patient).click()
        expect(panel(page).get_by_role("heading", level=2).first).to_be_focused()
        page.keyboard.press(key)
        expect(page.locator(f".visit.status-{status}")).to_be_visible()


def test_keys_are_listed_and_can_be_switched_off(desk: Desk, open_desk):
    desk.take(desk.at(9), patient=desk.patient)
    page = ready(open_desk())
    visit(page, desk.patient).click()
    expect(panel(page).get_by_role("heading", level=2).first).to_be_focused()
    page.keyboard.press("c")
    expect(panel(page).get_by_label("Reason", exact=True)).to_be_focused()
    page.keyboard.press("p")
    expect(panel(page)).to_contain_text("Cancel this appointment")
    page.keyboard.press("Control+k")
    expect(box(page)).to_be_focused()
    page.keyboard.press("Escape")
    panel(page).get_by_role("heading", level=2).first.focus()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("Cancel the appointment")
    expect(sheet).to_contain_text("Walk-in")
    sheet.get_by_label("Single keys are on").uncheck()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(page.locator("html.has-keys")).to_have_count(0)
    page.keyboard.press("p")
    expect(panel(page)).to_contain_text("Cancel this appointment")


def test_the_search_box_opens_a_record_and_escape_gives_the_focus_back(desk: Desk, open_desk):
    page = ready(open_desk())
    free(page, "9:00").focus()
    page.keyboard.press("/")
    page.keyboard.type("quint")
    expect(option(page, "Quint, Zélie").first).to_be_visible()
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(free(page, "9:00")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("quint")
    expect(option(page, "Quint, Zélie").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(option(page, "Book Zélie Quint")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Zélie Quint")).to_be_visible()


def test_a_visit_is_copied_in_two_presses(desk: Desk, open_desk):
    booked = desk.take(desk.at(9), patient=desk.patient)
    page = ready(open_desk())
    visit(page, desk.patient).click()
    hands = Hands(page)
    hands.click(panel(page).get_by_role("link", name="2 weeks"))
    hands.click(panel(page).locator("button.btn-primary"))
    expect(toast(page)).to_contain_text("Booked")
    later = Appointment.objects.exclude(pk=booked.pk).get(status="booked")
    assert (later.starts_at - booked.starts_at).days == 14
    assert (later.patient, later.doctor, hands.actions) == (desk.patient, desk.doctor, 2)
