"""A new patient whose fields open by themselves, in a real Chromium."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from scheduling.models import Appointment
from scheduling.tests.test_browser import Desk, free, open_desk, panel
from scheduling.tests.test_browser_call import FOUND, ready

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["open_desk"]


@pytest.fixture
def desk(live_server: Any) -> Desk:
    return Desk(live_server.url)


def test_fields_that_opened_by_themselves_follow_what_is_looked_for(desk: Desk, open_desk):
    page = ready(open_desk())
    free(page, "10:00").click()
    given, family = (panel(page).get_by_label(f"{which} name") for which in ("Given", "Family"))
    page.get_by_label("Find patient").press_sequentially("Xaver Marshland")
    expect(family).to_have_value("Marshland")
    expect(page.get_by_label("Find patient")).to_be_focused()
    page.get_by_label("Find patient").fill("quint")
    expect(panel(page).get_by_role("button", name=FOUND)).to_be_visible()
    expect(given).to_be_hidden()
    expect(family).to_have_value("")
    page.get_by_label("Find patient").fill("Marsh, Ottoline")
    expect(given).to_have_value("Ottoline")
    page.get_by_label("Find patient").press("Enter")
    expect(panel(page).get_by_label("Date of birth")).to_be_focused()


def test_without_javascript_a_new_patient_is_registered_and_booked(desk: Desk, open_desk):
    page = open_desk(java_script_enabled=False)
    free(page, "10:00").click()
    page.locator("summary", has_text="New patient").click()
    typed = {
        "Given name": "Ottoline",
        "Family name": "Marsh",
        "Date of birth": "2/29/1984",
        "Phone": "402-555-0134",
    }
    for label, text in typed.items():
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name=re.compile("^Book 10:00")).click()
    expect(page.locator(".visit", has_text="Ottoline Marsh")).to_be_visible()
    booked = Appointment.objects.get()
    assert (str(booked.patient), booked.starts_at) == ("Ottoline Marsh", desk.at(10))
    assert str(booked.patient.date_of_birth) == "1984-02-29"
