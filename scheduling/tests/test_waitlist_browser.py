"""The waitlist in a real Chromium: a freed time is offered beside the board and booked."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.models import WaitlistEntry
from scheduling.tests.factories import WaitlistEntryFactory
from scheduling.tests.test_browser import SIZES, Desk, desk, open_desk, panel, violations, visit

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


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_the_waitlist_shuts_anybody_out(
    desk: Desk, open_desk, axe: str, size: str, scheme: str
):
    entry = waiting(desk)
    booked = desk.take(desk.at(9), patient=entry.patient)
    start, end = (at.isoformat().replace("+00:00", "Z") for at in (desk.at(13), desk.at(14)))
    time = f"doctor={desk.doctor.pk}&starts_at={start}&ends_at={end}"
    page = open_desk(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    pages = [
        "/waitlist/",
        f"/waitlist/{entry.pk}/",
        f"/waitlist/{entry.pk}/remove/",
        f"/waitlist/fits/?facility={desk.facility.pk}&{time}",
        f"/appointments/{booked.pk}/waitlist/",
        f"/patients/{entry.patient_id}/",
        f"/patients/{entry.patient_id}/waitlist/",
    ]
    wrong = {}
    for path in pages:
        page.goto(desk.address + path)
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        wrong[path] = violations(page, axe) + (["wider than the screen"] if wide else [])
    assert {path: found for path, found in wrong.items() if found} == {}
