from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.tests.factories import UserFactory
from api.limits import Limit, count
from api.models import RateCount
from facilities.models import CareType

LIMIT = Limit("knocks", 5, timedelta(minutes=1))
URL = "/api/v1/care-types"


@pytest.mark.django_db(transaction=True)
def test_of_forty_at_once_exactly_as_many_pass_as_may():
    now, start = timezone.now(), Barrier(40)

    def knock(_: int) -> bool:
        start.wait()
        try:
            return count(LIMIT, "somebody", now).is_within
        finally:
            connection.close()

    with ThreadPoolExecutor(40) as threads:
        assert list(threads.map(knock, range(40))).count(True) == LIMIT.most


@pytest.mark.django_db
def test_the_count_starts_again_when_the_period_is_over():
    now = timezone.now()
    for _ in range(6):
        last = count(LIMIT, "somebody", now)
    assert not last.is_within
    assert last.seconds_left(now + timedelta(seconds=20)) == 40
    assert count(LIMIT, "somebody else", now).is_within
    assert count(LIMIT, "somebody", now + timedelta(seconds=60)).times == 1


@pytest.fixture
def admin():
    client = APIClient()
    client.force_authenticate(UserFactory(role="admin"))
    return client


@pytest.mark.django_db
def test_writes_are_limited_and_say_how_long_to_wait(admin, settings):
    settings.API_WRITES_PER_MINUTE = 2
    answers = [admin.post(URL, {"name": f"Care {number}"}) for number in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    refused = answers[-1]
    assert refused.json()["code"] == "throttled"
    assert 0 < int(refused["Retry-After"]) <= 60
    assert refused["RateLimit-Limit"] == "2"
    assert admin.get(URL).status_code == 200
    assert RateCount.objects.count() == 1


@pytest.mark.django_db
def test_reading_is_fair_to_others_and_counts_in_no_table(admin, django_assert_num_queries):
    CareType.objects.create(name="Cardiology")
    with django_assert_num_queries(2):
        answer = admin.get(URL)
    assert answer["RateLimit-Limit"] == "1200"
    assert int(answer["RateLimit-Remaining"]) < 1200
