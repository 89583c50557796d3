"""The admin in a real Chromium: nobody is shut out, and no page is wider than a phone."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from clinic.tests.admin_world import populate
from scheduling.tests.test_browser import SIZES, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LISTS = ["facilities_facility", "facilities_doctor", "patients_patient", "scheduling_appointment"]


def console_of(page):
    """Return a list that fills with what the page says on its console."""
    said = []
    page.on("console", lambda message: said.append(message))  # noqa: PLW0108 - Playwright takes no built-in
    return said


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_page_and_the_lists_shut_nobody_out(new_context, live_server, axe, size, scheme):
    populate(2)
    client = Client()
    client.force_login(UserFactory(role="admin"))
    cookie = {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": live_server.url,
    }
    pages = [reverse("admin:index"), *(reverse(f"admin:{each}_changelist") for each in LISTS)]
    wrong = {}
    # Once as it is, to see that no rule on scripts and styles is broken, once for the checker.
    for strict in (True, False):
        context = new_context(viewport=SIZES[size], color_scheme=scheme, bypass_csp=not strict)
        context.add_cookies([cookie])
        page = context.new_page()
        said = console_of(page)
        for path in pages:
            page.goto(live_server.url + path)
            wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            found = [] if strict else violations(page, axe)
            wrong[path, strict] = found + (["wider than the screen"] if wide else [])
        wrong["complaints", strict] = [each.text for each in said if each.type == "error"]
    assert {where: found for where, found in wrong.items() if found} == {}
