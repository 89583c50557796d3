"""The page of calendar addresses in a real Chromium: copying one, and that nobody is shut out."""

import re

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from facilities.models import Doctor
from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of
from scheduling.tests.test_browser import SIZES, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def doctor() -> Doctor:
    facility = FacilityFactory()
    return DoctorFactory(facilities=[facility], user=staff_of(facility, "doctor"))


@pytest.fixture
def open_page(new_context, live_server, doctor):
    def opened(**options):
        client, context = Client(), new_context(**options)
        client.force_login(doctor.user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        page = context.new_page()
        page.goto(f"{live_server.url}/calendar/feeds/")
        return page

    return opened


def test_a_new_address_is_selected_and_copied(open_page):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Make an address").click()
    field = page.get_by_label("Address", exact=True)
    expect(field).to_be_focused()
    assert page.evaluate("getSelection().toString()") == field.input_value()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == field.input_value()


def test_without_javascript_the_address_is_there_and_no_button_that_does_nothing(open_page):
    page = open_page(java_script_enabled=False)
    page.get_by_role("button", name="Make an address").click()
    expect(page.get_by_label("Address", exact=True)).to_have_value(
        re.compile(r"/calendar/.{43}\.ics$")
    )
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_new_address_shuts_nobody_out(open_page, axe, size, scheme):
    page = open_page(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    page.get_by_role("button", name="Make an address").click()
    page.get_by_text("Replace or revoke").click()
    assert violations(page, axe) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
