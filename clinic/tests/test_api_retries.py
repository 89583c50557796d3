"""Changes of appointments that lose a fight for a lock, on real threads and transactions."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from facilities.tests.api import current
from facilities.tests.test_api_races import blocked_since
from scheduling.models import Appointment
from scheduling.tests.api import APPOINTMENTS, Place
from scheduling.tests.factories import AppointmentFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("method", "below", "said"),
    [("patch", "", {"reason": "A cough"}), ("post", "/cancel", {"reason": "A cough"})],
)
def test_a_change_that_could_not_have_its_lock_in_time_is_made_with_the_next_try(
    method, below, said
):
    place = Place()
    desk = place.staff()
    visit = AppointmentFactory(
        facility=place.facility, doctor=place.doctor, patient=place.patient, starts_at=place.at(9)
    )
    there = f"{APPOINTMENTS}/{visit.pk}"
    made_from = current(desk, there)

    def send():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '1s'")
            return getattr(desk, method)(f"{there}{below}", said, headers=made_from)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Appointment.objects.select_for_update(of=["self"]).get(pk=visit.pk)
            answer = pool.submit(send)
            blocked_since(blocked_since())
        assert answer.result().status_code == 200, answer.result().json()
