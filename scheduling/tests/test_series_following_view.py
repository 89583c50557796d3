"""An appointment of a series at the desk: its place, and changes with all that follow."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from facilities.tests.factories import FacilityFactory, staff_of
from scheduling.models import Appointment, AppointmentSeries
from scheduling.tests.factories import AppointmentFactory, working_doctor
from scheduling.tests.series_factories import Course, set_status, starts_of, weekly
from scheduling.tests.test_booking_view import iso

pytestmark = pytest.mark.django_db
CANCEL = {"usual": "Patient is ill"}


@pytest.fixture
def course() -> Course:
    return Course()


@pytest.fixture
def series(course: Course) -> AppointmentSeries:
    return course.book()


@pytest.fixture
def second(series: AppointmentSeries) -> Appointment:
    return series.appointments.order_by("starts_at")[1]


@pytest.fixture
def desk(client: Client, course: Course) -> Client:
    client.force_login(staff_of(course.facility))
    return client


def press(client: Client, visit: Appointment, step: str, **posted: Any) -> Any:
    posted = {"version": visit.version, "scope": "following"} | posted
    return client.post(f"/appointments/{visit.pk}/{step}/", posted)


def slot(course: Course, at: Any, doctor: Any = None) -> str:
    return f"{(doctor or course.doctor).pk}|{iso(at)}"


def statuses(series: AppointmentSeries) -> list[str]:
    return list(series.appointments.order_by("starts_at").values_list("status", flat=True))


def test_the_panel_says_which_of_how_many_and_lists_the_others(
    desk: Client, series: AppointmentSeries, second: Appointment
) -> None:
    page = desk.get(f"/appointments/{second.pk}/").content.decode()
    assert "2 of 4 in a series" in page
    for other in series.appointments.exclude(pk=second.pk):
        assert f'href="/appointments/{other.pk}/"' in page


def test_a_single_appointment_offers_no_series(desk: Client, course: Course) -> None:
    single = AppointmentFactory(facility=course.facility, doctor=course.doctor)
    for page in ("", "move/"):
        content = desk.get(f"/appointments/{single.pk}/{page}").content.decode()
        assert "in a series" not in content
        assert "scope" not in content


def test_the_panel_costs_the_same_for_a_longer_series(desk: Client, course: Course) -> None:
    def statements(count: int, hour: int) -> int:
        course.first = course.at(0, hour)
        rule = weekly(course.first.astimezone(course.facility.tz), count=count)
        visit = course.book(rule=rule).appointments.first()
        with CaptureQueriesContext(connection) as captured:
            desk.get(f"/appointments/{visit.pk}/")
        return len(captured)

    statements(2, 9)
    assert statements(4, 10) == statements(12, 11)


def test_cancelling_with_all_that_follow(
    desk: Client, series: AppointmentSeries, second: Appointment
) -> None:
    response = press(desk, second, "cancel", **CANCEL)
    assert statuses(series) == ["booked", "cancelled", "cancelled", "cancelled"]
    board = desk.get(response.url).content.decode()
    assert "Cancelled, with all that follow" in board
    assert "undo/?version" not in board


@pytest.mark.parametrize("scope", ["one", "", "nonsense"])
def test_cancelling_only_this_one(
    desk: Client, series: AppointmentSeries, second: Appointment, scope: str
) -> None:
    press(desk, second, "cancel", scope=scope, **CANCEL)
    assert statuses(series) == ["booked", "cancelled", "booked", "booked"]


def test_a_refused_cancellation_keeps_the_choice(desk: Client, second: Appointment) -> None:
    response = press(desk, second, "cancel", usual="")
    assert response.status_code == 422
    assert 'id="cancel-following" checked' in response.content.decode()


def test_moving_with_all_that_follow(
    desk: Client, course: Course, series: AppointmentSeries, second: Appointment
) -> None:
    response = press(desk, second, "move", slot=slot(course, course.at(1, 11)))
    assert starts_of(series) == [course.at(0), *(course.at(week, 11) for week in (1, 2, 3))]
    assert "Moved, with all that follow" in desk.get(response.url).content.decode()


def test_moving_only_this_one(
    desk: Client, course: Course, series: AppointmentSeries, second: Appointment
) -> None:
    press(desk, second, "move", slot=slot(course, course.at(1, 11)), scope="one")
    assert starts_of(series)[1:] == [course.at(1, 11), course.at(2), course.at(3)]


def test_the_others_keep_their_doctor_unless_this_one_changes(
    desk: Client, course: Course, series: AppointmentSeries, second: Appointment
) -> None:
    other = working_doctor(course.facility)
    last = series.appointments.latest("starts_at")
    last.reschedule(starts_at=last.starts_at, doctor=other, by=None)
    press(desk, second, "move", slot=slot(course, course.at(1, 11)))
    last.refresh_from_db()
    assert (last.doctor, last.starts_at) == (other, course.at(3, 11))
    second.refresh_from_db()
    press(desk, second, "move", slot=slot(course, course.at(1, 12), other))
    assert set(series.appointments.filter(pk__gte=second.pk).values_list("doctor", flat=True)) == {
        other.pk
    }


def test_a_move_that_clashes_asks_for_each_and_follows_the_answers(
    desk: Client, course: Course, series: AppointmentSeries, second: Appointment
) -> None:
    course.take(course.at(2, 11))
    course.take(course.at(3, 11))
    wanted = slot(course, course.at(1, 11))
    response = press(desk, second, "move", slot=wanted)
    page = response.content.decode()
    third, fourth = series.appointments.order_by("starts_at")[2:]
    assert response.status_code == 409
    assert "nothing was moved" in page
    for visit in (third, fourth):
        assert f'name="choice-{visit.pk}"' in page
    assert f'name="slot" value="{wanted}">Move with these choices' in page
    instead = slot(course, course.at(2, 10, 30))
    choices = {f"choice-{third.pk}": instead, f"choice-{fourth.pk}": "out"}
    assert press(desk, second, "move", slot=wanted, **choices).status_code == 302
    assert starts_of(series) == [
        course.at(0),
        course.at(1, 11),
        course.at(2, 10, 30),
        course.at(3),
    ]


def test_the_choice_stays_when_another_day_is_looked_at(desk: Client, second: Appointment) -> None:
    page = desk.get(f"/appointments/{second.pk}/move/?scope=following").content.decode()
    assert 'id="move-following" checked' in page


@pytest.mark.parametrize("step", ["move", "cancel"])
def test_what_somebody_else_has_changed_is_a_conflict(
    desk: Client, course: Course, series: AppointmentSeries, second: Appointment, step: str
) -> None:
    set_status(second, "arrived")
    response = press(desk, second, step, slot=slot(course, course.at(1, 11)), **CANCEL)
    assert response.status_code == 409
    assert statuses(series) == ["booked", "arrived", "booked", "booked"]


@pytest.mark.parametrize("step", ["move", "cancel"])
def test_only_who_may_change_one_changes_all_that_follow(
    client: Client, course: Course, series: AppointmentSeries, second: Appointment, step: str
) -> None:
    posted = {"slot": slot(course, course.at(1, 11))} | CANCEL
    course.patient.user = UserFactory(role="patient")
    course.patient.save()
    for user in (staff_of(course.facility, "nurse"), course.patient.user):
        client.force_login(user)
        assert press(client, second, step, **posted).status_code == 403
    client.force_login(staff_of(FacilityFactory()))
    assert press(client, second, step, **posted).status_code == 404
    assert statuses(series) == ["booked"] * 4
    assert starts_of(series) == [course.at(week) for week in range(4)]
