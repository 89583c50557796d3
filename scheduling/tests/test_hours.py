"""Working hours: alternating weeks, midnight, whole days, and the days of a clock change."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from facilities.models import Doctor, Facility
from facilities.tests.factories import DoctorFactory, FacilityFactory
from scheduling.agenda import doctor_days
from scheduling.availability import Period, day_bounds
from scheduling.models import WorkingHours
from scheduling.models.hours import AN_A_WEEK
from scheduling.tests.factories import AppointmentFactory

pytestmark = pytest.mark.django_db

EVERY, A, B = WorkingHours.Weeks
MONDAY = date(2037, 3, 2)
SPRING_FORWARD, FALL_BACK = date(2037, 3, 8), date(2037, 11, 1)
WEEK = timedelta(days=7)


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory(timezone="America/Chicago")


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return DoctorFactory(facilities=[facility])


def works(doctor: Doctor, starts_at: time, ends_at: time, **fields: Any) -> WorkingHours:
    """Let the doctor work on Mondays, unless told otherwise."""
    fields = {"weekday": 1, "valid_from": date(2020, 1, 1)} | fields
    hours = WorkingHours(
        doctor=doctor,
        facility=doctor.facilities.get(),
        starts_at=starts_at,
        ends_at=ends_at,
        **fields,
    )
    hours.full_clean()
    hours.save()
    return hours


def hours_on(doctor: Doctor, day: date) -> list[Period]:
    (own,) = doctor_days(doctor.facilities.get(), [doctor], day, day)
    return own.hours


def refused(doctor: Doctor, *times: time, **fields: Any) -> bool:
    """Say whether both the form and the database refuse the hours as overlapping."""
    with pytest.raises(ValidationError, match="Change those first"):
        works(doctor, *times, **fields)
    fields = {"weekday": 1, "valid_from": date(2020, 1, 1)} | fields
    facility = doctor.facilities.get()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        WorkingHours.objects.create(
            doctor=doctor, facility=facility, starts_at=times[0], ends_at=times[1], **fields
        )
    return refusal.value.__cause__.diag.constraint_name == "working_hours_distinct"


def test_the_week_of_3_january_2000_is_an_a_week_and_they_alternate_from_there():
    assert AN_A_WEEK.isoweekday() == 1
    assert [WorkingHours.week_of(AN_A_WEEK + n * WEEK) for n in (-1, 0, 1, 2)] == [B, A, B, A]
    sunday = AN_A_WEEK + timedelta(days=6)
    assert WorkingHours.week_of(sunday) == A
    assert WorkingHours.week_of(sunday + timedelta(days=1)) == B


def test_a_doctor_works_other_hours_in_a_and_in_b_weeks(doctor):
    works(doctor, time(8), time(12), weeks=A)
    works(doctor, time(10), time(16), weeks=B)
    lengths = [
        sum((hours.duration for hours in hours_on(doctor, MONDAY + n * WEEK)), timedelta())
        for n in range(4)
    ]
    in_order = [timedelta(hours=4), timedelta(hours=6)]
    if WorkingHours.week_of(MONDAY) == B:
        in_order.reverse()
    assert lengths == in_order * 2


def test_nobody_is_booked_in_the_week_off(facility, doctor):
    works(doctor, time(8), time(12), weeks=WorkingHours.week_of(MONDAY))
    nine = datetime(2037, 3, 2, 15, 0, tzinfo=UTC)
    AppointmentFactory(facility=facility, doctor=doctor, starts_at=nine)
    with pytest.raises(ValidationError, match="does not work at"):
        AppointmentFactory(facility=facility, doctor=doctor, starts_at=nine + WEEK)


@pytest.mark.parametrize(("weeks", "others"), [(A, EVERY), (B, EVERY), (EVERY, A), (A, A), (B, B)])
def test_hours_of_the_same_weeks_do_not_overlap(doctor, weeks, others):
    works(doctor, time(8), time(12), weeks=weeks)
    assert refused(doctor, time(11), time(13), weeks=others)


@pytest.mark.parametrize(("weeks", "others"), [(A, B), (B, A)])
def test_hours_of_a_weeks_may_overlap_those_of_b_weeks(doctor, weeks, others):
    works(doctor, time(8), time(12), weeks=weeks)
    works(doctor, time(11), time(13), weeks=others)
    assert doctor.working_hours.count() == 2


def test_there_is_no_third_week(doctor):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        WorkingHours.objects.create(
            doctor=doctor,
            facility=doctor.facilities.get(),
            weekday=1,
            weeks=3,
            starts_at=time(8),
            ends_at=time(12),
            valid_from=MONDAY,
        )
    assert refusal.value.__cause__.diag.constraint_name == "working_hours_weeks"


def test_hours_that_touch_do_not_overlap(doctor):
    works(doctor, time(8), time(12))
    works(doctor, time(12), time(0))
    works(doctor, time(0), time(8))
    assert [hours.duration for hours in hours_on(doctor, MONDAY)] == [
        timedelta(hours=8),
        timedelta(hours=4),
        timedelta(hours=12),
    ]


def test_hours_until_midnight_overlap_the_evening_and_not_the_morning(doctor):
    works(doctor, time(18), time(0))
    assert refused(doctor, time(23, 55), time(0))
    assert refused(doctor, time(0), time(0))
    works(doctor, time(0), time(6))


@pytest.mark.parametrize("ends_at", [time(8), time(12)])
def test_hours_end_after_they_start(doctor, ends_at):
    with pytest.raises(ValidationError, match="must end after they start"):
        works(doctor, time(12), ends_at)


def test_the_last_day_of_hours_does_not_lie_before_the_first(doctor):
    day = timedelta(days=1)
    with pytest.raises(ValidationError, match="must not lie before the first"):
        works(doctor, time(8), time(12), valid_from=MONDAY, valid_until=MONDAY - day)
    works(doctor, time(8), time(12), valid_from=MONDAY, valid_until=MONDAY)
    assert hours_on(doctor, MONDAY)
    assert not hours_on(doctor, MONDAY + WEEK)


def test_a_visit_may_end_at_midnight_and_pass_it_where_the_next_day_goes_on(facility, doctor):
    works(doctor, time(20), time(0))
    late = datetime(2037, 3, 3, 5, 30, tzinfo=UTC)  # 11:30 p.m. on Monday in Chicago
    AppointmentFactory(facility=facility, doctor=doctor, starts_at=late)
    longer = {"starts_at": late + WEEK, "ends_at": late + WEEK + timedelta(hours=1)}
    with pytest.raises(ValidationError, match="does not work at"):
        AppointmentFactory(facility=facility, doctor=doctor, **longer)
    works(doctor, time(0), time(2), weekday=2)
    AppointmentFactory(facility=facility, doctor=doctor, **longer)


@pytest.mark.parametrize(("day", "hours"), [(SPRING_FORWARD, 23), (FALL_BACK, 25), (MONDAY, 24)])
def test_a_whole_day_is_as_long_as_the_clocks_make_it(facility, doctor, day, hours):
    works(doctor, time(0), time(0), weekday=day.isoweekday())
    assert hours_on(doctor, day) == [day_bounds(day, facility.tz)]
    assert hours_on(doctor, day)[0].duration == timedelta(hours=hours)


@pytest.mark.parametrize(("day", "hours"), [(SPRING_FORWARD, 3), (FALL_BACK, 5)])
def test_a_night_that_the_clocks_shorten_or_lengthen(doctor, day, hours):
    works(doctor, time(0), time(4), weekday=7)
    assert [each.duration for each in hours_on(doctor, day)] == [timedelta(hours=hours)]


def test_hours_inside_the_gap_of_a_clock_change_are_none(doctor):
    works(doctor, time(2), time(3), weekday=7)
    assert hours_on(doctor, SPRING_FORWARD) == []
    assert [each.duration for each in hours_on(doctor, FALL_BACK)] == [timedelta(hours=1)]
