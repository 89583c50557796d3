"""A row that somebody else locks or deletes meanwhile; care types stand for all that is written."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.db.models.signals import post_save

from facilities.models import CareType
from facilities.tests.api import api, current

URL = "/api/v1/care-types"
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def care_type():
    return CareType.objects.create(name="Cardiology")


@pytest.fixture(params=["patch", "delete"])
def send(request, care_type):
    """Return what changes or deletes the care type over a connection of its own."""
    there, admin = f"{URL}/{care_type.pk}", api()
    made_from = current(admin, there)

    def send(lock_timeout):
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [lock_timeout])
            return getattr(admin, request.param)(there, {"name": "Heart"}, headers=made_from)
        finally:
            connection.close()

    return send


def blocked_since(earlier: datetime = BEGINNING) -> datetime:
    """Wait for a transaction that began after `earlier` and waits for a lock; say when it began."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # or a transaction sees the first
            cursor.execute(
                "SELECT xact_start FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock' AND xact_start > %s",
                [earlier],
            )
            row = cursor.fetchone()
        if row:
            began: datetime = row[0]
            return began
    raise AssertionError("No transaction waits for a lock.")


def test_a_row_that_is_deleted_before_it_can_be_locked_is_not_found(send, care_type):
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            CareType.objects.filter(pk=care_type.pk).delete()
            answer = pool.submit(send, "20s")
            blocked_since()
        assert (answer.result().status_code, answer.result().json()["code"]) == (404, "not_found")


def test_a_lock_that_could_not_be_had_in_time_is_asked_for_once_more(send, care_type):
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            CareType.objects.select_for_update().get(pk=care_type.pk)
            answer = pool.submit(send, "1s")
            blocked_since(blocked_since())
        assert answer.result().status_code in (200, 204)
    assert not CareType.objects.filter(name="Cardiology").exists()


def test_a_lock_that_cannot_be_had_at_all_is_answered_with_503(send, care_type):
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        CareType.objects.select_for_update().get(pk=care_type.pk)
        answer = pool.submit(send, "100ms").result()
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_a_row_that_is_deleted_before_its_change_is_answered_is_not_found(care_type):
    def delete(**_):
        transaction.on_commit(lambda: CareType.objects.filter(pk=care_type.pk).delete())

    there, admin = f"{URL}/{care_type.pk}", api()
    made_from = current(admin, there)
    post_save.connect(delete, CareType)
    try:
        answer = admin.patch(there, {"name": "Heart"}, headers=made_from)
    finally:
        post_save.disconnect(delete, CareType)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
