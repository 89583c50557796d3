"""Series against series, and against single visits, on real threads and real transactions."""

from collections import Counter
from datetime import timedelta

import pytest

from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, AppointmentSeries
from scheduling.models import following as following_module
from scheduling.models import series as series_module
from scheduling.statements import lock_occupied
from scheduling.tests.factories import working_doctor
from scheduling.tests.invariants import overlaps
from scheduling.tests.series_factories import Course, starts_of
from scheduling.tests.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_8_series_that_want_the_same_times_exactly_one_gets_them():
    course = Course()
    patients = PatientFactory.create_batch(8)
    ends = at_once([lambda who=who: course.book(patient=who) for who in patients])
    assert ends == {"done": 1, "doctor_busy": 7}
    assert AppointmentSeries.objects.count() == 1
    assert Appointment.objects.count() == 4
    assert overlaps() == []


def test_series_that_cross_each_other_do_not_deadlock():
    """Half of them take the doctors in one order, half in the other."""
    course = Course()
    other = working_doctor(course.facility)
    doctors = [course.doctor, other]

    def crossing(number: int) -> None:
        mine, theirs = doctors if number % 2 else reversed(doctors)
        slots = {week: course.slot(course.at(week), theirs) for week in (1, 3)}
        course.book(patient=patients[number], doctor=mine, replacing=slots)

    patients = PatientFactory.create_batch(8)
    ends = at_once([lambda number=number: crossing(number) for number in range(8)])
    assert ends == {"done": 2, "doctor_busy": 6}
    assert overlaps() == []


def test_moves_of_a_series_and_of_its_single_visits_do_not_deadlock():
    course = Course()
    series = course.book()
    visits = list(series.appointments.order_by("starts_at"))

    def move_all(hours: int) -> None:
        first = Appointment.objects.get(pk=visits[0].pk)
        start = visits[0].starts_at + timedelta(hours=hours)
        first.series.move_from(first, starts_at=start, by=None)

    def move_one(number: int) -> None:
        one = Appointment.objects.get(pk=visits[number].pk)
        one.reschedule(starts_at=visits[number].starts_at + timedelta(minutes=30), by=None)

    tasks = [lambda hours=hours: move_all(hours) for hours in (1, 2, 3)]
    tasks += [lambda number=number: move_one(number) for number in (3, 2, 1)]
    ends: Counter[str] = at_once(tasks)
    assert not [end for end in ends if end.startswith("error")]
    assert len(starts_of(series)) == 4
    assert overlaps() == []


def test_everybody_is_locked_before_the_first_appointment_is_written(monkeypatch):
    locked: list[dict[str, set[int | None]]] = []

    def noted(**wanted):
        locked.append(wanted)
        lock_occupied(**wanted)

    for module in (series_module, following_module):
        monkeypatch.setattr(module, "lock_occupied", noted)
    course = Course()
    other = working_doctor(course.facility)
    both = {course.doctor.pk, other.pk}
    series = course.book(replacing={2: course.slot(course.at(2), other)})
    assert locked[0] == {"doctors": both, "patients": {course.patient.pk}, "rooms": {None}}
    locked.clear()
    third = working_doctor(course.facility)
    first = series.appointments.earliest("starts_at")
    series.move_from(first, starts_at=course.at(0, 11), doctor=third, by=None)
    assert locked[0]["doctors"] == both | {third.pk}
    assert locked[0]["patients"] == {course.patient.pk}
