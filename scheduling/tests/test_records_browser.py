"""Patients' records in a real Chromium: duplicates are compared, merged and taken apart again."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from patients.models import DifferentPeople, Patient, PatientMerge
from patients.tests.factories import PatientFactory
from scheduling.tests.test_browser import SIZES, Desk, desk, open_desk, violations

__all__ = ["desk", "open_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def double(desk: Desk, **fields: Any) -> Patient:
    patient: Patient = PatientFactory(
        **{"given_name": "Zelie", "family_name": "Quint", "facility": desk.facility} | fields
    )
    return patient


def press(page: Page, role: Any, name: str) -> None:
    """Reach a button or a link and press it with the keyboard alone."""
    page.get_by_role(role, name=name).first.focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}])
def test_two_records_are_merged_field_by_field_and_that_is_undone(
    desk: Desk, open_desk, options: Any
):
    other = double(desk, phone="+14025550142", city="Omaha")
    page = open_desk(**options)
    page.goto(desk.address + "/patients/duplicates/")
    page.get_by_role("link", name="Compare").click()
    page.get_by_role("radio", name="Given name: Zélie").check()
    page.get_by_role("button", name="Let MRN").click()
    expect(page.get_by_role("radio", name="Given name: Zélie")).to_be_checked()
    page.get_by_role("button", name="Merge into").click()
    expect(page.get_by_text("was merged into this record")).to_be_visible()
    record = PatientMerge.objects.get()
    assert (record.into.given_name, str(record.into.phone)) == ("Zélie", "+14025550142")
    page.locator(".record-notice").get_by_role("button", name="Undo merge").click()
    expect(page.get_by_text("Two records again")).to_be_visible()
    other.refresh_from_db()
    assert (other.is_active, other.given_name) == (True, "Zelie")


def test_a_pair_is_set_apart_and_back_with_the_keyboard_alone(desk: Desk, open_desk):
    double(desk)
    page = open_desk()
    page.goto(desk.address + "/patients/duplicates/")
    press(page, "button", "Not the same person")
    expect(page.get_by_text("No likely duplicates here")).to_be_visible()
    page.locator("#toasts").get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Compare")).to_be_visible()
    assert DifferentPeople.objects.get().undone_by == desk.user


def test_the_menu_counts_and_registering_warns_while_one_types(desk: Desk, open_desk):
    double(desk)
    page = open_desk()
    page.get_by_text("More", exact=True).click()
    expect(page.locator(".tally strong")).to_have_text("1")
    page.goto(desk.address + "/patients/new/")
    page.get_by_label("Given name").fill("Zelie")
    page.get_by_label("Family name").fill("Quint")
    page.get_by_label("Date of birth").fill("2/29/1980")
    page.keyboard.press("Tab")
    expect(page.locator("#alike")).to_contain_text("may be somebody who is registered already")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_changes_at_once_shut_nobody_out(
    desk: Desk, open_desk, axe: str, size: str, scheme: str
):
    other = double(desk)
    page = open_desk(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    page.goto(f"{desk.address}/patients/{other.pk}/edit/")
    Patient.objects.filter(pk=other.pk).update(city="Theirs")
    page.get_by_label("City").fill("Mine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("City: two changes")).to_be_visible()
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
