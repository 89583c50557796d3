"""What an app that keeps a copy reads page by page; facilities stand for all that sync."""

import json
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

from facilities.models import Facility, ZipCodeRange
from facilities.tests.api import api
from facilities.tests.factories import FacilityFactory

URL = "/api/v1/facilities"
LONG_AGO = "2020-01-01T00:00:00Z"

pytestmark = pytest.mark.django_db


def all_pages(client, address):
    """Return the answers from this address on, each following `next` of the one before."""
    pages = []
    while address:
        pages.append(client.get(address).json())
        address = pages[-1]["next"]
    return pages


def cursor(**said):
    return urlsafe_b64encode(json.dumps(said).encode()).decode()


def test_all_rows_of_one_instant_come_once():
    Facility.objects.bulk_create(Facility(name=f"Place {n}", capacity=1) for n in range(450))
    Facility.objects.update(updated_at=timezone.now())
    pages = all_pages(api(), f"{URL}?updated_since={LONG_AGO}&page_size=200")
    assert [len(page["results"]) for page in pages] == [200, 200, 50]
    listed = [row["id"] for page in pages for row in page["results"]]
    assert listed == sorted(Facility.objects.values_list("pk", flat=True))


def test_a_row_that_changes_between_pages_comes_again_and_none_is_missed():
    first, second, third = FacilityFactory.create_batch(3)
    client = api()
    page = client.get(f"{URL}?updated_since={LONG_AGO}&page_size=1").json()
    assert [row["id"] for row in page["results"]] == [first.pk]
    second.save()
    rest = all_pages(client, page["next"])
    assert [row["id"] for each in rest for row in each["results"]] == [third.pk, second.pk]


RANGE = {"zip_min": "68110", "zip_max": "68119"}


@pytest.mark.parametrize(
    "change",
    [
        lambda served, other: ZipCodeRange.objects.create(facility=other, **RANGE),
        lambda served, other: ZipCodeRange.objects.bulk_create(
            [ZipCodeRange(facility=other, **RANGE)]
        ),
        lambda served, other: ZipCodeRange.objects.update(facility=other),
        lambda served, other: ZipCodeRange.objects.update(zip_max="68112"),
        lambda served, other: served.delete(),
        lambda served, other: ZipCodeRange.objects.all().delete(),
    ],
)
def test_a_facility_has_changed_where_the_zip_codes_that_it_serves_have(change):
    first, second, _ = FacilityFactory.create_batch(3)
    served = ZipCodeRange.objects.create(facility=first, **RANGE)
    Facility.objects.update(updated_at=LONG_AGO)
    changed = {first.pk, second.pk}
    before = dict(ZipCodeRange.objects.values_list("facility", "zip_max"))
    change(served, second)
    after = dict(ZipCodeRange.objects.values_list("facility", "zip_max"))
    changed = {pk for pk in changed if before.get(pk) != after.get(pk)}
    since = quote((timezone.now() - timedelta(minutes=1)).isoformat())
    told = api().get(f"{URL}?updated_since={since}").json()["results"]
    assert {row["id"] for row in told} == changed != set()


def test_every_page_says_to_ask_next_time_from_before_the_first():
    FacilityFactory.create_batch(3)
    before = timezone.now()
    client = api()
    page = client.get(f"{URL}?updated_since={LONG_AGO}&page_size=1").json()
    after = timezone.now()
    pages = [page, *all_pages(client, page["next"])]
    assert len(pages) == 3
    (next_time,) = {page["updated_since"] for page in pages}
    asked_at = datetime.fromisoformat(next_time) + timedelta(seconds=15)
    assert before <= asked_at <= after


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "abc",
        "é",
        "AAAA",
        cursor(),
        urlsafe_b64encode(b"[" * 900).decode(),
        cursor(asked_at=LONG_AGO, updated_at=LONG_AGO, id=0),
        cursor(asked_at=LONG_AGO, updated_at=LONG_AGO, id=2**63),
        cursor(asked_at=LONG_AGO, updated_at="2020-01-01T00:00:00", id=1),
        cursor(asked_at="0001-01-01T00:00:00Z", updated_at=LONG_AGO, id=1),
    ],
)
def test_a_cursor_that_no_answer_gave_is_refused(wrong):
    answer = api().get(f"{URL}?updated_since={LONG_AGO}&cursor={quote(wrong)}")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["field"] == "cursor"
    assert "Follow `next`" in error["detail"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (f"cursor={cursor(asked_at=LONG_AGO, updated_at=LONG_AGO, id=1)}", "cursor"),
        (f"updated_since={LONG_AGO}&page=1", "page"),
        (f"updated_since={LONG_AGO}&ordering=name", "ordering"),
    ],
)
def test_the_two_ways_through_a_list_do_not_mix(query, field):
    answer = api().get(f"{URL}?{query}")
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["errors"]] == [field]
