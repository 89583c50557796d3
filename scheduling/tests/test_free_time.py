"""Free time that is worked out ahead is always what working it out now would give.

The reference is `DoctorDay.free`, worked out in Python from the same rows.
"""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from facilities.models import Facility
from facilities.tests.factories import FacilityFactory
from scheduling.agenda import doctor_days
from scheduling.availability import Period, instant_of_hours
from scheduling.models import (
    Appointment,
    Closure,
    FreeTime,
    FreeTimeHorizon,
    TimeOff,
    WorkingHours,
)
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor
from scheduling.tests.zones import ZONES, transitions

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def doctor(facility):
    doctor = working_doctor(facility)
    FreeTimeHorizon.extend(timezone.now().date())
    return doctor


def kept(facility, doctor, day: date) -> list[Period]:
    rows = FreeTime.objects.filter(doctor=doctor, facility=facility, day=day)
    return [Period(row.starts_at, row.ends_at) for row in rows.order_by("starts_at")]


def agrees(facility, doctor, first: int = 0, last: int = 40) -> bool:
    """Say whether every day's free time is kept right, over all days that a test touches."""
    today = timezone.now().astimezone(facility.tz).date()
    days = doctor_days(
        facility, [doctor], today + timedelta(days=first), today + timedelta(days=last)
    )
    return all(kept(facility, doctor, each.day) == each.free for each in days)


def test_a_day_without_appointments_is_free_all_its_hours(facility, doctor):
    day = in_days(1, 8, facility=facility)
    assert kept(facility, doctor, day.astimezone(facility.tz).date()) == [
        Period(day, in_days(1, 18, facility=facility))
    ]


def test_it_follows_a_booking_through_its_life(facility, doctor):
    visit = AppointmentFactory(facility=facility, doctor=doctor)
    assert agrees(facility, doctor)
    other = working_doctor(facility)
    visit.reschedule(starts_at=visit.starts_at + timedelta(days=9), doctor=other, by=None)
    assert agrees(facility, doctor)
    assert agrees(facility, other)
    visit.cancel("Patient is ill", by=None)
    assert agrees(facility, other)
    visit.undo(by=None)
    assert agrees(facility, other)
    assert len(kept(facility, other, visit.starts_at.astimezone(facility.tz).date())) == 2


def test_a_hold_takes_nothing_off_it(facility, doctor):
    at = in_days(1, 9, facility=facility)
    Appointment.objects.hold(
        doctor=doctor, facility=facility, starts_at=at, by=None, now=timezone.now()
    )
    assert len(kept(facility, doctor, at.astimezone(facility.tz).date())) == 1


def test_it_follows_hours_time_off_and_closures(facility, doctor):
    at = in_days(3, 10, facility=facility)
    hour = timedelta(hours=1)
    away = TimeOff.objects.create(doctor=doctor, starts_at=at, ends_at=at + hour)
    closed = Closure.objects.create(facility=facility, starts_at=at + hour, ends_at=at + 3 * hour)
    assert agrees(facility, doctor)
    assert len(kept(facility, doctor, at.astimezone(facility.tz).date())) == 2
    away.starts_at -= timedelta(days=2)
    away.save()
    closed.delete()
    WorkingHours.objects.filter(weekday__in=[1, 2]).update(ends_at=time(12), weeks=1)
    WorkingHours.objects.filter(weekday=4).delete()
    assert agrees(facility, doctor)


def test_it_follows_sql_that_passes_by_every_method(facility, doctor):
    AppointmentFactory(facility=facility, doctor=doctor)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE scheduling_appointment SET starts_at = starts_at + interval '3 hours',"
            " ends_at = ends_at + interval '3 hours',"
            " blocked_until = blocked_until + interval '4 hours'"
        )
        assert agrees(facility, doctor)
        cursor.execute("DELETE FROM scheduling_appointmentevent")
        cursor.execute("DELETE FROM scheduling_appointment")
    assert agrees(facility, doctor)


def test_it_follows_a_facility_to_another_zone(facility, doctor):
    facility.timezone = "Australia/Lord_Howe"
    facility.save()
    assert agrees(facility, doctor)


def test_a_doctor_booked_elsewhere_is_not_free_here(facility, doctor):
    other = FacilityFactory(timezone="America/Denver")
    WorkingHours.objects.filter(weekday=in_days(1, 9, facility=facility).isoweekday()).update(
        ends_at=time(12)
    )
    doctor.facilities.add(other)
    WorkingHours.objects.create(
        doctor=doctor,
        facility=other,
        weekday=in_days(1, 9, facility=facility).isoweekday(),
        starts_at=time(12),
        ends_at=time(17),
        valid_from=date(2020, 1, 1),
    )
    AppointmentFactory(facility=other, doctor=doctor, starts_at=in_days(1, 13, facility=other))
    assert agrees(facility, doctor)
    assert agrees(other, doctor)


def test_what_is_over_is_forgotten_and_what_comes_near_is_added(facility, doctor):
    today = timezone.now().date()
    later = today + timedelta(days=30)
    FreeTimeHorizon.extend(later)
    days = FreeTime.objects.filter(doctor=doctor).values_list("day", flat=True)
    assert min(days) == later - timedelta(days=1)
    assert max(days) == later + timedelta(days=179)
    assert agrees(facility, doctor, first=30, last=209)


def test_the_command_works_it_out_anew(facility, doctor, capsys):
    FreeTime.objects.all().delete()
    call_command("extend_free_time", anew=True)
    assert "Free time is known until" in capsys.readouterr().out
    assert agrees(facility, doctor)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(ZONES), st.data())
def test_sql_and_python_mean_the_same_instant(zone, data):
    """Around every clock change from 2024 to 2030, in every zone, to the minute."""
    changes = transitions(zone)
    change = data.draw(st.sampled_from(changes)) if changes else datetime(2026, 6, 1, tzinfo=UTC)
    near = data.draw(st.integers(-26 * 60, 26 * 60))
    local = (change + timedelta(minutes=near)).astimezone(zone).replace(tzinfo=None)
    skew = data.draw(st.integers(-120, 120))
    local = (local + timedelta(minutes=skew)).replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT scheduling_instant(%s, %s)", [local, zone.key])
        assert cursor.fetchone()[0] == instant_of_hours(local.date(), local.time(), zone)


def test_hours_that_touch_are_kept_as_one_stretch(facility, doctor):
    noon = in_days(2, 12, facility=facility)
    own = doctor.working_hours.get(weekday=noon.isoweekday())
    own.ends_at = time(12)
    own.save()
    own.pk, own.starts_at, own.ends_at = None, time(12), time(18)
    own.save(force_insert=True)
    day = noon.astimezone(facility.tz).date()
    whole = Period(in_days(2, 8, facility=facility), in_days(2, 18, facility=facility))
    assert kept(facility, doctor, day) == [whole]
    assert agrees(facility, doctor)
