"""The same request many times at once, on real threads and real transactions."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import monotonic
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.tests.clients import client_of
from api.models import IdempotencyKey
from facilities.models import Doctor
from facilities.tests.factories import staff_of
from scheduling.models import Appointment
from scheduling.tests.api import APPOINTMENTS, Place
from scheduling.tests.factories import AppointmentFactory, visit_today

pytestmark = pytest.mark.django_db(transaction=True)


def answers_at_once(tasks: list[Callable[[], Any]]) -> list[Any]:
    """Send each request on a thread and a connection of its own, together; return the answers.

    Locks are waited for as long as so many threads on a busy machine take.
    """
    start = Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '60s'")
            cursor.execute("SET statement_timeout = '60s'")
        start.wait()
        try:
            return task()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def test_20_posts_with_one_key_make_one_appointment_and_get_one_answer():
    place = Place()
    user, said = staff_of(place.facility), place.wanted()
    post = lambda: client_of(user).post(  # noqa: E731
        APPOINTMENTS, said, headers={"Idempotency-Key": "one"}
    )
    answers = answers_at_once([post] * 20)
    assert [each.status_code for each in answers] == [201] * 20
    assert len({each.content for each in answers}) == 1
    assert len({(each["ETag"], each["Location"]) for each in answers}) == 1
    assert sum("Idempotent-Replayed" in each for each in answers) == 19
    booked = Appointment.objects.get()
    assert answers[0].json()["id"] == booked.pk
    assert booked.events.count() == 1


def test_who_may_take_a_change_back_is_asked_of_the_change_that_is_last_by_then():
    visit = visit_today()
    nurse, desk = (staff_of(visit.facility, role) for role in ("nurse", "receptionist"))
    visit.mark_arrived(by=nurse)
    undo = f"{APPOINTMENTS}/{visit.pk}/undo"
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            visit.cancel("Patient is ill", by=desk)
            answer = pool.submit(answers_at_once, [lambda: client_of(nurse).post(undo)])
            wait_for_tries(1)
        assert answer.result()[0].status_code == 403
    visit.refresh_from_db()
    assert visit.status == "cancelled"


def test_20_posts_with_one_key_for_a_taken_time_are_all_refused_with_alternatives():
    place = Place()
    AppointmentFactory(facility=place.facility, doctor=place.doctor, starts_at=place.at(9))
    user, said = staff_of(place.facility), place.wanted()
    post = lambda: client_of(user).post(  # noqa: E731
        APPOINTMENTS, said, headers={"Idempotency-Key": "one"}
    )
    answers = answers_at_once([post] * 20)
    assert {(each.status_code, each.json()["code"]) for each in answers} == {(409, "doctor_busy")}
    assert all(len(each.json()["alternatives"]) >= 3 for each in answers)
    assert not IdempotencyKey.objects.exists()


def test_of_20_posts_for_one_time_each_with_its_own_key_one_wins():
    place = Place()
    user, said = staff_of(place.facility), place.wanted()
    tasks = [
        lambda key=str(number): client_of(user).post(
            APPOINTMENTS, said, headers={"Idempotency-Key": key}
        )
        for number in range(20)
    ]
    codes = sorted(each.status_code for each in answers_at_once(tasks))
    assert codes == [201] + [409] * 19
    assert Appointment.objects.count() == 1


def test_of_10_changes_made_from_one_version_one_wins():
    place = Place()
    user = staff_of(place.facility)
    appointment = AppointmentFactory(facility=place.facility, doctor=place.doctor)
    there = f"{APPOINTMENTS}/{appointment.pk}"
    seen = {"If-Match": client_of(user).get(there)["ETag"]}
    tasks = [
        lambda hour=hour: client_of(user).patch(
            there, {"starts_at": place.at(10, 5 * hour).isoformat()}, headers=seen
        )
        for hour in range(10)
    ]
    codes = sorted(each.status_code for each in answers_at_once(tasks))
    assert codes == [200] + [412] * 9
    appointment.refresh_from_db()
    assert appointment.version == 2


def test_a_post_with_a_key_outlasts_one_lost_fight_for_a_lock():
    """The lock comes free while the request tries for the second time."""
    place = Place()
    user, said = staff_of(place.facility), place.wanted()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Doctor.objects.select_for_update(no_key=True).get(pk=place.doctor.pk)
            post = pool.submit(impatient_post, user, said)
            wait_for_tries(2)
        answer = post.result(timeout=20)
    assert answer.status_code == 201
    assert Appointment.objects.count() == 1


def impatient_post(user: Any, said: dict[str, Any]) -> Any:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '500ms'")
        return client_of(user).post(APPOINTMENTS, said, headers={"Idempotency-Key": "one"})
    finally:
        connection.close()


def wait_for_tries(count: int) -> None:
    """Return once so many transactions, one after the other, have waited for a lock."""
    deadline, tries = monotonic() + 5, set()
    with connection.cursor() as cursor:
        while len(tries) < count and monotonic() < deadline:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT pid, xact_start FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            tries |= set(cursor.fetchall())
