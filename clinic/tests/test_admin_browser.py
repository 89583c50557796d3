"""The admin in a real Chromium: no page breaks the rules on scripts and styles."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from clinic.tests.admin_world import populate
from scheduling.tests.test_browser import SIZES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LISTS = ["facilities_facility", "facilities_doctor", "patients_patient", "scheduling_appointment"]


def console_of(page):
    """Return a list that fills with what the page says on its console."""
    said = []
    page.on("console", lambda message: said.append(message))  # noqa: PLW0108 - Playwright takes no built-in
    return said


@pytest.mark.parametrize("size", SIZES)
def test_the_browser_complains_of_no_page(new_context, live_server, size):
    populate(2)
    client = Client()
    client.force_login(UserFactory(role="admin"))
    cookie = {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": live_server.url,
    }
    pages = [reverse("admin:index"), *(reverse(f"admin:{each}_changelist") for each in LISTS)]
    pages += [reverse("admin:facilities_facility_add"), reverse("admin:facilities_doctor_add")]
    context = new_context(viewport=SIZES[size])
    context.add_cookies([cookie])
    page = context.new_page()
    said = console_of(page)
    for path in pages:
        page.goto(live_server.url + path)
    assert [each.text for each in said if each.type == "error"] == []
