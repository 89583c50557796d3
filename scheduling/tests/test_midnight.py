"""A visit across midnight, on the board and in the list of the day that it ends on."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import Client

from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory, staff_of
from scheduling import board
from scheduling.agenda import DoctorDay
from scheduling.availability import day_bounds
from scheduling.models import Appointment
from scheduling.templatetags.board_items import free_link, visit_link
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    in_days,
    working_doctor,
)

CHICAGO = Facility(pk=1, name="Clinic", timezone="America/Chicago", capacity=1)
SOMEBODY = Doctor(pk=1, name="Dr. A")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def facility(db: None) -> Facility:
    return FacilityFactory()


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility, time(0), time(0))


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


@pytest.fixture
def visit(facility: Facility, doctor: Doctor) -> Appointment:
    """Return a visit from 11:30 PM to 12:30 AM."""
    hour = AppointmentTypeFactory(duration_minutes=60)
    at = in_days(1, 23, 30, facility=facility)
    return AppointmentFactory(facility=facility, doctor=doctor, starts_at=at, type=hour)


def day_after(visit: Appointment) -> date:
    return visit.ends_at.astimezone(visit.facility.tz).date()


def told(visit: Appointment) -> str:
    return f"{visit.starts_at.astimezone(visit.facility.tz):%a, %b %-d}, 11:30 PM"


def items(visit: Appointment, day: date) -> list[board.Item]:
    own = DoctorDay(visit.doctor, day, [], [], [visit])
    laid = board.laid_out(visit.facility, day, [own], visible=[visit.pk], now=LONG_AGO)
    return [item for item in laid.columns[0].items if item.kind == "appointment"]


def test_it_stands_where_the_day_begins_and_says_when_it_began(visit: Appointment) -> None:
    (item,) = items(visit, day_after(visit))
    assert (item.row, item.span) == (0, 6)
    assert (item.clock, item.starts, item.ends) == (told(visit), told(visit), "12:30 AM")
    drawn = visit_link(item, None, True)
    assert told(visit) in drawn
    assert "data-version" not in drawn
    (before,) = items(visit, day_after(visit) - timedelta(days=1))
    assert (before.clock, before.span) == ("11:30", 6)
    assert "data-version" in visit_link(before, None, True)


def test_the_pages_of_both_days_say_so(desk: Client, visit: Appointment) -> None:
    pk, days = visit.facility_id, (day_after(visit) - timedelta(days=1), day_after(visit))
    first, second = (desk.get(f"/desk/{pk}/?date={day}").content.decode() for day in days)
    assert told(visit) not in first
    assert told(visit) in second
    first, second = (desk.get(f"/desk/{pk}/list/?date={day}").content.decode() for day in days)
    marked = f'<small class="visit-day">{told(visit).removesuffix(", 11:30 PM")}</small> 11:30'
    assert f"row-{visit.pk}" in first
    assert marked not in first
    assert marked in second


def test_a_buffer_alone_is_no_visit_of_the_next_day(
    desk: Client, facility: Facility, doctor: Doctor
) -> None:
    kind = AppointmentTypeFactory(duration_minutes=30, buffer_minutes=30)
    at = in_days(1, 23, 30, facility=facility)
    visit = AppointmentFactory(facility=facility, doctor=doctor, starts_at=at, type=kind)
    address = f"/desk/{facility.pk}/list/?date={at.astimezone(facility.tz).date()}"
    assert f"row-{visit.pk}" in desk.get(address).content.decode()
    next_day = at.astimezone(facility.tz).date() + timedelta(days=1)
    page = desk.get(f"/desk/{facility.pk}/list/?date={next_day}").content.decode()
    assert f"row-{visit.pk}" not in page


def test_each_free_time_of_a_day_of_25_hours_has_a_name_of_its_own() -> None:
    day = date(2026, 11, 1)
    own = DoctorDay(SOMEBODY, day, [day_bounds(day, CHICAGO.tz)], [], [])
    laid = board.laid_out(CHICAGO, day, [own], visible=(), now=LONG_AGO)
    drawn = [free_link(item, SOMEBODY, "/book/", "", False) for item in laid.columns[0].items]
    names = [link.partition('aria-label="')[2].partition('"')[0] for link in drawn]
    assert len(names) == len(set(names)) == 50
    for name in ("1:30 AM CDT", "1:30 AM CST", "9:00 AM", "9:00 PM"):
        assert f"{name} free, book with Dr. A" in names
