"""The pages of a call without JavaScript, and with axe-core, in a real Chromium."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.test_browser import SIZES, Desk, open_desk, violations
from scheduling.tests.test_browser_call import option, ready

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["open_desk"]


@pytest.fixture
def desk(live_server: Any) -> Desk:
    return Desk(live_server.url)


class TestWithoutJavaScript:
    def test_a_known_patient_is_searched_for_and_booked(self, desk: Desk, open_desk):
        page = open_desk(java_script_enabled=False)
        page.goto(f"{desk.address}/search/")
        page.get_by_label("Patient or doctor").fill("qiunt")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Book Zélie Quint").click()
        page.get_by_role("button", name=re.compile("^Book ")).first.click()
        assert Appointment.objects.get().patient == desk.patient

    def test_a_walk_in_is_registered_and_has_arrived(self, desk: Desk, open_desk):
        page = open_desk(java_script_enabled=False)
        page.locator("#desk").get_by_role("link", name="Walk-in").click()
        page.locator("summary", has_text="New patient").click()
        for label, text in (("Given name", "Ottoline"), ("Family name", "Marsh")):
            page.get_by_label(label).fill(text)
        page.get_by_label("Date of birth").fill("2/29/1984")
        page.get_by_role("button", name="Book and mark as arrived").click()
        expect(page.locator(".visit.status-arrived")).to_contain_text("Ottoline Marsh")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_opens_while_one_calls_shuts_nobody_out(desk: Desk, open_desk, axe: str, size, scheme):
    """Check with axe-core the search box, what was found, and the key sheet."""
    PatientFactory(family_name="Quintana", facility=desk.facility)
    page = open_desk(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    wrong = {}

    def check(name: str) -> None:
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        wrong[name] = violations(page, axe) + (["wider than the screen"] if wide else [])

    page.goto(f"{desk.address}/search/")
    page.get_by_label("Patient or doctor").fill("quint")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Patients")).to_be_visible()
    check("what was found")
    page.goto(desk.board)
    ready(page).keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    check("the key sheet")
    page.keyboard.press("Escape")
    if size == "desktop":
        page.keyboard.press("/")
        page.keyboard.type("quint")
        expect(option(page, "Quint, Zélie").first).to_be_visible()
        check("the search box")
    assert {name: found for name, found in wrong.items() if found} == {}
