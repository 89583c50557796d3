"""Free time stays right when two people write at once, each unseen by the other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from threading import Event
from time import monotonic
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from facilities.models import Doctor
from facilities.tests.factories import DoctorFactory, FacilityFactory
from patients.tests.factories import PatientFactory
from scheduling.agenda import doctor_days
from scheduling.availability import Period
from scheduling.models import Closure, FreeTime, FreeTimeHorizon, TimeOff, WorkingHours, free_time
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor

pytestmark = pytest.mark.django_db(transaction=True)


def wait_until_somebody_waits() -> None:
    """Return once another connection waits for a lock, or does not after two seconds."""
    deadline = monotonic() + 2
    waiting = False
    with connection.cursor() as cursor:
        while not waiting and monotonic() < deadline:
            # A transaction keeps what it has seen of others' activity.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) > 0 FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            (waiting,) = cursor.fetchone()


def kept_on(day: date, doctor: Doctor) -> list[Period]:
    kept = FreeTime.objects.filter(doctor=doctor, day=day).order_by("starts_at")
    return [Period(each.starts_at, each.ends_at) for each in kept]


def test_hours_entered_while_the_facility_closes_leave_no_closed_time_free():
    facility = FacilityFactory()
    doctor = DoctorFactory(facilities=[facility])
    FreeTimeHorizon.extend(timezone.now().date())
    day = in_days(3, 9, facility=facility)
    entered, closing = Event(), Event()

    def enter_hours() -> None:
        with transaction.atomic():
            WorkingHours.objects.create(
                doctor=doctor,
                facility=facility,
                weekday=day.isoweekday(),
                starts_at=time(8),
                ends_at=time(17),
                valid_from=date(2020, 1, 1),
            )
            entered.set()
            closing.wait(timeout=5)
            wait_until_somebody_waits()
        connection.close()

    def close() -> None:
        entered.wait(timeout=5)
        closing.set()
        Closure.objects.create(facility=facility, starts_at=day, ends_at=day + timedelta(hours=2))
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(enter_hours), pool.submit(close)]:
            done.result(timeout=20)
    local_day = day.astimezone(facility.tz).date()
    (truth,) = doctor_days(facility, [doctor], local_day, local_day)
    assert kept_on(local_day, doctor) == truth.free
    assert len(truth.free) == 2


@pytest.mark.parametrize("moment", ["not begun", "not committed", "committed"])
def test_what_is_written_while_days_are_worked_out_is_taken_off_them(monkeypatch, moment):
    """The triggers keep the days from the moment that they begin to be worked out."""
    facility = FacilityFactory()
    doctor, patient = working_doctor(facility), PatientFactory()
    at, hour = in_days(3, 9, facility=facility), timedelta(hours=1)
    reached, written = Event(), Event()
    work_out = free_time._work_out

    def pause() -> None:
        reached.set()
        written.wait(timeout=5)

    def paused(*asked: Any) -> None:
        if moment == "not begun":
            pause()
        with transaction.atomic():
            work_out(*asked)
            if moment == "not committed":
                reached.set()
                wait_until_somebody_waits()
        if moment == "committed":
            pause()

    def extend() -> None:
        FreeTimeHorizon.extend(timezone.now().date())
        connection.close()

    def write() -> None:
        reached.wait(timeout=5)
        AppointmentFactory(facility=facility, doctor=doctor, patient=patient, starts_at=at)
        TimeOff.objects.create(doctor=doctor, starts_at=at + 2 * hour, ends_at=at + 3 * hour)
        written.set()
        connection.close()

    monkeypatch.setattr(free_time, "_work_out", paused)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(extend), pool.submit(write)]:
            done.result(timeout=20)
    day = at.astimezone(facility.tz).date()
    (truth,) = doctor_days(facility, [doctor], day, day)
    assert kept_on(day, doctor) == truth.free
    assert len(truth.free) == 3
