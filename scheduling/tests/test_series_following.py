"""Changing an appointment of a series and all that follow it: all of them, or none."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from facilities.tests.factories import staff_of
from scheduling.clashes import SeriesClash
from scheduling.models import Appointment, AppointmentEvent, AppointmentSeries
from scheduling.tests.factories import working_doctor
from scheduling.tests.series_factories import Course, set_status, starts_of, weekly

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Course:
    return Course()


@pytest.fixture
def series(course: Course) -> AppointmentSeries:
    return course.book()


def visit(series: AppointmentSeries, number: int) -> Appointment:
    return series.appointments.order_by("starts_at")[number]


def refused(series: AppointmentSeries, number: int, **move) -> SeriesClash:
    before = list(series.appointments.order_by("pk").values())
    events = AppointmentEvent.objects.count()
    with pytest.raises(SeriesClash) as refusal:
        series.move_from(visit(series, number), by=None, **move)
    assert list(series.appointments.order_by("pk").values()) == before
    assert AppointmentEvent.objects.count() == events
    return refusal.value


def test_this_and_all_that_follow_move_by_the_same_shift(course, series):
    by = staff_of(course.facility)
    moved = visit(series, 1)
    series.move_from(moved, starts_at=course.at(1, 11, 30), by=by, version=moved.version)
    assert starts_of(series) == [course.at(0), *(course.at(n, 11, 30) for n in (1, 2, 3))]
    assert moved.starts_at == course.at(1, 11, 30)
    kinds = [list(each.events.values_list("kind", "by")) for each in series.appointments.all()]
    assert kinds == [[("booked", None)], *([("moved", by.pk), ("booked", None)] for _ in range(3))]


@pytest.mark.parametrize("weeks", [1, -1])
def test_a_series_moves_by_exactly_its_interval(course, weeks):
    course.first = course.at(2)
    series = course.book()
    to = course.at(2 + weeks)
    series.move_from(visit(series, 0), starts_at=to, by=None)
    assert starts_of(series) == [course.at(week + weeks) for week in range(2, 6)]


def test_the_clock_time_stays_through_a_clock_change(course):
    tz = course.facility.tz
    first = course.first.astimezone(tz)
    series = course.book(rule=weekly(first, count=40))
    series.move_from(visit(series, 0), starts_at=course.at(0, 14), by=None)
    assert {f"{at.astimezone(tz):%H:%M}" for at in starts_of(series)} == {"14:00"}
    assert len({at.hour for at in starts_of(series)}) == 2


def test_another_doctor_takes_over_from_here(course, series):
    other = working_doctor(course.facility)
    series.move_from(visit(series, 2), starts_at=course.at(2), doctor=other, by=None)
    doctors = list(series.appointments.order_by("starts_at").values_list("doctor", flat=True))
    assert doctors == [course.doctor.pk] * 2 + [other.pk] * 2


def test_another_doctor_keeps_the_instant_in_an_hour_that_occurs_twice():
    course = Course(timezone="America/Chicago")
    course.doctor, other = (working_doctor(course.facility, time(0, 30)) for _ in range(2))
    course.first = datetime(2037, 10, 25, 1, 30, tzinfo=course.facility.tz)
    series = course.book(rule=weekly(course.first, count=2))
    second = datetime(2037, 11, 1, 7, 30, tzinfo=UTC)  # half past one, for the second time
    visit(series, 1).reschedule(starts_at=second, by=None)
    series.move_from(visit(series, 0), starts_at=course.first, doctor=other, by=None)
    assert starts_of(series) == [course.first, second]
    assert set(series.appointments.values_list("doctor", flat=True)) == {other.pk}


@pytest.mark.parametrize("from_hour", [1, 9])
def test_the_second_of_two_hours_is_where_a_visit_goes_when_it_is_meant(from_hour):
    course = Course(timezone="America/Chicago")
    course.doctor = working_doctor(course.facility, time(0, 30))
    course.first = datetime(2037, 11, 1, from_hour, 30, tzinfo=course.facility.tz)
    series = course.book(rule=weekly(course.first, count=2))
    second = datetime(2037, 11, 1, 7, 30, tzinfo=UTC)  # half past one, for the second time
    series.move_from(visit(series, 0), starts_at=second, by=None)
    next_week = datetime(2037, 11, 8, 1, 30, tzinfo=course.facility.tz)
    assert starts_of(series) == [second, next_week]


def test_a_series_does_not_begin_at_the_second_of_two_hours():
    course = Course(timezone="America/Chicago")
    course.first = datetime(2037, 11, 1, 7, 30, tzinfo=UTC)
    with pytest.raises(ValidationError) as refusal:
        course.book()
    assert refusal.value.code == "second_of_two"


def test_every_clash_of_a_move_is_listed_and_nothing_is_moved(course, series):
    course.take(course.at(1, 10))
    course.take(course.at(3, 10))
    clash = refused(series, 0, starts_at=course.at(0, 10))
    assert [(each.starts_at, each.code) for each in clash.clashes] == [
        (course.at(1, 10), "doctor_busy"),
        (course.at(3, 10), "doctor_busy"),
    ]
    assert all(each.alternative for each in clash.clashes)


def test_one_that_cannot_move_is_no_clash_for_the_one_before_it(course, series):
    course.take(course.at(4))
    clash = refused(series, 0, starts_at=course.at(1))
    assert [each.starts_at for each in clash.clashes] == [course.at(4)]


def test_the_choices_for_the_clashes_are_followed(course, series):
    course.take(course.at(1, 10))
    course.take(course.at(3, 10))
    second, fourth = refused(series, 0, starts_at=course.at(0, 10)).clashes
    series.move_from(
        visit(series, 0),
        starts_at=course.at(0, 10),
        by=None,
        replacing={second.index: second.alternative},
        leaving_out={fourth.index},
    )
    expected = [course.at(0, 10), second.alternative.starts_at, course.at(2, 10), course.at(3)]
    assert starts_of(series) == expected


def test_moving_leaves_alone_what_can_no_longer_move(course, series):
    set_status(visit(series, 1), "checked-in")
    visit(series, 2).cancel("Ill", by=None)
    series.move_from(visit(series, 0), starts_at=course.at(0, 10), by=None)
    assert starts_of(series) == [course.at(0, 10), course.at(1), course.at(2), course.at(3, 10)]


def test_what_can_no_longer_move_cannot_lead_the_others(course, series):
    visit(series, 1).cancel("Ill", by=None)
    with pytest.raises(ValidationError, match="cannot be moved"):
        series.move_from(visit(series, 1), starts_at=course.at(1, 10), by=None)


def test_cancelling_this_and_all_that_follow_leaves_the_earlier_ones(course, series):
    by = staff_of(course.facility)
    visit(series, 3).cancel("Ill", by=None)
    this = visit(series, 1)
    series.cancel_from(this, "Course is over", by=by, version=this.version)
    found = list(series.appointments.order_by("starts_at").values_list("status", "cancel_reason"))
    assert found == [
        ("booked", ""),
        ("cancelled", "Course is over"),
        ("cancelled", "Course is over"),
        ("cancelled", "Ill"),
    ]
    assert this.status == "cancelled"
    assert visit(series, 2).events.first().by == by


def test_cancelling_needs_a_reason(series):
    with pytest.raises(ValidationError, match="Say why"):
        series.cancel_from(visit(series, 0), " ", by=None)
    assert not series.appointments.filter(status="cancelled").exists()


@pytest.mark.parametrize("change", ["move", "cancel"])
def test_what_somebody_else_has_changed_is_refused_for_all(course, series, change):
    seen = visit(series, 1)
    set_status(visit(series, 1), "arrived")
    changes = {
        "move": lambda: series.move_from(
            seen, starts_at=course.at(1, 10), by=None, version=seen.version
        ),
        "cancel": lambda: series.cancel_from(seen, "Ill", by=None, version=seen.version),
    }
    with pytest.raises(ValidationError) as refusal:
        changes[change]()
    assert refusal.value.error_list[0].code == "stale"
    assert starts_of(series) == [course.at(week) for week in range(4)]
    assert not series.appointments.filter(status="cancelled").exists()


@pytest.mark.parametrize("change", ["move", "cancel"])
def test_statements_grow_with_the_appointments_and_no_faster(course, change):
    first = course.first.astimezone(course.facility.tz)
    series = course.book(rule=weekly(first, count=16))

    def statements(following: int) -> int:
        this = visit(series, 16 - following)
        with CaptureQueriesContext(connection) as captured:
            if change == "move":
                later = this.starts_at + timedelta(minutes=30)
                series.move_from(this, starts_at=later, by=None)
            else:
                series.cancel_from(this, "Over", by=None)
        return len(captured)

    four, eight, twelve = statements(4), statements(8), statements(12)
    if change == "move":
        assert twelve - eight == eight - four <= 4 * 8
    else:
        assert four == eight == twelve <= 4 * 6 + 8
