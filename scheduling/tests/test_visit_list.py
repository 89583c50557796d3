"""The list of a day's visits: waiting times, filters, and steps that come back to it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, RoomFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling import flow
from scheduling.models import Appointment, AppointmentEvent
from scheduling.tests.factories import (
    AppointmentFactory,
    early_facility,
    in_days,
    visit_today,
    working_doctor,
)

MINUTE = timedelta(minutes=1)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def facility(db: None) -> Facility:
    return early_facility()


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


def row_of(visit: Appointment, now: datetime) -> flow.Row:
    (row,) = flow.rows([Appointment.objects.get(pk=visit.pk)], now)
    return row


def came(visit: Appointment, *minutes: int) -> datetime:
    """Spread the visit's steps over time, so many minutes before now; return now."""
    now = timezone.now()
    steps = visit.events.exclude(kind="booked").order_by("pk")
    for event, ago in zip(steps, minutes, strict=True):
        AppointmentEvent.objects.filter(pk=event.pk).update(at=now - ago * MINUTE)
    return now


@pytest.mark.parametrize(("ago", "is_long"), [(19, False), (20, True)])
def test_who_has_arrived_waits_since_then(facility: Facility, ago: int, is_long: bool) -> None:
    visit = visit_today(facility=facility)
    visit.mark_arrived(by=None)
    row = row_of(visit, came(visit, ago))
    assert (row.since_arrival, row.since_check_in, row.is_long) == (ago, None, is_long)


@pytest.mark.parametrize(("ago", "is_long"), [(44, False), (45, True)])
def test_who_is_checked_in_waits_since_both(facility: Facility, ago: int, is_long: bool) -> None:
    visit = visit_today(facility=facility)
    visit.mark_arrived(by=None)
    visit.check_in(by=None)
    row = row_of(visit, came(visit, 50, ago))
    assert (row.since_arrival, row.since_check_in, row.is_long) == (50, ago, is_long)


def test_an_arrival_that_was_taken_back_is_none(facility: Facility) -> None:
    visit = visit_today(facility=facility)
    visit.mark_arrived(by=None)
    visit.undo(by=None)
    assert row_of(visit, timezone.now()).since_arrival is None
    visit.check_in(by=None)
    row = row_of(visit, came(visit, 30, 20, 10))
    assert (row.since_arrival, row.since_check_in) == (None, 10)


def test_a_check_in_that_was_taken_back_leaves_the_arrival(facility: Facility) -> None:
    visit = visit_today(facility=facility)
    visit.mark_arrived(by=None)
    visit.check_in(by=None)
    visit.undo(by=None)
    row = row_of(visit, came(visit, 30, 20, 10))
    assert (row.since_arrival, row.since_check_in) == (30, None)


def test_who_has_not_come_is_late_after_five_minutes(facility: Facility) -> None:
    visit = visit_today(facility=facility)
    assert row_of(visit, visit.starts_at + 4 * MINUTE).late is None
    assert row_of(visit, visit.starts_at + 7 * MINUTE).late == 7


def names(page: Any) -> list[str]:
    return [str(row.visit.patient) for row, _ in page.context["rows"]]


def listed(client: Client, facility: Facility, query: str = "", **headers: str) -> Any:
    return client.get(f"/desk/{facility.pk}/list/{query}", headers=headers)


def test_the_list_has_a_row_for_each_visit_in_order(desk: Client, facility: Facility) -> None:
    doctor = working_doctor(facility)
    late, early = (
        AppointmentFactory(
            facility=facility, doctor=doctor, starts_at=in_days(0, hour, facility=facility)
        )
        for hour in (11, 9)
    )
    late.mark_arrived(by=None)
    page = listed(desk, facility)
    assert names(page) == [str(early.patient), str(late.patient)]
    assert names(listed(desk, facility, "?order=status")) == names(page)[::-1]
    html = page.content.decode()
    assert 'id="list-content"' in html
    assert "0 min since arrival" in html
    assert "10:00 AM free, book with" in html


def test_doctor_room_and_status_choose_among_the_visits(desk: Client, facility: Facility) -> None:
    room = RoomFactory(facility=facility)
    one = visit_today(facility=facility, room=room)
    other = visit_today(facility=facility)
    other.mark_arrived(by=None)
    for query, found in [
        (f"?doctor={one.doctor_id}", [one]),
        (f"?room={room.pk}", [one]),
        ("?status=arrived", [other]),
        (f"?status=arrived&room={room.pk}", []),
        ("?doctor=999999&room=x&status=pending", [one, other]),
    ]:
        assert sorted(names(listed(desk, facility, query))) == sorted(str(v.patient) for v in found)
    counts = dict(listed(desk, facility, "?status=arrived").context["counts"])
    assert (counts["booked"], counts["arrived"]) == (1, 1)
    assert "No visit is like this" in listed(desk, facility, "?status=noshow").content.decode()


def test_a_doctor_is_shown_their_own_visits(client: Client, facility: Facility) -> None:
    visit_today(facility=facility)
    client.force_login(staff_of(facility, "doctor"))
    assert names(listed(client, facility)) == []


def test_only_steps_of_the_role_stand_in_the_row(client: Client, facility: Facility) -> None:
    visit = visit_today(facility=facility)
    visit.check_in(by=None)
    client.force_login(staff_of(facility, "nurse"))
    html = listed(client, facility).content.decode()
    assert f"/appointments/{visit.pk}/done/" not in html
    assert "Free times" not in html


def press(client: Client, visit: Appointment, step: str, page: str, **fields: Any) -> Any:
    visit.refresh_from_db()
    return client.post(
        f"/appointments/{visit.pk}/{step}/",
        {"version": visit.version, **fields},
        headers={"Referer": page},
    )


def test_a_step_comes_back_to_the_list_as_it_was(desk: Client, facility: Facility) -> None:
    visit = visit_today(facility=facility)
    page = f"/desk/{facility.pk}/list/?status=booked"
    response = press(desk, visit, "arrive", f"http://testserver{page}")
    assert (response.status_code, response.url) == (302, f"{page}#a{visit.pk}")
    html = desk.get(response.url).content.decode()
    assert f"/appointments/{visit.pk}/undo/?version=2" in html
    assert press(desk, visit, "undo", page).url == f"{page}#a{visit.pk}"


@pytest.mark.parametrize("page", ["/desk/{}/", "/nowhere/", "/patients/", "", "not an address"])
def test_a_step_from_elsewhere_leads_to_the_board(
    desk: Client, facility: Facility, page: str
) -> None:
    visit = visit_today(facility=facility)
    response = press(desk, visit, "arrive", page.format(facility.pk))
    assert response.url.startswith(f"/desk/{facility.pk}/?date=")


def test_an_address_elsewhere_is_never_led_to(desk: Client, facility: Facility) -> None:
    visit = visit_today(facility=facility)
    response = press(desk, visit, "arrive", f"//evil.example/desk/{facility.pk}/list/")
    assert response.url == f"/desk/{facility.pk}/list/#a{visit.pk}"


@pytest.mark.parametrize(("fields", "beside"), [({}, "false"), ({"beside": 1}, "true")])
def test_the_view_is_told_to_draw_itself_again(
    desk: Client, facility: Facility, fields: dict[str, int], beside: str
) -> None:
    visit = visit_today(facility=facility)
    now_at = {"HX-Current-URL": f"http://testserver/desk/{facility.pk}/list/"}
    response = desk.post(
        f"/appointments/{visit.pk}/arrive/", {"version": 1, **fields}, headers=HTMX | now_at
    )
    assert response.headers["HX-Reswap"] == "none"
    assert f'"beside": {beside}' in response.headers["HX-Trigger-After-Swap"]
    assert "board-stale" in response.headers["HX-Trigger"]
    assert f"a{visit.pk}" in response.headers["HX-Trigger-After-Swap"]
    assert "undo" in response.content.decode()


def test_somebody_elses_change_is_told_beside_the_list(desk: Client, facility: Facility) -> None:
    visit = visit_today(facility=facility)
    Appointment.objects.get().mark_arrived(by=None)
    response = desk.post(f"/appointments/{visit.pk}/arrive/", {"version": 1}, headers=HTMX)
    assert response.status_code == 409


@pytest.mark.parametrize("view", ["list", "month", "week", "week/1"])
def test_views_keep_to_facility_role_and_method(
    client: Client, facility: Facility, view: str
) -> None:
    url = f"/desk/{facility.pk}/{view}/"
    assert client.get(url).status_code == 302
    client.force_login(staff_of(facility))
    assert client.post(url).status_code == 405
    assert client.get(f"{url}?date=2026-02-30").status_code == 400
    client.force_login(staff_of(FacilityFactory()))
    assert client.get(url).status_code == 404
    client.force_login(staff_of(facility, "patient"))
    assert client.get(url).status_code == 403


def test_the_list_asks_as_many_questions_however_full_it_is(
    desk: Client, facility: Facility, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    doctor = working_doctor(facility)

    def arrived(hour: int) -> None:
        at = in_days(0, hour, facility=facility)
        patient = PatientFactory(facility=facility)
        visit = AppointmentFactory(facility=facility, doctor=doctor, patient=patient, starts_at=at)
        visit.mark_arrived(by=None)

    arrived(8)
    with django_assert_num_queries(10):
        listed(desk, facility)
    for hour in range(9, 15):
        arrived(hour)
    with django_assert_num_queries(10):
        assert len(names(listed(desk, facility))) == 7
