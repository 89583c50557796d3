"""A doctor writes, signs and amends a note in a real Chromium, with the keyboard alone."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from facilities.tests.factories import staff_of
from records.models import Document, MedicalRecord
from records.tests.factories import (
    AllergyFactory,
    ConditionFactory,
    DocumentFactory,
    DraftFactory,
    EncounterFactory,
    HealthSummaryFactory,
    MedicationFactory,
    SignedFactory,
    amended,
    pdf,
)
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentFactory, in_days
from scheduling.tests.test_browser import SIZES, Desk, open_desk, violations

__all__ = ["open_desk"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Practice(Desk):
    """The desk of a doctor, with a visit of today."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.user = staff_of(self.facility, "doctor")
        self.doctor.user = self.user
        self.doctor.save()
        self.visit: Appointment = AppointmentFactory(
            facility=self.facility,
            doctor=self.doctor,
            patient=self.patient,
            starts_at=in_days(0, 13, facility=self.facility),
        )

    @property
    def chart(self) -> str:
        return self.address + reverse("records:chart", args=[self.patient.pk])


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desk(live_server: Any) -> Practice:
    return Practice(live_server.url)


def press(page: Page, role: Any, name: str) -> None:
    """Reach a button or a link and press it with the keyboard alone."""
    page.get_by_role(role, name=name).first.focus()
    page.keyboard.press("Enter")


def write(page: Page, label: str, text: str) -> None:
    page.get_by_label(label).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def test_a_note_is_written_signed_and_amended_with_the_keyboard_alone(desk: Practice, open_desk):
    page = open_desk()
    expect(page.locator(".has-keys")).to_have_count(1)
    page.keyboard.press("v")
    expect(page.get_by_role("heading", level=1)).to_contain_text("My patients today")
    press(page, "button", "Write a note")
    write(page, "Diagnosis", "Influenza")
    press(page, "button", "Save the draft")
    expect(page.get_by_label("Diagnosis")).to_have_value("Influenza")
    assert not MedicalRecord.objects.get().is_signed
    write(page, "Notes", "Rest for a week.")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save the draft")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Signed by Dr. Imani Okafor")).to_be_visible()
    page.locator("summary", has_text="Amend this note").focus()
    page.keyboard.press("Enter")
    write(page, "Reason", "Length of rest")
    page.keyboard.press("Enter")
    write(page, "Notes", "Rest for three days.")
    press(page, "button", "Sign")
    expect(page.get_by_text("Rest for three days.")).to_be_visible()
    expect(page.get_by_text("Version 2: Length of rest")).to_be_visible()
    newest = MedicalRecord.objects.newest().get()
    assert (newest.version, newest.notes) == (2, "Rest for three days.")
    assert newest.amends.notes == "Rest for a week."
    page.keyboard.press("h")
    expect(page.get_by_role("heading", name="Encounters and notes")).to_be_visible()
    expect(page.get_by_text("version 2")).to_be_visible()


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}])
def test_a_chart_is_filled_in(desk: Practice, open_desk, tmp_path, options: Any):
    page = open_desk(**options)
    page.goto(f"{desk.address}{desk.visit.get_absolute_url()}")
    page.get_by_role("link", name="Chart").click()
    page.locator("summary", has_text="Add an allergy").click()
    page.get_by_label("Allergic to").fill("Penicillin")
    page.get_by_label("Reaction").fill("Anaphylaxis")
    page.get_by_label("Severity").select_option("Severe")
    page.get_by_role("button", name="Add an allergy").click()
    expect(page.locator(".chart-allergies")).to_contain_text("Penicillin")
    (tmp_path / "scan.pdf").write_bytes(pdf())
    page.locator("summary", has_text="Upload a document").click()
    page.get_by_label("Title").fill("Blood count")
    page.get_by_label("File").set_input_files(tmp_path / "scan.pdf")
    page.get_by_role("button", name="Upload").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Blood count", exact=True).click()
    assert download.value.suggested_filename == f"document-{Document.objects.get().pk}.pdf"


def fill(desk: Practice) -> MedicalRecord:
    about: dict[str, Any] = {"patient": desk.patient, "facility": desk.facility}
    reaction = {"code": "", "description": "Anaphylaxis", "severity": "severe"}
    AllergyFactory(**about, reactions=[reaction], code="91936005", system="SNOMED-CT")
    wrong = AllergyFactory(**about)
    wrong.mark_entered_in_error(by=wrong.recorded_by, reason="Other patient")
    for made_by in (ConditionFactory, MedicationFactory, HealthSummaryFactory, EncounterFactory):
        made_by(**about)
    DocumentFactory(**about)
    DraftFactory(**about, by=desk.user)
    return amended(SignedFactory(**about, by=desk.user, diagnosis="Cold"), diagnosis="Influenza")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_refused_in_a_chart_shuts_nobody_out(
    desk: Practice, open_desk, axe: str, size: str, scheme: str
):
    page = open_desk(viewport=SIZES[size], color_scheme=scheme, bypass_csp=True)
    wrong = {}

    def check(name: str) -> None:
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        wrong[name] = violations(page, axe) + (["wider than the screen"] if wide else [])

    page.goto(desk.chart)
    check("an empty chart")
    newest = fill(desk)
    page.goto(desk.address + newest.amends.get_absolute_url())
    check("an amended note")
    draft = MedicalRecord.objects.drafts_of(desk.user).get()
    page.goto(desk.chart)
    page.evaluate("document.querySelectorAll('main details').forEach(e => (e.open = true))")
    check("a chart with what was wrong")
    page.goto(desk.address + draft.get_absolute_url())
    draft.save_draft(by=desk.user, revision=draft.revision, notes="Elsewhere")
    page.get_by_label("Notes").fill("Here")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("What is stored now")).to_be_visible()
    check("a stale draft")
    page.goto(desk.chart)
    page.locator("summary", has_text="Add a condition").click()
    page.get_by_role("button", name="Add a condition").click()
    check("a refused form")
    assert {path: found for path, found in wrong.items() if found} == {}
