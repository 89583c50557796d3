"""The pages of the access log in a real Chromium."""

import pytest
from playwright.sync_api import expect

from audit.tests.rows import seen
from scheduling.tests.test_browser import Desk, desk, open_desk

__all__ = ["desk", "open_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def administrator(desk: Desk) -> Desk:
    desk.user.role = "admin"
    desk.user.save()
    seen(desk.patient.pk, name="Person Known", reason="Asked for by phone, and looked at twice")
    return desk


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}])
def test_one_finds_who_saw_a_record(administrator: Desk, open_desk, options):
    page = open_desk(**options)
    page.goto(f"{administrator.address}/patients/access-log/")
    page.get_by_label("Patient’s MRN").fill(administrator.patient.mrn)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Who", exact=True).click()
    expect(page.get_by_role("columnheader", name="Who")).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("link", name=str(administrator.patient)).first.click()
    expect(page.get_by_role("heading", name="Who saw this record")).to_be_visible()
    expect(page.get_by_text("Person Known")).to_be_visible()


def test_on_paper_there_is_the_table_and_nothing_to_press(administrator: Desk, open_desk):
    page = open_desk()
    page.goto(f"{administrator.address}/patients/{administrator.patient.pk}/seen-by/")
    page.emulate_media(media="print")
    expect(page.get_by_text("Person Known")).to_be_visible()
    for hidden in ("Show", "Patient page"):
        expect(page.get_by_text(hidden, exact=True).first).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
