"""Feeds as rows: tokens, one live feed a doctor, revoking, and what another doctor takes over."""

import hashlib
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.tests.factories import UserFactory
from facilities.models import Doctor
from facilities.tests.factories import DoctorFactory, FacilityFactory
from scheduling.models import Appointment, CalendarFeed
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor
from scheduling.tests.test_ical import content, read

pytestmark = pytest.mark.django_db


def codes(refused: pytest.ExceptionInfo[ValidationError]) -> list[str | None]:
    return [error.code for error in refused.value.error_list]


def test_only_a_hash_of_the_token_is_kept():
    feed, token = CalendarFeed.objects.issue(DoctorFactory(), by=None)
    feed.refresh_from_db()
    assert token not in str(vars(feed))
    assert feed.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert len(token) == 43
    assert CalendarFeed.objects.readable().with_token(token).get() == feed


def test_a_token_itself_cannot_be_stored():
    with pytest.raises(IntegrityError, match="calendar_feed_token_hashed"):
        CalendarFeed.objects.create(doctor=DoctorFactory(), token_hash="x" * 43)


def test_a_doctor_has_one_live_feed():
    doctor = DoctorFactory()
    CalendarFeed.objects.issue(doctor, by=None)
    with pytest.raises(ValidationError) as refused:
        CalendarFeed.objects.issue(doctor, by=None)
    assert codes(refused) == ["feed_live"]


def test_a_replaced_feed_is_read_no_more_and_the_new_one_is():
    doctor, by = DoctorFactory(), UserFactory(role="admin")
    feed, token = CalendarFeed.objects.issue(doctor, by=by)
    new, new_token = feed.replace(by=by)
    assert (feed.revoked_by, new.doctor, new.created_by) == (by, doctor, by)
    assert not CalendarFeed.objects.readable().with_token(token).exists()
    assert CalendarFeed.objects.readable().with_token(new_token).get() == new


def test_a_feed_is_revoked_once():
    feed, _ = CalendarFeed.objects.issue(DoctorFactory(), by=None)
    stale = CalendarFeed.objects.get(pk=feed.pk)
    feed.revoke(by=None)
    for operation in (stale.revoke, stale.replace):
        with pytest.raises(ValidationError) as refused:
            operation(by=None)
        assert codes(refused) == ["stale"]
    assert not CalendarFeed.objects.live().exists()


@pytest.mark.parametrize(
    "change", [{"revoked_at": None}, {"token_hash": "0" * 64}, {"doctor_id": 0}]
)
def test_the_database_refuses_to_revive_or_change_a_feed(change):
    feed, _ = CalendarFeed.objects.issue(DoctorFactory(), by=None)
    feed.revoke(by=None)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        CalendarFeed.objects.filter(pk=feed.pk).update(**change)
    assert refused.value.__cause__.diag.constraint_name == "calendar_feed_stays_revoked"


def test_a_doctor_who_has_left_gets_no_feed():
    with pytest.raises(ValidationError) as refused:
        CalendarFeed.objects.issue(DoctorFactory(is_active=False), by=None)
    assert codes(refused) == ["doctor_inactive"]


def test_reading_is_noted_once_an_hour(django_assert_num_queries):
    feed, _ = CalendarFeed.objects.issue(DoctorFactory(), by=None)
    now = timezone.now()
    feed.note_read(now)
    feed.refresh_from_db()
    assert feed.last_read_at == now
    with django_assert_num_queries(0):
        feed.note_read(now + timedelta(minutes=59))
    with django_assert_num_queries(1):
        feed.note_read(now + timedelta(minutes=60))


@pytest.fixture
def visit() -> Appointment:
    return AppointmentFactory()


@pytest.fixture
def other(visit: Appointment) -> Doctor:
    return working_doctor(visit.facility)


def move(visit: Appointment, doctor: Doctor, hour: int) -> None:
    visit.reschedule(starts_at=in_days(1, hour, facility=visit.facility), doctor=doctor, by=None)


def test_what_another_doctor_takes_over_is_cancelled_where_it_was(visit, other):
    before, lost_by = visit.starts_at, visit.doctor
    move(visit, other, 15)
    (lost,), (gained,) = read(lost_by), read(other)
    assert lost.uid == gained.uid
    assert (lost.status, lost.sequence, lost.starts_at) == ("CANCELLED", 1, before)
    assert (gained.status, gained.starts_at) == ("CONFIRMED", visit.starts_at)
    assert "URL:" not in content(lost_by).decode()


def test_what_comes_back_is_no_longer_cancelled(visit, other):
    first = visit.doctor
    move(visit, other, 15)
    visit.undo(by=None)
    assert [(one.status, one.sequence) for one in read(first)] == [("CONFIRMED", 2)]
    assert [(one.status, one.sequence) for one in read(other)] == [("CANCELLED", 2)]


def test_what_went_away_twice_is_cancelled_once_where_it_was_last(visit, other):
    first = visit.doctor
    move(visit, other, 15)
    move(visit, first, 11)
    move(visit, other, 16)
    (event,) = read(first)
    assert (event.status, event.sequence) == ("CANCELLED", 3)
    assert event.starts_at == in_days(1, 11, facility=visit.facility)


def test_a_move_within_a_doctor_s_own_day_cancels_nothing(visit):
    move(visit, visit.doctor, 12)
    assert [one.status for one in read(visit.doctor)] == ["CONFIRMED"]


def test_a_calendar_of_many_visits_at_two_facilities_takes_two_queries(
    visit, other, django_assert_num_queries
):
    for hour in range(9, 17):
        at = in_days(2, hour, facility=visit.facility)
        AppointmentFactory(facility=visit.facility, doctor=visit.doctor, starts_at=at)
    doctor = visit.doctor
    move(visit, other, 15)
    # Half of them elsewhere: another zone, whose hours are not the subject here.
    half = Appointment.objects.filter(doctor=doctor).order_by("pk").values("pk")[:4]
    elsewhere = FacilityFactory(timezone="Asia/Tokyo")
    Appointment.objects.filter(pk__in=half).update(facility=elsewhere)
    with django_assert_num_queries(2):
        raw = content(doctor).decode()
    assert raw.count("BEGIN:VEVENT") == 9
    assert raw.count("STATUS:CANCELLED") == 1
    assert raw.count("BEGIN:VTIMEZONE") == 2
