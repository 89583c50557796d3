"""A doctor calls in sick: the receptionist enters it and moves who was booked."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from scheduling.models import Appointment, TimeOff
from scheduling.tests.factories import working_doctor
from scheduling.tests.test_browser import SIZES, Desk, desk, open_desk, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

__all__ = ["desk", "open_desk"]


def sick_day(page: Page, the_desk: Any) -> None:
    """Enter the doctor's sick day, from the list of absences to the work list."""
    page.goto(f"{the_desk.address}/absences/")
    page.get_by_label("Who is away?").select_option(str(the_desk.doctor))
    page.get_by_role("button", name="Time off").click()
    page.get_by_label("From").fill(f"{the_desk.day}T00:00")
    page.get_by_label("Until").fill(f"{the_desk.day + timedelta(days=1)}T00:00")
    page.get_by_label("Reason").fill("Ill")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("3 appointments are affected.")
    page.get_by_role("button", name="Save all the same").click()
    expect(page.get_by_role("heading", name="3 appointments to move")).to_be_visible()


@pytest.mark.parametrize("java_script", [True, False])
def test_a_sick_day_over_three_bookings_is_moved_in_one_press(
    desk: Desk, open_desk: Any, java_script: bool
) -> None:
    visits = [desk.take(desk.at(hour)) for hour in (9, 10, 11)]
    colleague = working_doctor(desk.facility, name="Dr. Wen Castellanos")
    page = open_desk(java_script_enabled=java_script)
    sick_day(page, desk)
    for visit in visits:
        expect(page.locator(".worklist")).to_contain_text(str(visit.patient))
    page.get_by_role("button", name="Move all 3 as proposed").click()
    expect(page.locator("#toasts")).to_contain_text("3 appointments moved.")
    expect(page.get_by_text("All dealt with.")).to_be_visible()
    moved = Appointment.objects.filter(doctor=colleague, status="booked")
    assert [visit.starts_at for visit in moved] == [desk.at(hour) for hour in (9, 10, 11)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_clashes_of_an_absence_shut_nobody_out(
    desk: Desk, open_desk: Any, axe: str, size: str, scheme: str
) -> None:
    for hour in (9, 10, 11):
        desk.take(desk.at(hour))
    working_doctor(desk.facility)
    page = open_desk(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    sick_day(page, desk)
    page.goto(f"{desk.address}{TimeOff.objects.get().get_absolute_url()}edit/")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
