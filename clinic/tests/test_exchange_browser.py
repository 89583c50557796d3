"""Import and export in a real Chromium: strict about scripts and styles, and open to everybody."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from clinic.tests.test_admin_browser import console_of
from facilities.tests.factories import FacilityFactory
from facilities.tests.sheets import Importer, csv_data
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.tests.test_browser import SIZES, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def rows(known: Patient) -> tuple[bytes, bytes]:
    """Return a file that can be imported, and one that cannot."""
    new = {"mrn": "", "given_name": "Zélie", "family_name": "Quint", "date_of_birth": "2010-01-17"}
    more = {"phone": "(402) 555-0142", "facility": "Northside"}
    old = {"given_name": "Ada", "family_name": known.family_name, "date_of_birth": "1980-02-29"}
    changed = old | {"mrn": known.mrn} | more
    good = [{**new, **more}, {key: changed[key] for key in (*new, *more)}]
    bad = [{**good[0], "phone": "12", "facility": "Nowhere"}, good[1]]
    return csv_data(*good), csv_data(*bad)


def choose(page, address, data):
    page.goto(address)
    file = {"name": "patients.csv", "mimeType": "text/csv", "buffer": data}
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Show what it would do").click()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_file_is_looked_at_and_imported(new_context, live_server, axe, size, scheme):
    FacilityFactory(name="Northside")
    known = PatientFactory()
    importer = Importer("patients_patient")
    good, bad = rows(known)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": importer.client.cookies[name].value, "url": live_server.url}
    wrong = {}

    def check(page, step, strict):
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        found = [] if strict else violations(page, axe)
        wrong[step, strict] = found + (["wider than the screen"] if wide else [])

    for strict in (False, True):
        context = new_context(viewport=SIZES[size], color_scheme=scheme, bypass_csp=not strict)
        context.add_cookies([cookie])
        page = context.new_page()
        said = console_of(page)
        address = live_server.url + importer.url("import")
        page.goto(address)
        check(page, "upload", strict)
        choose(page, address, bad)
        expect(page.get_by_text("There is no facility “Nowhere”.")).to_be_visible()
        check(page, "refused", strict)
        choose(page, address, good)
        expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
        check(page, "preview", strict)
        if strict:
            page.get_by_role("button", name="Import all of this").click()
            expect(page.get_by_role("heading", name="Imported")).to_be_visible()
            check(page, "done", strict)
            page.goto(live_server.url + importer.url("changelist"))
            with page.expect_download() as download:
                page.get_by_role("link", name="Export as XLSX").click()
            assert download.value.suggested_filename.startswith("patient-")
        wrong["complaints", strict] = [each.text for each in said if each.type == "error"]
    assert {where: found for where, found in wrong.items() if found} == {}
    assert Patient.objects.count() == 2
