"""A patient signs in, books, moves and cancels in a real Chromium, on a phone."""

from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.tests.factories import PASSWORD
from records.tests.factories import (
    AllergyFactory,
    DocumentFactory,
    MedicationFactory,
    SignedFactory,
    doctor_user,
)
from scheduling.models import Appointment
from scheduling.tests.portal import Portal
from scheduling.tests.test_browser import SIZES, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def portal():
    return Portal()


def press(page: Page, role: Any, name: str, *, by_keyboard: bool) -> None:
    """Press a button or a link, with the keyboard alone or with a finger."""
    target = page.get_by_role(role, name=name).first
    if not by_keyboard:
        target.click()
        return
    target.focus()
    page.keyboard.press("Enter")


def sign_in(page: Page, address: str, portal: Portal) -> None:
    """Sign in with the keyboard: the name has the focus."""
    page.goto(address)
    expect(page.get_by_label("Username or email")).to_be_focused()
    page.keyboard.type(portal.user.username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="My visits")).to_be_visible()


@pytest.mark.parametrize("java_script", [True, False])
def test_a_patient_books_moves_and_cancels(live_server, browser: Browser, portal, java_script):
    context = browser.new_context(viewport=SIZES["phone"], java_script_enabled=java_script)
    page = context.new_page()
    sign_in(page, live_server.url, portal)
    keyed = {"by_keyboard": java_script}
    press(page, "link", "Book a visit", **keyed)
    press(page, "link", "Check-up", **keyed)
    press(page, "link", "Next free day", **keyed)
    press(page, "button", "10:00 AM", **keyed)
    expect(page.get_by_text("This time is kept for you until")).to_be_visible()
    page.get_by_label("Why do you come?").fill("Cough")
    press(page, "button", "Book this visit", **keyed)
    expect(page.get_by_text("Booked:")).to_be_visible()
    visit = Appointment.objects.get()
    assert (visit.status, visit.reason, visit.patient) == ("booked", "Cough", portal.patient)
    press(page, "link", "Move to another time", **keyed)
    press(page, "button", "2:00 PM", **keyed)
    expect(page.get_by_text("Moved:")).to_be_visible()
    press(page, "button", "Undo", **keyed)
    expect(page.get_by_text("Taken back.")).to_be_visible()
    expect(page.get_by_text("10:00 AM to 10:30 AM")).to_be_visible()
    press(page, "link", "Cancel the visit", **keyed)
    page.get_by_label("I am too ill to come").check()
    press(page, "button", "Cancel the visit", **keyed)
    expect(page.get_by_text("Cancelled:")).to_be_visible()
    visit.refresh_from_db()
    assert (visit.status, visit.cancel_reason) == ("cancelled", "Patient is ill")
    context.close()


def pages_of(portal: Portal) -> list[str]:
    """Return the addresses of all pages, each with something to see."""
    visit, author = portal.booked(), doctor_user(portal.facility)
    about = {"patient": portal.patient, "facility": portal.facility}
    AllergyFactory(**about, recorded_by=author)
    MedicationFactory(**about, recorded_by=author)
    DocumentFactory(**about, recorded_by=author)
    note = SignedFactory(**about, by=author, diagnosis="Bronchitis")
    portal.hold(3, 9)
    held = Appointment.objects.get(status="pending")
    named = {name: [] for name in ("visits", "book", "records", "details")}
    named |= {name: [visit.pk] for name in ("visit", "move", "cancel")}
    named |= {"times": [portal.kind.pk], "confirm": [held.pk], "note": [note.pk]}
    return [reverse(f"portal:{name}", args=args) for name, args in named.items()]


def signed_in(context: BrowserContext, origin: str, portal: Portal) -> Page:
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": portal.client.cookies[name].value, "url": origin}])
    return context.new_page()


def test_no_page_shuts_anybody_out(live_server, browser: Browser, portal, axe: str):
    """Check every page with axe-core in both themes, and that none is wider than the screen."""
    wrong, addresses = {}, pages_of(portal)
    for size, scheme in (("phone", "light"), ("phone", "dark"), ("desktop", "light")):
        context = browser.new_context(
            viewport=SIZES[size], color_scheme=scheme, bypass_csp=True, reduced_motion="reduce"
        )
        page = signed_in(context, live_server.url, portal)
        for address in addresses:
            page.goto(live_server.url + address)
            found = violations(page, axe)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append("wider than the screen")
            if found:
                wrong[address, size, scheme] = found
        context.close()
    assert not wrong
