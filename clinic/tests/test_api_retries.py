"""Changes that lose a fight for a lock, on real threads and transactions."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from accounts.tests.factories import UserFactory
from facilities.models import Doctor
from facilities.tests.api import api, current
from facilities.tests.test_api_races import blocked_since
from scheduling.tests.api import APPOINTMENTS, V1, Place
from scheduling.tests.factories import AppointmentFactory, WaitlistEntryFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("method", "below", "said"),
    [("patch", "", {"reason": "A cough"}), ("post", "/cancel", {"reason": "A cough"})],
)
def test_a_change_of_a_visit_is_made_with_the_next_try(method, below, said):
    place = Place()
    visit = AppointmentFactory(
        facility=place.facility, doctor=place.doctor, patient=place.patient, starts_at=place.at(9)
    )
    there = f"{APPOINTMENTS}/{visit.pk}"
    sent_past_a_lock(visit, place.staff(), there, method, below, said)


@pytest.mark.parametrize(
    ("method", "below", "said"),
    [("post", "/activate", None), ("post", "/deactivate", None), ("delete", "", None)],
)
def test_a_change_of_an_account_is_made_with_the_next_try(method, below, said):
    user = UserFactory()
    sent_past_a_lock(user, api(), f"{V1}/users/{user.pk}", method, below, said)


def test_a_change_of_ones_own_account_is_made_with_the_next_try():
    user = UserFactory()
    sent_past_a_lock(user, api(user), f"{V1}/auth/me", "patch", "", {"full_name": "Ada Example"})


def test_a_patient_is_closed_with_the_next_try():
    place = Place()
    there = f"{V1}/patients/{place.patient.pk}"
    sent_past_a_lock(place.patient, place.staff(), there, "delete")


def test_a_wish_is_changed_with_the_next_try():
    place = Place()
    entry = WaitlistEntryFactory(patient=place.patient, facility=place.facility)
    there = f"{V1}/waitlist/{entry.pk}"
    sent_past_a_lock(entry, place.staff(), there, "patch", "", {"note": "Mornings"})


def test_a_doctor_is_deactivated_with_the_next_try():
    place = Place()
    there = f"{V1}/doctors/{place.doctor.pk}"
    sent_past_a_lock(Doctor(pk=place.doctor.pk), api(), there, "post", "/deactivate")


def sent_past_a_lock(row, client, there, method, below="", said=None):
    """Send while somebody else locks the row, until the first try has given up and one waits."""
    made_from = current(client, there)

    def send():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '1s'")
            return getattr(client, method)(f"{there}{below}", said, headers=made_from)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            type(row).objects.select_for_update(of=["self"]).get(pk=row.pk)
            answer = pool.submit(send)
            blocked_since(blocked_since())
        assert answer.result().status_code in (200, 204), answer.result().json()
