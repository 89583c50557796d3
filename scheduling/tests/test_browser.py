"""The front desk in a real Chromium, as a receptionist uses it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.tests.factories import PASSWORD
from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.availability import GRID, on_grid
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


def zone_where_it_is_noon() -> str:
    """Return a zone where the doctors are at work, whenever the tests run."""
    ahead = 12 - timezone.now().hour
    return f"Etc/GMT{-ahead:+d}"  # these zones count their hours westward


class Desk:
    """A facility with one doctor, a receptionist, a patient, and a board for tomorrow."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.facility: Facility = FacilityFactory(
            name="Northside", timezone=zone_where_it_is_noon()
        )
        self.doctor = working_doctor(self.facility, name="Dr. Imani Okafor")
        self.user = staff_of(self.facility, username="desk")
        self.patient: Patient = PatientFactory(
            given_name="Zélie", family_name="Quint", facility=self.facility
        )
        self.day = in_days(1, 9, facility=self.facility).astimezone(self.facility.tz).date()

    @property
    def board(self) -> str:
        return f"{self.address}/desk/{self.facility.pk}/?date={self.day}"

    def at(self, hour: int, minute: int = 0) -> Any:
        return in_days(1, hour, minute, facility=self.facility)

    def now(self) -> Any:
        return on_grid(timezone.now(), GRID, self.facility.tz)

    def take(self, at: Any, patient: Patient | None = None) -> Appointment:
        """Book behind the desk's back; a hold of that time has run out by then."""
        Appointment.objects.filter(status="pending").update(hold_expires_at=timezone.now())
        return AppointmentFactory(
            facility=self.facility,
            doctor=self.doctor,
            patient=patient or PatientFactory(facility=self.facility),
            starts_at=at,
        )

    def sign_in(self, context: BrowserContext) -> Page:
        """Return a page of somebody who is signed in, with the board of tomorrow open."""
        client = Client()
        client.force_login(self.user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.address}]
        )
        page = context.new_page()
        page.goto(self.board)
        return page


@pytest.fixture
def desk(live_server: Any) -> Desk:
    return Desk(live_server.url)


@pytest.fixture
def open_desk(desk: Desk, browser: Browser) -> Callable[..., Page]:
    """Return a function that opens the board in a browser context of its own."""

    def opened(expected: str = "status of 4", **options: Any) -> Page:
        tolerated.append(expected)
        page = desk.sign_in(browser.new_context(**{"viewport": SIZES["desktop"]} | options))
        page.set_default_timeout(30_000)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else 0)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    complaints: list[str] = []
    # A refusal is answered with 409 or 422, which the browser reports whoever handles it.
    tolerated: list[str] = []
    yield opened
    assert not [text for text in complaints if not any(each in text for each in tolerated)]


def free(page: Page, time: str) -> Any:
    return page.get_by_role("link", name=re.compile(rf"^{time}\b.* free"))


def visit(page: Page, patient: Patient) -> Any:
    return page.locator(".visit", has_text=str(patient))


def find(page: Page, text: str) -> None:
    """Type into the search field, which has the focus as soon as the panel is open."""
    expect(page.get_by_label("Find patient")).to_be_focused()
    page.keyboard.type(text)


def panel(page: Page) -> Any:
    return page.locator("#panel")


def test_a_receptionist_signs_in_with_the_keyboard(page: Page, desk: Desk):
    page.goto(desk.address)
    page.keyboard.type("desk")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Dr. Imani Okafor").first).to_be_visible()


def test_a_wrong_password_is_said_beside_the_form(page: Page, desk: Desk):
    page.goto(desk.address)
    page.get_by_label("Username or email").fill("desk")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("not correct")
    expect(page.get_by_label("Username or email")).to_have_value("desk")


def test_a_known_patient_is_booked_in_four_actions(desk: Desk, open_desk):
    page = open_desk()
    free(page, "9:00").click()
    find(page, "quint z")
    panel(page).get_by_role("button", name=re.compile("Zélie Quint")).click()
    panel(page).get_by_role("button", name=re.compile("^Book 9:00")).click()
    expect(visit(page, desk.patient)).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("Booked")
    booked = Appointment.objects.get()
    assert (booked.patient, booked.starts_at) == (desk.patient, desk.at(9))
    assert booked.created_by == desk.user


def test_a_known_patient_is_booked_with_the_keyboard_alone(desk: Desk, open_desk):
    page = open_desk()
    free(page, "9:00").focus()
    page.keyboard.press("Enter")
    find(page, "zelie")
    expect(panel(page).get_by_role("button", name=re.compile("Zélie Quint"))).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(panel(page).get_by_role("button", name=re.compile("^Book 9:00"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(visit(page, desk.patient)).to_be_visible()


def test_a_new_patient_is_registered_and_booked_in_the_same_panel(desk: Desk, open_desk):
    page = open_desk()
    free(page, "10:00").click()
    panel(page).get_by_text("New patient").click()
    for label, text in [
        ("Given name", "Ottoline"),
        ("Family name", "Marsh"),
        ("Date of birth", "2/29/1984"),
        ("Phone", "402-555-0134"),
    ]:
        panel(page).get_by_label(label).fill(text)
    panel(page).get_by_role("button", name=re.compile("^Book 10:00")).click()
    expect(page.locator(".visit", has_text="Ottoline Marsh")).to_be_visible()
    newcomer = Patient.objects.get(family_name="Marsh")
    assert (newcomer.facility, str(newcomer.date_of_birth)) == (desk.facility, "1984-02-29")
    assert Appointment.objects.get().patient == newcomer


def test_a_name_that_found_nobody_is_not_typed_twice(desk: Desk, open_desk):
    page = open_desk()
    free(page, "10:00").click()
    find(page, "Marsh, Ottoline")
    expect(panel(page)).to_contain_text("Nobody found")
    panel(page).get_by_label("Find patient").press("Tab")
    expect(panel(page).get_by_label("Given name")).to_have_value("Ottoline")
    expect(panel(page).get_by_label("Family name")).to_have_value("Marsh")
    expect(panel(page).get_by_label("Date of birth")).to_be_focused()


def test_a_server_that_is_away_is_said_at_once(desk: Desk, open_desk):
    page = open_desk(expected="503")
    page.route("**/book/**", lambda route: route.fulfill(status=503, body=""))
    free(page, "10:00").click()
    expect(page.locator("#toasts")).to_contain_text("Wait a few seconds")


def test_reloading_in_the_middle_of_a_booking_keeps_slot_and_patient(desk: Desk, open_desk):
    page = open_desk(java_script_enabled=False)
    free(page, "9:00").click()
    page.get_by_label("Find patient").fill("quint")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("button", name=re.compile("Zélie Quint")).click()
    page.get_by_role("button", name=re.compile("^Change")).click()
    page.goto(page.url)
    expect(page.get_by_role("button", name=re.compile("^Book 9:00"))).to_be_visible()


def test_who_loses_a_race_keeps_what_was_typed_and_takes_an_alternative(desk: Desk, open_desk):
    slow = open_desk()
    free(slow, "9:00").click()
    find(slow, "quint")
    panel(slow).get_by_role("button", name=re.compile("Zélie Quint")).click()
    panel(slow).get_by_label("Reason").fill("Follow-up")
    other = PatientFactory(given_name="Bram", family_name="Ostrow", facility=desk.facility)
    desk.take(desk.at(9), patient=other)

    panel(slow).get_by_role("button", name=re.compile("^Book 9:00")).click()
    refusal = panel(slow).get_by_role("alert")
    expect(refusal).to_contain_text("just been taken")
    expect(refusal).not_to_contain_text("Ostrow")
    expect(panel(slow).get_by_label("Reason")).to_have_value("Follow-up")
    panel(slow).get_by_role("button", name=re.compile("9:30 AM")).first.click()
    expect(visit(slow, desk.patient)).to_be_visible()
    expect(visit(slow, other)).to_be_visible()
    moved = Appointment.objects.get(patient=desk.patient)
    assert (moved.starts_at, moved.reason) == (desk.at(9, 30), "Follow-up")


def test_a_double_click_books_once(desk: Desk, open_desk):
    page = open_desk()
    free(page, "9:00").click()
    find(page, "quint")
    panel(page).get_by_role("button", name=re.compile("Zélie Quint")).click()
    panel(page).get_by_role("button", name=re.compile("^Book 9:00")).dblclick()
    expect(visit(page, desk.patient)).to_be_visible()
    assert Appointment.objects.count() == 1


def test_an_appointment_is_moved(desk: Desk, open_desk):
    booked = desk.take(desk.at(9), patient=desk.patient)
    page = open_desk()
    visit(page, desk.patient).click()
    panel(page).get_by_role("link", name="Move").click()
    panel(page).get_by_role("button", name="11:15 AM").click()
    expect(visit(page, desk.patient)).to_contain_text("11:15")
    booked.refresh_from_db()
    assert booked.starts_at == desk.at(11, 15)


def test_an_appointment_is_cancelled_with_a_reason_and_that_is_undone(desk: Desk, open_desk):
    booked = desk.take(desk.at(9), patient=desk.patient)
    page = open_desk()
    visit(page, desk.patient).click()
    panel(page).get_by_text("Cancel the appointment").click()
    panel(page).get_by_role("button", name="Cancel this appointment").click()
    expect(free(page, "9:00")).to_be_visible()
    booked.refresh_from_db()
    assert (booked.status, booked.cancel_reason) == ("cancelled", "Patient asked to cancel")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(visit(page, desk.patient)).to_be_visible()
    booked.refresh_from_db()
    assert booked.status == "booked"


def test_a_patient_arrives_and_is_checked_in(desk: Desk, open_desk):
    booked = desk.take(desk.now(), patient=desk.patient)
    page = open_desk()
    page.get_by_role("link", name="Today").click()
    for button, status in [("Arrived", "arrived"), ("Check in", "checked-in")]:
        visit(page, desk.patient).click()
        panel(page).get_by_role("button", name=button, exact=True).click()
        expect(page.locator(f".visit.status-{status}")).to_be_visible()
    booked.refresh_from_db()
    assert booked.status == "checked-in"


def test_escape_closes_the_panel_and_returns_to_the_free_time(desk: Desk, open_desk):
    page = open_desk()
    free(page, "9:00").click()
    expect(page.get_by_label("Find patient")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_empty()
    expect(free(page, "9:00")).to_be_focused()


class TestWithoutJavaScript:
    def test_a_known_patient_is_booked(self, desk: Desk, open_desk):
        page = open_desk(java_script_enabled=False)
        free(page, "9:00").click()
        page.get_by_label("Find patient").fill("Qiunt")
        page.get_by_role("button", name="Find", exact=True).click()
        page.get_by_role("button", name=re.compile("Zélie Quint")).click()
        page.get_by_label("Reason").fill("Follow-up")
        page.get_by_role("button", name=re.compile("^Book 9:00")).click()
        expect(visit(page, desk.patient)).to_be_visible()
        assert Appointment.objects.get().reason == "Follow-up"

    def test_a_lost_race_offers_alternatives(self, desk: Desk, open_desk):
        page = open_desk(java_script_enabled=False)
        free(page, "9:00").click()
        page.get_by_label("Find patient").fill("quint")
        page.get_by_role("button", name="Find", exact=True).click()
        page.get_by_role("button", name=re.compile("Zélie Quint")).click()
        desk.take(desk.at(9))
        page.get_by_role("button", name=re.compile("^Book 9:00")).click()
        expect(page.get_by_role("alert")).to_contain_text("just been taken")
        page.get_by_role("button", name=re.compile("9:30 AM")).first.click()
        expect(visit(page, desk.patient)).to_be_visible()

    def test_an_appointment_is_checked_in_moved_and_cancelled(self, desk: Desk, open_desk):
        booked = desk.take(desk.now(), patient=desk.patient)
        page = open_desk(java_script_enabled=False)
        page.get_by_role("link", name="Today").click()
        visit(page, desk.patient).click()
        page.get_by_role("button", name="Arrived", exact=True).click()
        visit(page, desk.patient).click()
        page.get_by_role("link", name="Move").click()
        page.get_by_label("Date").fill(str(desk.day))
        page.get_by_role("button", name="Show").click()
        page.get_by_role("button", name="11:15 AM").click()
        visit(page, desk.patient).click()
        page.get_by_text("Cancel the appointment").click()
        page.get_by_role("button", name="Cancel this appointment").click()
        booked.refresh_from_db()
        assert (booked.status, booked.starts_at) == ("cancelled", desk.at(11, 15))


def violations(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    run = 'axe.run(document, {reporter: "no-passes", preload: false})'
    found = page.evaluate(f"{run}.then(result => result.violations)")
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_booking_on_its_way_shuts_nobody_out(desk: Desk, open_desk, axe: str, size, scheme):
    """Check with axe-core the open panel, and the refusal of a slot that was lost."""
    page = open_desk(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    wrong = {}
    free(page, "9:00").click()
    expect(page.get_by_label("Find patient")).to_be_focused()
    expect(panel(page)).to_contain_text("Held for you until")
    wrong["the open panel"] = violations(page, axe)
    find(page, "quint")
    panel(page).get_by_role("button", name=re.compile("Zélie Quint")).click()
    desk.take(desk.at(9))
    panel(page).get_by_role("button", name=re.compile("^Book 9:00")).click()
    expect(panel(page).get_by_role("alert")).to_contain_text("just been taken")
    expect(panel(page).get_by_role("button").first).to_be_enabled()
    expect(page.locator(".htmx-request, .htmx-settling, .htmx-swapping")).to_have_count(0)
    wrong["a lost slot"] = violations(page, axe)
    assert {path: found for path, found in wrong.items() if found} == {}
