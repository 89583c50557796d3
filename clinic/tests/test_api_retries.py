"""Changes that lose a fight for a lock, on real threads and transactions."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

from accounts.tests.factories import UserFactory
from api.idempotency import Taken
from api.retries import retried_once
from audit.models import AccessEvent
from facilities.models import Doctor
from facilities.tests.api import api, current
from facilities.tests.test_api_races import blocked_since
from records.models import Document
from records.tests.factories import pdf
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


def test_a_room_is_made_with_the_next_try():
    place = Place()
    said = {"facility_id": place.facility.pk, "name": "Blue"}
    sent_past_a_lock(place.facility, api(), f"{V1}/rooms", "post", "", said)
    assert place.facility.rooms.count() == 1


def test_a_closure_is_entered_with_the_next_try():
    place = Place()
    there = f"{V1}/facilities/{place.facility.pk}/closures"
    said = {"starts_at": place.at(9).isoformat(), "ends_at": place.at(10).isoformat()}
    sent_past_a_lock(place.facility, place.staff(), there, "post", "", said | {"reason": "Works"})
    assert place.facility.closures.count() == 1


def test_a_document_is_kept_whole_with_the_next_try(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    place = Place()
    file = SimpleUploadedFile("scan.pdf", pdf(), "application/pdf")
    said = {"patient_id": place.patient.pk, "title": "Scan", "file": file}
    doctor = place.staff("doctor")
    doctor.default_format = "multipart"
    sent_past_a_lock(place.patient, doctor, f"{V1}/documents", "post", "", said)
    assert Document.objects.get().file.size == len(pdf())


def test_a_booking_is_in_the_access_log_by_its_second_try(monkeypatch):
    place, keep, tries = Place(), Taken.keep, []

    def lost_at_first(taken, view, response):
        tries.append(response)
        if len(tries) == 1:
            raise OperationalError from DeadlockDetected()
        keep(taken, view, response)

    monkeypatch.setattr(Taken, "keep", lost_at_first)
    booked = place.staff().post(APPOINTMENTS, place.wanted(), headers={"Idempotency-Key": "one"})
    assert (booked.status_code, len(tries)) == (201, 2)
    assert AccessEvent.objects.get().patient_id == place.patient.pk


def test_work_is_not_begun_a_third_time():
    begun = []

    @retried_once
    @retried_once
    def work():
        begun.append(1)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '55P03'; END $$")

    with pytest.raises(OperationalError):
        work()
    assert len(begun) == 2


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
        assert answer.result().status_code in (200, 201, 204), answer.result().json()
