"""Many writers who do at random what a desk does, at once among few doctors, patients and rooms.

The last two tests take the protection away and see the double bookings come: without them, the
others could pass for the wrong reason.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection

from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, RoomFactory
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentTypeFactory, in_days, working_doctor
from scheduling.tests.invariants import overlaps
from scheduling.tests.test_races import at_once, booking

pytestmark = pytest.mark.django_db(transaction=True)


class Crowd:
    """Writers who book, move, cancel and undo at random among few doctors, patients and rooms."""

    def __init__(self, facility: Facility, seed: int) -> None:
        self.facility = facility
        self.doctors = [working_doctor(facility) for _ in range(4)]
        self.patients = PatientFactory.create_batch(24)
        self.rooms = [None, *RoomFactory.create_batch(2, facility=facility)]
        self.types = [None, AppointmentTypeFactory(duration_minutes=20, buffer_minutes=15)]
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
        doctor, room = chance.choice(self.doctors), chance.choice(self.rooms)
        some = Appointment.objects.order_by("?").first()
        try:
            match chance.choice(["book", "book", "move", "cancel", "undo"]):
                case "move" if some:
                    some.reschedule(starts_at=at, doctor=doctor, room=room, by=None)
                case "cancel" if some:
                    some.cancel("No longer needed", by=None)
                case "undo" if some:
                    some.undo(by=None)
                case _:
                    patient, kind = chance.choice(self.patients), chance.choice(self.types)
                    booking(patient, doctor, at, room=room, type=kind)()
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
    assert overlaps() == []


@contextmanager
def without_constraints() -> Iterator[None]:
    """Take the exclusion constraints away for a while."""
    constraints = [
        rule for rule in Appointment._meta.constraints if isinstance(rule, ExclusionConstraint)
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
        assert overlaps()


@pytest.mark.usefixtures("no_locks")
def test_without_the_lock_the_constraint_alone_still_lets_one_win():
    facility = FacilityFactory()
    doctor = working_doctor(facility)
    at = in_days(1, 9, facility=facility)
    ends = at_once([booking(PatientFactory(), doctor, at) for _ in range(16)])
    assert ends["done"] == 1
    assert overlaps() == []
