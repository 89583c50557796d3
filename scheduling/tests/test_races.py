"""Many writers at once, on real threads and real transactions.

The last two tests take the protection away and see the double bookings come: without them, the
others could pass for the wrong reason.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling import querysets
from scheduling.models import Appointment, AppointmentEvent
from scheduling.models import appointment as appointment_module
from scheduling.statements import lock_appointment
from scheduling.tests.factories import (
    AppointmentFactory,
    in_days,
    visit_today,
    working_doctor,
)

pytestmark = pytest.mark.django_db(transaction=True)

OVERLAPS = """
    SELECT count(*) FROM scheduling_appointment a JOIN scheduling_appointment b
    ON a.id < b.id AND (a.doctor_id = b.doctor_id AND a.overbook = b.overbook
                        OR a.patient_id = b.patient_id)
    AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)
    WHERE a.status = ANY(%(holding)s) AND b.status = ANY(%(holding)s)
"""


def overlaps() -> int:
    """Count the pairs of appointments that share a doctor or a patient and a minute, by SQL."""
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS, {"holding": [str(status) for status in querysets.HOLDING_TIME]})
        return cursor.fetchone()[0]


def at_once(tasks: list[Callable[[], Any]]) -> Counter[str]:
    """Run each task on a thread of its own, started together; count how they ended.

    Waiting for a lock may take as long as 64 threads on a busy machine take: these tests are about
    who gets a slot, and the benchmark of contention about how soon.
    """
    start = Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '60s'")
            cursor.execute("SET statement_timeout = '60s'")
        start.wait()
        try:
            task()
        except ValidationError as refusal:
            return refusal.error_list[0].code
        except OperationalError as error:
            return f"error {getattr(error.__cause__, 'sqlstate', error)}"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(tasks)) as pool:
        return Counter(pool.map(run, tasks))


def booking(patient: Patient, doctor: Doctor, at: datetime) -> Callable[[], Any]:
    facility = doctor.facilities.get()
    return lambda: Appointment.objects.book(
        patient=patient, doctor=doctor, facility=facility, starts_at=at, by=None
    )


def test_of_64_who_want_one_slot_exactly_one_gets_it():
    facility = FacilityFactory()
    doctor = working_doctor(facility)
    at = in_days(1, 9, facility=facility)
    ends = at_once([booking(PatientFactory(), doctor, at) for _ in range(64)])
    assert ends == {"done": 1, "doctor_busy": 63}
    assert Appointment.objects.count() == 1


def test_of_64_bookings_of_one_patient_with_64_doctors_exactly_one_holds():
    facility = FacilityFactory()
    patient = PatientFactory()
    at = in_days(1, 9, facility=facility)
    ends = at_once([booking(patient, working_doctor(facility), at) for _ in range(64)])
    assert ends == {"done": 1, "patient_busy": 63}


def test_two_appointments_swapped_at_once_do_not_deadlock():
    facility = FacilityFactory()
    doctors = [working_doctor(facility), working_doctor(facility)]
    both = [
        AppointmentFactory(doctor=doctor, facility=facility, patient=PatientFactory())
        for doctor in doctors
    ]
    ends = at_once(
        [
            lambda moved=moved, to=to: moved.reschedule(
                starts_at=moved.starts_at, doctor=to, by=None
            )
            for moved, to in zip(both, reversed(doctors), strict=True)
        ]
    )
    assert set(ends) <= {"done", "doctor_busy"}
    assert overlaps() == 0


def test_every_write_locks_what_it_occupies_at_once_and_once():
    locked: list[str] = []

    def noted(execute: Callable[..., Any], sql: str, *details: Any) -> Any:
        locked.extend(re.findall(r"scheduling_lock\w*", sql))
        return execute(sql, *details)

    facility = FacilityFactory()
    visit = AppointmentFactory(facility=facility, doctor=working_doctor(facility))
    held = Appointment.objects.hold(
        doctor=visit.doctor,
        facility=facility,
        starts_at=in_days(1, 15, facility=facility),
        by=None,
        now=timezone.now(),
    )
    lock, of_known = "scheduling_lock", "scheduling_lock_appointment"
    writes: list[tuple[Callable[[], Any], str]] = [
        (booking(visit.patient, visit.doctor, visit.ends_at), "scheduling_lock_for_booking"),
        (
            lambda: visit.reschedule(
                starts_at=visit.starts_at, doctor=working_doctor(facility), by=None
            ),
            of_known,
        ),
        (lambda: visit.undo(by=None), lock),
        (lambda: held.confirm(patient=PatientFactory(), by=None), of_known),
        (lambda: visit.mark_noshow(by=None, now=visit.ends_at), of_known),
        (lambda: visit.undo(by=None), lock),
        (lambda: visit.cancel("Patient is ill", by=None), of_known),
    ]
    for write, expected in writes:
        locked.clear()
        with connection.execute_wrapper(noted):
            write()
        assert locked == [expected]


def test_a_write_that_waits_too_long_for_a_lock_is_tried_once_more(monkeypatch):
    appointment = visit_today()
    waited: list[int] = []

    def busy_once(*asked: Any, **wanted: Any) -> Appointment:
        waited.append(1)
        if len(waited) == 1:
            with connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE lock_not_available; END $$")
        return lock_appointment(*asked, **wanted)

    monkeypatch.setattr(appointment_module, "lock_appointment", busy_once)
    appointment.mark_arrived(by=None)
    assert appointment.status == "arrived"
    waited.clear()
    with pytest.raises(OperationalError), transaction.atomic():
        appointment.check_in(by=None)


def test_one_form_sent_by_two_people_changes_the_appointment_once():
    appointment = visit_today()
    same = [Appointment.objects.get(pk=appointment.pk) for _ in range(8)]
    ends = at_once(
        [lambda copy=copy: copy.mark_arrived(by=None, version=copy.version) for copy in same]
    )
    assert ends == {"done": 1, "stale": 7}
    assert appointment.events.filter(kind=AppointmentEvent.Kind.STATUS).count() == 1


class Crowd:
    """Writers who book, move, cancel and undo at random among a few doctors and patients."""

    def __init__(self, facility: Facility, seed: int) -> None:
        self.facility = facility
        self.doctors = [working_doctor(facility) for _ in range(4)]
        self.patients = PatientFactory.create_batch(24)
        self.seed = seed

    def write(self, worker: int, operations: int) -> Counter[str]:
        """Do so many operations one after another; count how they ended."""
        chance = random.Random(self.seed * 1000 + worker)
        ends: Counter[str] = Counter()
        try:
            for _ in range(operations):
                ends[self._one(chance)] += 1
        finally:
            connection.close()
        return ends

    def _one(self, chance: random.Random) -> str:
        at = in_days(1, 8, facility=self.facility) + timedelta(minutes=15 * chance.randrange(36))
        doctor = chance.choice(self.doctors)
        some = Appointment.objects.order_by("?").first()
        try:
            match chance.choice(["book", "book", "move", "cancel", "undo"]):
                case "move" if some:
                    some.reschedule(starts_at=at, doctor=doctor, by=None)
                case "cancel" if some:
                    some.cancel("No longer needed", by=None)
                case "undo" if some:
                    some.undo(by=None)
                case _:
                    booking(chance.choice(self.patients), doctor, at)()
        except ValidationError as refusal:
            return refusal.error_list[0].code
        except OperationalError as error:
            return f"error {getattr(error.__cause__, 'sqlstate', error)}"
        return "done"


def crowded(seed: int, workers: int = 16, operations: int = 125) -> Counter[str]:
    crowd = Crowd(FacilityFactory(), seed)
    with ThreadPoolExecutor(workers) as pool:
        results = pool.map(crowd.write, range(workers), [operations] * workers)
        return sum(results, Counter())


def test_2000_random_writes_at_once_leave_no_overlap():
    ends = crowded(seed=1)
    assert ends.total() == 2000
    assert ends["done"] > 200
    assert not [end for end in ends if end.startswith("error")]
    assert overlaps() == 0


@contextmanager
def without_constraints() -> Iterator[None]:
    """Take the exclusion constraints away for a while."""
    constraints = [
        rule
        for rule in Appointment._meta.constraints
        if rule.name in {"appointment_doctor_free", "appointment_patient_free"}
    ]
    with connection.schema_editor() as editor:
        for rule in constraints:
            editor.remove_constraint(Appointment, rule)
    try:
        yield
    finally:
        Appointment.objects.all().delete()
        with connection.schema_editor() as editor:
            for rule in constraints:
                editor.add_constraint(Appointment, rule)


@pytest.fixture
def no_locks() -> Iterator[None]:
    """Let the function that every write locks with lock nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('scheduling_lock'::regproc)")
        (locking,) = cursor.fetchone()
        cursor.execute(re.sub(r"\bPERFORM FROM \w+ WHERE [^;]*;", "", locking))
        try:
            yield
        finally:
            cursor.execute(locking)


@pytest.mark.usefixtures("no_locks")
def test_without_constraint_and_lock_the_random_writes_do_overlap():
    with without_constraints():
        crowded(seed=1, operations=40)
        assert overlaps() > 0


@pytest.mark.usefixtures("no_locks")
def test_without_the_lock_the_constraint_alone_still_lets_one_win():
    facility = FacilityFactory()
    doctor = working_doctor(facility)
    at = in_days(1, 9, facility=facility)
    ends = at_once([booking(PatientFactory(), doctor, at) for _ in range(16)])
    assert ends["done"] == 1
    assert overlaps() == 0
