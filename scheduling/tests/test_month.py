"""How full the days of a month are."""

from datetime import date, time, timedelta

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from facilities.models import Doctor, Facility
from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of
from scheduling.availability import hours_period
from scheduling.models import Appointment, Closure, TimeOff
from scheduling.month import DayLoad, days_of_month, loads, weeks
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    in_days,
    working_doctor,
)


@pytest.fixture
def facility(db: None) -> Facility:
    return FacilityFactory(name="Papillion")


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


def tomorrow(facility: Facility) -> date:
    return in_days(1, 9, facility=facility).astimezone(facility.tz).date()


def load_tomorrow(facility: Facility, *doctors: Doctor) -> DayLoad:
    day = tomorrow(facility)
    (found,) = loads(facility, list(doctors), [day], Appointment.objects.all())
    return found


def close(facility: Facility, first: int, last: int, **fields: str) -> dict[str, object]:
    span = hours_period(tomorrow(facility), time(first), time(last), facility.tz)
    return {"starts_at": span.starts_at, "ends_at": span.ends_at} | fields


@pytest.mark.parametrize(("language", "empty"), [("en", 2), ("es", 1), ("pt-br", 2)])
def test_a_month_has_its_days_in_weeks_as_the_language_has_them(language: str, empty: int) -> None:
    days = days_of_month(date(2028, 2, 17))
    assert (days[0], days[-1]) == (date(2028, 2, 1), date(2028, 2, 29))
    with translation.override(language):
        cells = weeks([DayLoad(day, 0, 0, 0, [], []) for day in days])
    assert [len(week) for week in cells] == [7] * 5
    assert [cell is None for cell in cells[0]] == [True] * empty + [False] * (7 - empty)
    assert [cell is None for cell in cells[-1]] == [False] * (empty + 1) + [True] * (6 - empty)


def test_a_day_is_as_full_as_visits_and_their_buffers_make_it(facility: Facility) -> None:
    doctor = working_doctor(facility, time(8), time(12))
    kind = AppointmentTypeFactory(duration_minutes=45, buffer_minutes=15)
    AppointmentFactory(facility=facility, doctor=doctor, type=kind)
    found = load_tomorrow(facility, doctor)
    assert (found.visits, found.booked, found.working, found.percent) == (1, 60, 240, 25)


def test_what_was_cancelled_or_is_held_fills_no_day(facility: Facility) -> None:
    doctor = working_doctor(facility)
    AppointmentFactory(facility=facility, doctor=doctor).cancel("Ill", by=None)
    now = in_days(0, 0, facility=facility)
    Appointment.objects.hold(
        now=now + timedelta(days=1),
        doctor=doctor,
        facility=facility,
        starts_at=in_days(1, 11, facility=facility),
        by=None,
        patient=None,
    )
    assert load_tomorrow(facility, doctor).visits == 0


def test_absences_are_no_working_time_and_overlap_once(facility: Facility) -> None:
    one, other = (working_doctor(facility, time(8), time(12)) for _ in range(2))
    closure = Closure.objects.create(facility=facility, **close(facility, 8, 10, reason="Drill"))
    away = TimeOff.objects.create(doctor=one, **close(facility, 9, 12))
    found = load_tomorrow(facility, one, other)
    assert found.working == 120
    assert (found.closures, found.time_off) == ([closure], [away])


def test_a_day_can_be_more_than_full(facility: Facility) -> None:
    doctor = working_doctor(facility, time(9), time(9, 30))
    AppointmentFactory(facility=facility, doctor=doctor)
    AppointmentFactory(facility=facility, doctor=doctor, override="Sister comes along")
    found = load_tomorrow(facility, doctor)
    assert (found.percent, found.bar) == (200, 100)


def test_a_day_on_which_nobody_works_has_no_share(facility: Facility) -> None:
    assert load_tomorrow(facility, DoctorFactory(facilities=[facility])).percent is None


def test_the_month_names_closures_and_leads_to_the_days(desk: Client, facility: Facility) -> None:
    doctor = working_doctor(facility, time(8), time(12), name="Dr. Imani Okafor")
    AppointmentFactory(facility=facility, doctor=doctor)
    Closure.objects.create(facility=facility, **close(facility, 8, 10, reason="Fire drill"))
    day = tomorrow(facility)
    page = desk.get(f"/desk/{facility.pk}/month/?date={day}").content.decode()
    assert 'id="month-content"' in page
    assert "Closed: Fire drill" in page
    assert "25&#37;" in page
    assert f'href="/desk/{facility.pk}/?date={day}"' in page


def test_the_month_of_one_doctor_counts_theirs_alone(desk: Client, facility: Facility) -> None:
    one, other = (working_doctor(facility) for _ in range(2))
    for doctor in (one, one, other):
        at = in_days(1, 9 + Appointment.objects.count(), facility=facility)
        AppointmentFactory(facility=facility, doctor=doctor, starts_at=at)
    url = f"/desk/{facility.pk}/month/?date={tomorrow(facility)}"
    assert "3 visits in" in desk.get(url).content.decode()
    of_one = desk.get(f"{url}&doctor={one.pk}").content.decode()
    assert "2 visits in" in of_one
    assert f"/week/{one.pk}/" in of_one


def test_a_doctor_sees_how_full_it_is_but_nobodys_name(client: Client, facility: Facility) -> None:
    visit = AppointmentFactory(facility=facility)
    client.force_login(staff_of(facility, "doctor"))
    page = client.get(f"/desk/{facility.pk}/month/?date={tomorrow(facility)}").content.decode()
    assert "1 visit in" in page
    assert str(visit.patient) not in page


def test_the_month_asks_seven_questions_however_full_it_is(
    desk: Client, facility: Facility, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    url = f"/desk/{facility.pk}/month/?date={tomorrow(facility)}"
    doctors = [working_doctor(facility) for _ in range(2)]
    with django_assert_num_queries(7):
        desk.get(url)
    for doctor in doctors:
        for n in range(4):
            at = in_days(1, 8 + n, facility=facility)
            AppointmentFactory(facility=facility, doctor=doctor, starts_at=at)
    with django_assert_num_queries(7):
        assert b"8 visits" in desk.get(url).content
