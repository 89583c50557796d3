"""Many write at once: nobody waits for another's transaction, and the chain holds them all."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from audit.models import AccessEvent, AccessLink, UnlinkedEvent
from audit.tests.rows import seen
from audit.verifying import verify

WRITERS, EACH = 64, 5


def elsewhere(work):
    """Do some work on another thread's own connection, and return its result."""

    def done():
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(done).result(timeout=30)


@pytest.mark.django_db(transaction=True)
def test_sixty_four_writers_leave_one_whole_chain():
    start = Barrier(WRITERS)

    def write(writer: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=60)
            for number in range(EACH):
                seen(writer * EACH + number + 1)
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    whole = verify()
    assert whole.head.position + whole.waiting == WRITERS * EACH
    seen()
    assert verify().waiting == 0
    assert AccessLink.objects.count() == WRITERS * EACH + 1


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_a_transaction_that_holds_the_end_of_the_chain():
    with transaction.atomic():
        first = seen(1)
        second = elsewhere(lambda: seen(2))
        assert list(UnlinkedEvent.objects.values_list("pk", flat=True)) == [second.pk]
        assert list(AccessLink.objects.values_list("event_id", flat=True)) == [first.pk]
    third = seen(3)
    assert set(AccessLink.objects.values_list("event_id", flat=True)) == {
        first.pk,
        second.pk,
        third.pk,
    }
    verify()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_link():
    seen(1)
    with transaction.atomic():
        seen(2)
        transaction.set_rollback(True)
    seen(3)
    assert verify().head.position == AccessEvent.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_cannot_see_the_newest_link_leaves_its_rows_to_others():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT count(*) FROM audit_accesslink")
        elsewhere(lambda: seen(1))
        seen(2)
    assert verify().waiting == 1
    seen(3)
    assert verify().head.position == 3
