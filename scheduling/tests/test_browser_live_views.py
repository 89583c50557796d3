"""Views that keep themselves up to date beside somebody who is working in them, in Chromium."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from patients.tests.factories import PatientFactory
from scheduling.tests.test_browser import Desk, open_desk, visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["open_desk"]


@pytest.fixture
def desk(live_server: Any) -> Desk:
    return Desk(live_server.url)


def test_what_others_book_comes_into_each_view_and_the_focus_stays(desk: Desk, open_desk):
    desk.take(desk.at(12), patient=desk.patient)
    page = open_desk()
    page.goto(f"{desk.address}/desk/{desk.facility.pk}/list/?date={desk.day}")
    mine = page.get_by_role("row", name=re.compile("Zélie Quint"))
    mine.get_by_role("link").focus()
    early = PatientFactory(family_name="Early", facility=desk.facility)
    desk.take(desk.at(9), patient=early)
    expect(page.get_by_role("row", name=re.compile("Early"))).to_be_visible()
    expect(mine.get_by_role("link")).to_be_focused()
    page.goto(f"{desk.address}/desk/{desk.facility.pk}/week/{desk.doctor.pk}/?date={desk.day}")
    page.evaluate("document.getElementById('board').scrollTop = 40")
    visit(page, desk.patient).focus()
    late = PatientFactory(family_name="Later", facility=desk.facility)
    desk.take(desk.at(15), patient=late)
    expect(visit(page, late)).to_be_attached()
    expect(visit(page, desk.patient)).to_be_focused()
    assert page.evaluate("document.getElementById('board').scrollTop") == 40
    page.goto(f"{desk.address}/desk/{desk.facility.pk}/month/?date={desk.day}")
    expect(page.get_by_role("link", name=re.compile("3 visits"))).to_be_visible()
    desk.take(desk.at(16))
    expect(page.get_by_role("link", name=re.compile("4 visits"))).to_be_visible()


def test_a_list_that_was_narrowed_down_stays_so(desk: Desk, open_desk):
    desk.take(desk.at(9), patient=desk.patient)
    page = open_desk()
    page.goto(f"{desk.address}/desk/{desk.facility.pk}/list/?date={desk.day}")
    page.get_by_label("Status", exact=True).select_option("Arrived")
    expect(page.get_by_text("No visit is like this")).to_be_visible()
    desk.take(desk.at(11))
    expect(page.locator(".visit-counts a").first).to_contain_text("2")
    expect(page.get_by_text("No visit is like this")).to_be_visible()
