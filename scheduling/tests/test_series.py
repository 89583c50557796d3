"""Booking a series: all of it or nothing, every clash listed, within bounds."""

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from facilities.tests.factories import DoctorFactory, FacilityFactory, RoomFactory, staff_of
from scheduling.clashes import SeriesClash
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    AppointmentSeries,
    FreeTimeHorizon,
    TimeOff,
)
from scheduling.recurrence import Weekly
from scheduling.tests.factories import AppointmentTypeFactory, working_doctor
from scheduling.tests.series_factories import WEEK, Course, starts_of, weekly

pytestmark = pytest.mark.django_db
DOCUMENT = Path(__file__).parents[2] / "docs/scheduling/series.md"


@pytest.fixture
def course() -> Course:
    return Course()


def clashes_of(course: Course, **changes):
    with pytest.raises(SeriesClash) as refusal:
        course.book(**changes)
    return refusal.value.clashes


def rows() -> tuple[int, int, int]:
    return (
        AppointmentSeries.objects.count(),
        Appointment.objects.count(),
        AppointmentEvent.objects.count(),
    )


def test_a_series_books_each_appointment_and_records_each(course):
    by = staff_of(course.facility)
    kind = AppointmentTypeFactory(duration_minutes=45, buffer_minutes=10)
    series = course.book(by=by, type=kind, details={"reason": "Physiotherapy"})
    assert starts_of(series) == [course.at(week) for week in range(4)]
    for visit in series.appointments.all():
        assert (visit.reason, visit.created_by, visit.type) == ("Physiotherapy", by, kind)
        assert visit.duration == timedelta(minutes=45)
        assert visit.events.get().kind == "booked"


def test_nine_stays_nine_when_the_clocks_change(course):
    tz = course.facility.tz
    days = [course.first + timedelta(days=n) for n in range(1, 365)]
    zones = [day.astimezone(tz).utcoffset() for day in days]
    change = next(day for day, zone in zip(days, zones, strict=True) if zone != zones[0])
    first = datetime.combine((change - WEEK).astimezone(tz).date(), datetime.min.time(), tz)
    first = first.replace(hour=9)
    starts = starts_of(course.book(starts_at=first, rule=weekly(first, count=3)))
    assert {f"{at.astimezone(tz):%H:%M}" for at in starts} == {"09:00"}
    assert len({at.hour for at in starts}) == 2


def test_every_clash_is_listed_and_nothing_is_saved(course):
    course.take(course.at(1))
    other = course.take(
        course.at(2), patient=course.patient, doctor=working_doctor(course.facility)
    )
    TimeOff.objects.create(
        doctor=course.doctor, starts_at=course.at(3, 8), ends_at=course.at(3, 10)
    )
    before = rows()
    clashes = clashes_of(course)
    assert [(clash.index, clash.code) for clash in clashes] == [
        (1, "doctor_busy"),
        (2, "patient_busy"),
        (3, "doctor_away"),
    ]
    assert [clash.starts_at for clash in clashes] == [course.at(week) for week in (1, 2, 3)]
    assert all(clash.message for clash in clashes)
    assert rows() == before
    assert Appointment.objects.filter(pk=other.pk, series=None).exists()


def test_each_clash_brings_the_nearest_free_time(course):
    course.take(course.at(1))
    (clash,) = clashes_of(course)
    assert clash.alternative.starts_at == course.at(1, 8, 30)
    assert clash.alternative.doctor == course.doctor


def test_alternatives_collide_neither_with_each_other_nor_with_the_series(course):
    first = course.first.astimezone(course.facility.tz)
    every_day = str(Weekly(1, (1, 2, 3, 4, 5, 6, 7), count=10))
    course.doctor.working_hours.update(starts_at="09:00", ends_at="10:00")
    for day in (2, 3, 4):
        course.take(first + timedelta(days=day))
        course.take(first + timedelta(days=day, minutes=30))
    clashes = clashes_of(course, rule=every_day)
    offered = [clash.alternative.starts_at for clash in clashes]
    rest = [first + timedelta(days=day) for day in range(10) if day not in (2, 3, 4)]
    everything = sorted(offered + rest)
    assert len(offered) == 3
    assert all(b - a >= timedelta(minutes=30) for a, b in pairwise(everything))


def test_the_alternatives_taken_and_the_rest_left_out_are_booked(course):
    course.take(course.at(1))
    course.take(course.at(2))
    clashes = clashes_of(course)
    series = course.book(replacing={1: clashes[0].alternative}, leaving_out={2})
    assert starts_of(series) == [course.at(0), clashes[0].alternative.starts_at, course.at(3)]


def test_an_alternative_lost_meanwhile_clashes_again_and_saves_nothing(course):
    other = working_doctor(course.facility)
    course.take(course.at(1, 11), doctor=other)
    before = rows()
    clashes = clashes_of(course, replacing={1: course.slot(course.at(1, 11), other)})
    assert [(clash.index, clash.lost.doctor) for clash in clashes] == [(1, other)]
    assert rows() == before


def test_a_refusal_that_no_other_time_cures_is_said_once(course):
    course.patient.is_active = False
    course.patient.save()
    with pytest.raises(ValidationError) as refusal:
        course.book()
    assert not isinstance(refusal.value, SeriesClash)
    assert refusal.value.error_list[0].code == "patient_inactive"


def test_a_taken_room_is_a_clash_too(course):
    room = RoomFactory(facility=course.facility)
    course.take(course.at(2), doctor=working_doctor(course.facility), room=room)
    assert [clash.code for clash in clashes_of(course, room=room)] == ["room_busy"]


def test_leaving_everything_out_is_refused(course):
    with pytest.raises(ValidationError, match="Keep at least one"):
        course.book(leaving_out=range(4))
    assert rows() == (0, 0, 0)


def test_what_is_foreseen_is_what_booking_meets_and_books_nothing(course):
    course.take(course.at(1))
    before = rows()
    foreseen = AppointmentSeries.objects.foreseen(**course.wanted())
    assert [(clash.index, clash.code) for clash in foreseen] == [(1, "doctor_busy")]
    assert AppointmentSeries.objects.foreseen(**course.wanted(leaving_out={1})) == []
    assert rows() == before


@pytest.mark.parametrize(
    ("weekly_rule", "code"),
    [
        ({"interval": 0, "count": 4}, "interval"),
        ({"interval": 13, "count": 4}, "interval"),
        ({"interval": 1, "count": 1}, "too_few"),
        ({"interval": 1, "count": 53}, "too_many"),
        ({"interval": 12, "count": 52}, "too_long"),
    ],
)
def test_a_series_beyond_its_bounds_is_refused_in_words(course, weekly_rule, code):
    weekdays = (course.first.astimezone(course.facility.tz).isoweekday(),)
    with pytest.raises(ValidationError) as refusal:
        course.book(rule=str(Weekly(weekdays=weekdays, **weekly_rule)))
    assert refusal.value.error_list[0].code == code


def test_the_first_day_must_be_one_of_the_weekdays(course):
    tomorrow = course.first.astimezone(course.facility.tz)
    with pytest.raises(ValidationError, match=f"Choose {tomorrow:%A} among the weekdays"):
        course.book(rule=weekly(tomorrow + timedelta(days=1)))


@pytest.mark.parametrize(
    "raw",
    [
        {"rule": "FREQ=WEEKLY;INTERVAL=13;BYDAY=MO;COUNT=8"},
        {"rule": "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO;COUNT=53"},
        {"rule": "FREQ=DAILY;COUNT=3"},
        {"size": 53},
        {"duration_minutes": 721},
        {"last_day": "2200-01-01"},
    ],
)
def test_the_database_itself_holds_the_bounds(course, raw):
    series = course.book()
    with pytest.raises(IntegrityError), transaction.atomic():
        AppointmentSeries.objects.filter(pk=series.pk).update(**raw)


def test_a_year_of_weeks_takes_four_statements_an_appointment(course):
    first = course.first.astimezone(course.facility.tz)
    with CaptureQueriesContext(connection) as few:
        course.book(rule=weekly(first, count=4))
    course.first = course.at(0, 12)
    with CaptureQueriesContext(connection) as many:
        series = course.book(rule=weekly(first, count=52))
    assert series.appointments.count() == 52
    assert len(many) - len(few) == 48 * 4
    assert len(many) <= 52 * 4 + 5
    assert f"takes {52 * 4 + 5} statements at most" in " ".join(DOCUMENT.read_text().split())


def test_listing_clashes_takes_as_many_statements_for_each(course):
    first = course.first.astimezone(course.facility.tz)
    for week in range(12):
        course.take(course.at(week))
    FreeTimeHorizon.extend(timezone.now().date())

    def statements(count: int) -> int:
        with CaptureQueriesContext(connection) as captured, pytest.raises(SeriesClash):
            course.book(rule=weekly(first, count=count))
        return len(captured)

    assert statements(12) - statements(8) == statements(8) - statements(4) <= 4 * 13


def test_a_series_is_seen_where_its_appointments_are(course):
    series = course.book()
    elsewhere = staff_of(FacilityFactory())
    own = DoctorFactory(user=staff_of(course.facility, "doctor"))
    visible = AppointmentSeries.objects.visible_to
    assert visible(staff_of(course.facility)).get() == series
    assert not visible(elsewhere).exists()
    assert not visible(own.user).exists()
    assert not visible(staff_of(course.facility, "patient")).exists()
