"""The access log a page at a time: each page begins where the last one ended, from an index."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from audit.models import AccessEvent
from audit.tests.rows import seen
from patients.access_forms import SORTS, order_of
from patients.access_views import PER_PAGE
from patients.tests.test_access_log import LOG, admin

__all__ = ["admin"]

pytestmark = pytest.mark.django_db

ORDERS = [f"{sign}{name}" for name in SORTS for sign in ("", "-")]


def pages(client: Client, query: str) -> list[list[int]]:
    """Return the rows of each page, by the links from one to the next."""
    found, address = [], f"{LOG}?{query}"
    while address:
        page = client.get(address)
        found.append([event.pk for event in page.context["events"]])
        after = page.context["next"]
        address = f"{LOG}?{query}&after={after}" if after else ""
    return found


@pytest.mark.parametrize("sort", ORDERS)
def test_each_row_is_on_one_page_in_order(admin, sort):
    for number in range(2 * PER_PAGE + 3):
        seen(number % 5 + 1, user=number % 3, name=f"Person {number % 4}", what=f"{number % 7}")
    found = pages(admin, f"sort={sort}")
    assert [len(page) for page in found] == [PER_PAGE, PER_PAGE, 3]
    rows = AccessEvent.objects.order_by(*order_of(sort)[0]).values_list("pk", flat=True)
    assert [pk for page in found for pk in page] == list(rows)


def test_what_comes_in_meanwhile_moves_nothing_on_the_next_page(admin):
    for _ in range(PER_PAGE + 2):
        seen(1)
    page = admin.get(LOG)
    rest = list(AccessEvent.objects.order_by("-pk").values_list("pk", flat=True)[PER_PAGE:])
    seen(1)
    following = admin.get(f"{LOG}?after={page.context['next']}")
    assert [event.pk for event in following.context["events"]] == rest


def test_the_pages_keep_what_was_asked_for_and_lead_back(admin):
    for number in range(2 * PER_PAGE + 2):
        seen(number % 2 + 1)
    page = admin.get(f"{LOG}?patient=1&sort=who").content.decode()
    assert "?patient=1&amp;sort=who&amp;after=" in page
    assert 'rel="first"' not in page
    after = admin.get(f"{LOG}?patient=1&sort=who").context["next"]
    page = admin.get(f"{LOG}?patient=1&sort=who&after={after}").content.decode()
    assert f'rel="first" href="{reverse("patients:access-log")}?patient=1&amp;sort=who"' in page


@pytest.mark.parametrize("sort", ORDERS)
def test_an_index_gives_each_order_from_any_row_on(sort):
    order, _ = order_of(sort)
    rows = AccessEvent.objects.order_by(*order).beyond(seen(1), order)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off")
    plan = rows[:PER_PAGE].explain()
    assert "Sort" not in plan, plan
    assert "Index Cond" in plan, plan
