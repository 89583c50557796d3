"""Free time stays right when two people write at once, each unseen by the other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from threading import Event
from time import monotonic

import pytest
from django.db import connection, transaction
from django.utils import timezone

from facilities.tests.factories import DoctorFactory, FacilityFactory
from scheduling.agenda import doctor_days
from scheduling.availability import Period
from scheduling.models import Closure, FreeTime, FreeTimeHorizon, WorkingHours
from scheduling.tests.factories import in_days

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
    kept = FreeTime.objects.filter(doctor=doctor, day=local_day).order_by("starts_at")
    assert [Period(each.starts_at, each.ends_at) for each in kept] == truth.free
    assert len(truth.free) == 2


def test_what_is_booked_while_days_are_worked_out_is_taken_off_them():
    """The triggers keep the days from the moment that they begin to be worked out."""
    facility = FacilityFactory()
    doctor = DoctorFactory(facilities=[facility])
    FreeTimeHorizon.extend(timezone.now().date())
    assert FreeTimeHorizon.objects.get().kept_until == FreeTimeHorizon.objects.get().until
    FreeTimeHorizon.objects.update(until=timezone.now().date())
    WorkingHours.objects.create(
        doctor=doctor,
        facility=facility,
        weekday=in_days(3, 9, facility=facility).isoweekday(),
        starts_at=time(8),
        ends_at=time(17),
        valid_from=date(2020, 1, 1),
    )
    assert FreeTime.objects.filter(doctor=doctor).exists()
