"""Week, list and month keep themselves up to date: nearly every question is answered with a 304."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory, staff_of
from scheduling.models import Appointment, TimeOff
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor

pytestmark = pytest.mark.django_db
VIEWS = ("week/{}/", "list/", "month/")


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility)


@pytest.fixture
def booked(facility: Facility, doctor: Doctor) -> Appointment:
    starts_at = in_days(40, 9, facility=facility)
    return AppointmentFactory(facility=facility, doctor=doctor, starts_at=starts_at)


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


def address(view: str, booked: Appointment, more: str = "") -> str:
    facility = booked.facility
    day = booked.starts_at.astimezone(facility.tz).date()
    return f"/desk/{facility.pk}/{view.format(booked.doctor_id)}?date={day}{more}"


def poll(client: Client, url: str, tag: str = "") -> Any:
    return client.get(url, headers={"X-Poll": "1", "If-None-Match": tag})


def asked_of(page: str) -> tuple[str, str]:
    """Return the address and the tag that a page asks with."""
    url, tag = (
        page.split(f'{name}="')[1].split('"', maxsplit=1)[0]
        for name in ("data-live", "data-live-tag")
    )
    return url.replace("&amp;", "&"), tag.replace("&quot;", '"')


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("more", ["", "&doctor=1&order=status", "&for={}"])
def test_a_page_asks_with_its_own_tag_in_three_statements(
    desk: Client, booked: Appointment, view: str, more: str, django_assert_num_queries: Any
) -> None:
    page = desk.get(address(view, booked, more.format(booked.patient_id))).content.decode()
    url, tag = asked_of(page)
    with django_assert_num_queries(3):
        answer = poll(desk, url, tag)
    assert (answer.status_code, answer.content) == (304, b"")
    assert not answer.cookies


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_without_a_day_asks_for_the_day_that_it_shows(
    desk: Client, booked: Appointment, view: str
) -> None:
    page = desk.get(address(view, booked).split("?")[0]).content.decode()
    url, tag = asked_of(page)
    assert "date=" in url
    assert poll(desk, url, tag).status_code in {200, 304}


@pytest.mark.parametrize("view", VIEWS)
def test_whatever_changes_in_the_days_shown_is_new(
    desk: Client, booked: Appointment, view: str
) -> None:
    url = address(view, booked)
    tag = poll(desk, url).headers["ETag"]
    booked.reschedule(starts_at=booked.starts_at + timedelta(hours=2), by=None)
    answer = poll(desk, url, tag)
    assert answer.status_code == 200
    assert f'id="{view.split("/", maxsplit=1)[0]}-content"' in answer.content.decode()
    assert b"<html" not in answer.content
    tag = answer.headers["ETag"]
    assert poll(desk, url, tag).status_code == 304
    ends_at = booked.starts_at + timedelta(hours=4)
    TimeOff.objects.create(doctor=booked.doctor, starts_at=booked.starts_at, ends_at=ends_at)
    assert poll(desk, url, tag).status_code == 200


@pytest.mark.parametrize("view", VIEWS)
def test_what_happens_outside_of_the_days_shown_is_not_new(
    desk: Client, booked: Appointment, view: str
) -> None:
    url = address(view, booked)
    tag = poll(desk, url).headers["ETag"]
    later = in_days(90, 9, facility=booked.facility)
    AppointmentFactory(facility=booked.facility, doctor=booked.doctor, starts_at=later)
    assert poll(desk, url, tag).status_code == 304


@pytest.mark.parametrize("view", VIEWS)
def test_who_may_not_see_a_view_is_told_nothing_of_it(
    desk: Client, booked: Appointment, view: str
) -> None:
    url = address(view, booked)
    assert desk.post(url, headers={"X-Poll": "1"}).status_code == 405
    assert poll(desk, url.split("?")[0]).status_code == 400
    client = Client()
    assert poll(client, url).status_code == 302
    client.force_login(staff_of(booked.facility, "patient"))
    assert poll(client, url).status_code == 403
    client.force_login(staff_of(FacilityFactory()))
    assert poll(client, url).status_code == 404


def test_a_list_that_is_narrowed_down_asks_for_what_it_shows_then(
    desk: Client, booked: Appointment
) -> None:
    url = address("list/", booked, "&status=arrived")
    piece = desk.get(url, headers={"HX-Request": "true"}).content.decode()
    assert 'id="view-live" hx-swap-oob="true"' in piece
    assert "status=arrived" in asked_of(piece)[0]
    assert "view-live" not in poll(desk, url).content.decode()
