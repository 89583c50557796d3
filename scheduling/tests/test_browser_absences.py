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
def test_no_page_of_absences_shuts_anybody_out(
    desk: Desk, open_desk: Any, axe: str, size: str, scheme: str
) -> None:
    """Check every page with axe-core, and that no page is wider than the screen."""
    desk.user.role = "admin"
    desk.user.save()
    for hour in (9, 10, 11):
        desk.take(desk.at(hour))
    working_doctor(desk.facility)
    page = open_desk(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    sick_day(page, desk)
    doctor, row = f"/doctors/{desk.doctor.pk}", desk.doctor.working_hours.first()
    absence = TimeOff.objects.get().get_absolute_url()
    desk.doctor.working_hours.update(starts_at="12:00")
    pages = [
        *("/doctors/", f"{doctor}/hours/", f"{doctor}/hours/add/", f"{doctor}/hours/{row.pk}/"),
        *(f"{doctor}/hours/{row.pk}/end/", f"{doctor}/time-off/", f"{doctor}/stranded/"),
        *("/absences/", absence, f"{absence}edit/"),
        f"/absences/closures/add/?facility={desk.facility.pk}",
    ]
    wrong = {}
    for path in pages:
        page.goto(desk.address + path)
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        wrong[path] = violations(page, axe) + (["wider than the screen"] if wide else [])
    page.goto(f"{desk.address}{absence}edit/")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    wrong["clashes"] = violations(page, axe)
    assert {path: found for path, found in wrong.items() if found} == {}
