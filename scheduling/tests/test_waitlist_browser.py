"""The waitlist in a real Chromium: a freed time is offered beside the board and booked."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.models import WaitlistEntry
from scheduling.tests.factories import WaitlistEntryFactory
from scheduling.tests.test_browser import SIZES, Desk, desk, open_desk, panel, visit

__all__ = ["desk", "open_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def waiting(desk: Desk) -> WaitlistEntry:
    patient: Patient = PatientFactory(
        given_name="Ona", family_name="Berg", facility=desk.facility, phone="+14025550142"
    )
    entry: WaitlistEntry = WaitlistEntryFactory(patient=patient, facility=desk.facility)
    return entry


def cancel(page: Page, patient: Patient) -> None:
    visit(page, patient).click()
    expect(page.get_by_text("1 person waits for such a time")).to_be_visible()
    page.get_by_text("Cancel the appointment").click()
    page.get_by_role("button", name="Cancel this appointment").click()


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}])
def test_a_cancelled_time_goes_to_who_waits_in_one_press(desk: Desk, open_desk, options: Any):
    entry = waiting(desk)
    desk.take(desk.at(9), patient=desk.patient)
    page = open_desk(**options)
    cancel(page, desk.patient)
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.get_by_role("button", name="Book 9:00 AM for Ona Berg").click()
    expect(visit(page, entry.patient)).to_be_visible()
    entry.refresh_from_db()
    assert entry.appointment.starts_at == desk.at(9)


def test_on_a_phone_the_cancellation_can_be_undone_beside_the_list(desk: Desk, open_desk):
    waiting(desk)
    desk.take(desk.at(9), patient=desk.patient)
    page = open_desk(viewport=SIZES["phone"])
    cancel(page, desk.patient)
    page.get_by_role("button", name="Undo").click()
    expect(panel(page)).to_be_empty()
    expect(visit(page, desk.patient)).to_be_visible()
