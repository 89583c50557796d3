"""The week of one doctor: its arithmetic and its page."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from facilities.models import Doctor, Facility
from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling import week
from scheduling.agenda import DoctorDay
from scheduling.availability import Period, hours_period
from scheduling.models import Appointment, Closure
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor
from scheduling.tests.raw import doctors_who_had_left

CHICAGO = Facility(pk=1, name="Clinic", timezone="America/Chicago", capacity=1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
DOCTOR = Doctor(pk=1, name="Dr. A")


def hours(day: date, first: int, last: int) -> Period:
    return hours_period(day, time(first), time(last % 24), CHICAGO.tz)


def laid_out(
    monday: date, worked: dict[int, tuple[int, int]], now: datetime = LONG_AGO
) -> week.Week:
    days = [
        DoctorDay(DOCTOR, day, [hours(day, *worked[n])] if n in worked else [], [], [])
        for n, day in enumerate(monday + timedelta(days=n) for n in range(7))
    ]
    return week.laid_out(CHICAGO, days, visible=(), now=now)


@pytest.mark.parametrize(("language", "first"), [("en", 15), ("es", 16), ("pt-br", 15)])
def test_a_week_begins_as_the_language_has_it(language: str, first: int) -> None:
    with translation.override(language):
        days = week.days_of_week(date(2026, 11, 21))
        assert days == [date(2026, 11, first + n) for n in range(7)]
        assert week.days_of_week(days[0]) == days == week.days_of_week(days[-1])


def test_all_days_show_the_hours_of_the_clock_in_which_anything_happens() -> None:
    laid = laid_out(date(2026, 6, 1), {0: (9, 12), 3: (7, 10)})
    assert laid.hours == range(7, 12)
    assert laid.rows == 60
    assert [(each.column.items[0].kind, each.column.items[0].row) for each in laid.days[:2]] == [
        ("off", 0),
        ("off", 0),
    ]
    free = [item for item in laid.days[0].column.items if item.kind == "free"]
    assert free[0].row == 24


def test_a_week_without_hours_shows_the_usual_ones() -> None:
    assert laid_out(date(2026, 6, 1), {}).hours == range(8, 18)


def test_hours_to_midnight_are_shown_to_midnight() -> None:
    assert laid_out(date(2026, 6, 1), {0: (22, 24)}).hours == range(22, 24)


def test_the_clock_change_between_two_days_moves_no_row() -> None:
    """Daylight time ends on Sunday at two, after Saturday's hours and before Sunday's."""
    laid = laid_out(date(2026, 10, 26), {5: (8, 12), 6: (8, 12)})
    rows = [[item.row for item in day.column.items] for day in laid.days[5:]]
    assert rows[0] == rows[1]
    assert not any(day.clocks_change for day in laid.days)


def test_a_day_whose_clocks_change_says_so() -> None:
    laid = laid_out(date(2026, 10, 26), {6: (0, 6)})
    assert [day.clocks_change for day in laid.days] == [False] * 6 + [True]


def test_the_now_line_stands_in_todays_column_alone() -> None:
    monday = date(2026, 6, 1)
    now = hours(monday + timedelta(days=2), 9, 10).starts_at
    laid = laid_out(monday, dict.fromkeys(range(7), (8, 12)), now)
    assert [day.now_row for day in laid.days] == [None, None, 12, None, None, None, None]


# The page


@pytest.fixture
def facility(db: None) -> Facility:
    return FacilityFactory(name="Papillion")


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


def address(visit: Appointment) -> str:
    day = visit.starts_at.astimezone(visit.facility.tz).date()
    return f"/desk/{visit.facility_id}/week/{visit.doctor_id}/?date={day}"


def test_the_week_shows_visits_free_time_and_closures(desk: Client, facility: Facility) -> None:
    visit = AppointmentFactory(
        facility=facility,
        patient=PatientFactory(given_name="Maria", family_name="Lopez", facility=facility),
    )
    last = week.days_of_week(visit.starts_at.astimezone(facility.tz).date())[-1]
    span = hours_period(last, time(0), time(0), facility.tz)
    Closure.objects.create(
        facility=facility, starts_at=span.starts_at, ends_at=span.ends_at, reason="Painting"
    )
    page = desk.get(address(visit)).content.decode()
    assert 'id="week-content"' in page
    assert "Maria Lopez" in page
    assert "Closed: Painting" in page
    following = desk.get(f"/desk/{facility.pk}/week/{visit.doctor_id}/?date={last}&for=x")
    assert f"?date={last + timedelta(days=7)}" in following.content.decode()


def test_a_free_time_of_the_week_leads_to_booking(desk: Client, facility: Facility) -> None:
    doctor = working_doctor(facility)
    start = in_days(1, 10, facility=facility)
    patient = PatientFactory(facility=facility)
    url = f"/desk/{facility.pk}/week/{doctor.pk}/?date={start.astimezone(facility.tz).date()}"
    page = desk.get(f"{url}&for={patient.pk}").content.decode()
    slot = f"doctor={doctor.pk}&amp;starts_at={start.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
    assert f"{slot}&amp;for={patient.pk}" in page


def test_the_week_opens_at_the_doctor_looked_at_last(desk: Client, facility: Facility) -> None:
    first, second = (DoctorFactory(name=name, facilities=[facility]) for name in "AB")
    week_at = f"/desk/{facility.pk}/week/"
    assert desk.get(f"{week_at}?for=3").headers["Location"] == f"{week_at}{first.pk}/?for=3"
    desk.get(f"{week_at}{second.pk}/")
    assert desk.get(week_at).headers["Location"] == f"{week_at}{second.pk}/"


def test_a_doctors_week_is_their_own(client: Client, facility: Facility) -> None:
    DoctorFactory(name="A", facilities=[facility])
    user = staff_of(facility, "doctor")
    own = DoctorFactory(name="B", facilities=[facility], user=user)
    client.force_login(user)
    other = AppointmentFactory(facility=facility)
    assert f"/{own.pk}/" in client.get(f"/desk/{facility.pk}/week/").headers["Location"]
    page = client.get(address(other)).content.decode()
    assert str(other.patient) not in page
    assert "Taken" in page


def test_a_facility_without_doctors_says_so(desk: Client, facility: Facility) -> None:
    page = desk.get(f"/desk/{facility.pk}/week/").content.decode()
    assert "No doctor works here" in page


def test_a_doctor_who_has_left_keeps_their_weeks(desk: Client, facility: Facility) -> None:
    visit = AppointmentFactory(facility=facility)
    with doctors_who_had_left():
        Doctor.objects.update(is_active=False)
    visit.doctor.facilities.clear()
    assert str(visit.patient) in desk.get(address(visit)).content.decode()
    later = f"/desk/{facility.pk}/week/{visit.doctor_id}/?date=2040-01-01"
    assert desk.get(later).status_code == 200


def test_weeks_elsewhere_are_not_found(desk: Client, facility: Facility) -> None:
    elsewhere = FacilityFactory()
    stranger = working_doctor(elsewhere)
    for path in (f"{elsewhere.pk}/week/", f"{elsewhere.pk}/week/{stranger.pk}/"):
        assert desk.get(f"/desk/{path}").status_code == 404
    assert desk.get(f"/desk/{facility.pk}/week/{stranger.pk}/").status_code == 404


def test_the_week_asks_nine_questions_however_full_it_is(
    desk: Client, facility: Facility, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    doctor = working_doctor(facility)
    start = in_days(1, 8, facility=facility)
    url = f"/desk/{facility.pk}/week/{doctor.pk}/?date={start.astimezone(facility.tz).date()}"
    with django_assert_num_queries(9):
        desk.get(url)
    for n in range(6):
        at = start + timedelta(hours=n)
        AppointmentFactory(facility=facility, doctor=doctor, starts_at=at)
    with django_assert_num_queries(9):
        assert desk.get(url).content.count(b"item-appointment") == 6
