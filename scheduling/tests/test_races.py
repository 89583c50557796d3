"""Many writers at once, on real threads and real transactions."""

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from facilities.models import Doctor
from facilities.tests.factories import FacilityFactory, RoomFactory
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, AppointmentEvent
from scheduling.models import appointment as appointment_module
from scheduling.statements import lock_appointment
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    in_days,
    visit_today,
    working_doctor,
)
from scheduling.tests.invariants import overlaps

pytestmark = pytest.mark.django_db(transaction=True)


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


def booking(patient: Patient, doctor: Doctor, at: datetime, **more: Any) -> Callable[[], Any]:
    facility = doctor.facilities.get()
    return lambda: Appointment.objects.book(
        patient=patient, doctor=doctor, facility=facility, starts_at=at, by=None, **more
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


def test_of_64_who_want_one_room_exactly_one_gets_it():
    facility = FacilityFactory()
    room = RoomFactory(facility=facility)
    at = in_days(1, 9, facility=facility)
    ends = at_once(
        [booking(PatientFactory(), working_doctor(facility), at, room=room) for _ in range(64)]
    )
    assert ends == {"done": 1, "room_busy": 63}


def test_of_a_visit_with_a_buffer_and_one_within_it_exactly_one_is_booked():
    facility = FacilityFactory()
    doctor, at = working_doctor(facility), in_days(1, 9, facility=facility)
    kind = AppointmentTypeFactory(duration_minutes=30, buffer_minutes=15)
    ends = at_once(
        [
            task
            for _ in range(16)
            for task in (
                booking(PatientFactory(), doctor, at, type=kind),
                booking(PatientFactory(), doctor, at + kind.duration),
            )
        ]
    )
    assert ends == {"done": 1, "doctor_busy": 31}
    assert overlaps() == []


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
    assert overlaps() == []


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
