"""A series in a real Chromium, with JavaScript and without."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from scheduling.models import AppointmentSeries
from scheduling.tests.factories import in_days
from scheduling.tests.series_factories import starts_of, weekly
from scheduling.tests.test_browser import SIZES, Desk, free, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(live_server: Any) -> Desk:
    return Desk(live_server.url)


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def page(request: Any, desk: Desk, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=request.param)
    page = desk.sign_in(context)
    page.set_default_timeout(30_000)
    yield page
    context.close()


def choose_patient(page: Page, desk: Desk) -> None:
    page.get_by_label("Find patient").fill("quint")
    if page.locator("html.has-js").count() == 0:
        page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("button", name=str(desk.patient)).click()


def test_a_series_with_a_clash_is_booked_and_cancelled(page: Page, desk: Desk):
    desk.take(in_days(15, 9, facility=desk.facility))
    free(page, "9:00").click()
    choose_patient(page, desk)
    page.get_by_label("Reason").fill("Physiotherapy")
    page.get_by_role("button", name="Repeat…").click()
    page.get_by_label("Appointments", exact=True).fill("4")
    page.get_by_role("button", name="Show the dates").click()
    expect(page.locator(".series-free")).to_have_count(3)
    expect(page.get_by_label("Reason")).to_have_value("Physiotherapy")
    page.get_by_role("button", name="Book 4 appointments").click()
    expect(page.locator(".toast-note")).to_contain_text("Booked: 4 appointments")
    series = AppointmentSeries.objects.get()
    assert len(starts_of(series)) == 4
    page.locator("a.is-shown").click()
    page.locator(".series-place summary").click()
    expect(page.locator(".series-place")).to_contain_text("1 of 4 in a series")
    page.get_by_text("Cancel the appointment").click()
    page.get_by_label("This and all that follow").check()
    page.get_by_role("button", name="Cancel as chosen").click()
    expect(page.locator(".toast-note")).to_contain_text("Cancelled, with all that follow")
    assert set(series.appointments.values_list("status", flat=True)) == {"cancelled"}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_clashes_with_a_series_shuts_nobody_out(
    desk: Desk, browser: Browser, axe: str, size, scheme
):
    context = browser.new_context(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    page = desk.sign_in(context)
    rule = weekly(desk.at(14).astimezone(desk.facility.tz))
    people = {"patient": desk.patient, "doctor": desk.doctor, "facility": desk.facility}
    booked = AppointmentSeries.objects.book(**people, starts_at=desk.at(14), rule=rule, by=None)
    desk.take(in_days(15, 9, facility=desk.facility))
    desk.take(in_days(8, 15, facility=desk.facility))
    wrong = {}

    def check(name: str) -> None:
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        wrong[name] = violations(page, axe) + (["wider than the screen"] if wide else [])

    start = desk.at(9).isoformat().replace("+00:00", "Z")
    slot = f"?doctor={desk.doctor.pk}&starts_at={start}&for={desk.patient.pk}"
    page.goto(f"{desk.address}/facilities/{desk.facility.pk}/series/{slot}")
    page.get_by_role("button", name="Show the dates").click()
    expect(page.locator(".is-lost")).to_have_count(1)
    check("the dates")
    first = booked.appointments.earliest("starts_at")
    page.goto(f"{desk.address}/appointments/{first.pk}/move/")
    page.get_by_label("This and all that follow").check()
    check("the move")
    page.get_by_role("button", name="3:00 PM", exact=True).click()
    expect(page.get_by_role("button", name="Move with these choices")).to_be_visible()
    check("the move that clashes")
    assert {name: found for name, found in wrong.items() if found} == {}
    context.close()


def test_another_day_to_move_to_keeps_the_choice_to_move_all(desk: Desk, browser: Browser):
    rule = weekly(desk.at(14).astimezone(desk.facility.tz))
    people = {"patient": desk.patient, "doctor": desk.doctor, "facility": desk.facility}
    series = AppointmentSeries.objects.book(**people, starts_at=desk.at(14), rule=rule, by=None)
    page = desk.sign_in(browser.new_context())
    page.locator(".visit").click()
    page.get_by_role("link", name="Move").click()
    page.get_by_label("This and all that follow").check()
    page.locator("#id_date").fill(str(desk.day + timedelta(days=1)))
    page.locator("#id_date").press("Tab")
    expect(page.locator(".sheet-heading")).to_contain_text(f"{desk.day + timedelta(days=1):%A}")
    expect(page.get_by_label("This and all that follow")).to_be_checked()
    page.get_by_role("button", name="10:00 AM", exact=True).click()
    expect(page.locator(".toast-note")).to_contain_text("Moved, with all that follow")
    moved = [in_days(2 + 7 * week, 10, facility=desk.facility) for week in range(4)]
    assert starts_of(series) == moved
    page.context.close()
