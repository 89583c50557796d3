"""The list of a new clinic, in a real Chromium."""

from typing import Any

import pytest
from playwright.sync_api import expect

from scheduling.tests.test_browser import SIZES, Desk, open_desk, panel, violations, visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["open_desk"]
NARROW = {"width": 320, "height": 700}


@pytest.fixture
def desk(live_server: Any) -> Desk:
    return Desk(live_server.url)


def test_the_list_goes_by_itself_once_the_first_appointment_is_booked(desk: Desk, open_desk):
    page = open_desk()
    listed = page.get_by_role("region", name="Before the first appointment")
    expect(listed).to_contain_text("1 doctor has hours here.")
    desk.take(desk.at(9), patient=desk.patient)
    expect(visit(page, desk.patient)).to_be_visible()
    expect(listed).to_have_count(0)
    expect(panel(page)).to_be_empty()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [*SIZES, "narrow"])
def test_the_list_shuts_nobody_out(desk: Desk, open_desk, axe: str, size, scheme):
    sizes = SIZES | {"narrow": NARROW}
    page = open_desk(viewport=sizes[size], color_scheme=scheme, bypass_csp=True)
    expect(page.get_by_role("region", name="Before the first appointment")).to_be_visible()
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
