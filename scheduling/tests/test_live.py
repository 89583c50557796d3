"""A board's question whether it is up to date: answered with a 304 until anything shown changes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory, RoomFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling.freshness import state_of
from scheduling.models import Appointment, Closure, TimeOff, WorkingHours
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    in_days,
    working_doctor,
)
from scheduling.views.live import _hand

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility)


@pytest.fixture
def booked(facility: Facility, doctor: Doctor) -> Appointment:
    kind = AppointmentTypeFactory(name="Skin check")
    room = RoomFactory(facility=facility)
    return AppointmentFactory(facility=facility, doctor=doctor, type=kind, room=room)


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


def address(facility: Facility) -> str:
    day = in_days(1, 9, facility=facility).astimezone(facility.tz).date()
    return f"/desk/{facility.pk}/?date={day}"


def poll(client: Client, facility: Facility, tag: str = "", more: str = "") -> Any:
    headers = {"X-Poll": "1", "If-None-Match": tag}
    return client.get(f"{address(facility)}{more}", headers=headers)


def test_a_page_brings_the_tag_that_the_first_question_asks_with(
    desk: Client, facility: Facility, booked: Appointment
) -> None:
    for more in ("", f"&for={booked.patient_id}", f"&moving={booked.pk}&version=1"):
        page = desk.get(f"{address(facility)}{more}").content.decode()
        tag = page.split('data-live-tag="')[1].split('"')[0].replace("&quot;", '"')
        asked = page.split('data-live="')[1].split('"')[0].replace("&amp;", "&")
        assert desk.get(asked, headers={"X-Poll": "1", "If-None-Match": tag}).status_code == 304


def test_nothing_new_is_said_in_three_statements(
    desk: Client, facility: Facility, booked: Appointment, django_assert_num_queries: Any
) -> None:
    tag = poll(desk, facility).headers["ETag"]
    with django_assert_num_queries(3):
        answer = poll(desk, facility, tag)
    assert (answer.status_code, answer.content) == (304, b"")
    assert "no-store" in answer.headers["Cache-Control"]


def changes() -> dict[str, Callable[[Appointment], Any]]:
    """Return what others may do to what a board shows, each by its name."""
    nine = lambda held, hour=9: in_days(1, hour, facility=held.facility)  # noqa: E731
    return {
        "booked": lambda held: AppointmentFactory(
            facility=held.facility, doctor=held.doctor, starts_at=nine(held, 11)
        ),
        "held": lambda held: Appointment.objects.hold(
            now=timezone.now(),
            doctor=held.doctor,
            facility=held.facility,
            starts_at=nine(held, 12),
            by=None,
        ),
        "moved": lambda held: held.reschedule(starts_at=nine(held, 14), by=None),
        "moved to another day": lambda held: held.reschedule(
            starts_at=in_days(2, 9, facility=held.facility), by=None
        ),
        "cancelled": lambda held: held.cancel("Ill", by=None),
        "deleted": lambda held: held.events.all().delete() and held.delete(),
        "renamed": lambda held: setattr(held.patient, "family_name", "New") or held.patient.save(),
        "type": lambda held: setattr(held.type, "name", "Other") or held.type.save(),
        "room": lambda held: setattr(held.room, "name", "Other") or held.room.save(),
        "doctor": lambda held: setattr(held.doctor, "name", "Dr. New") or held.doctor.save(),
        "a doctor comes": lambda held: working_doctor(held.facility),
        "a doctor leaves": lambda held: held.facility.doctors.remove(held.doctor),
        "away": lambda held: TimeOff.objects.create(
            doctor=held.doctor, starts_at=nine(held, 15), ends_at=nine(held, 16)
        ),
        "closed": lambda held: Closure.objects.create(
            facility=held.facility, starts_at=nine(held, 15), ends_at=nine(held, 16)
        ),
        "hours": lambda held: WorkingHours.objects.update(ends_at=time(17)),
        "booked elsewhere": booked_elsewhere,
    }


def booked_elsewhere(held: Appointment) -> None:
    there = FacilityFactory()
    held.doctor.facilities.add(there)
    start = in_days(1, 15, facility=held.facility)
    WorkingHours.objects.filter(doctor=held.doctor).delete()
    AppointmentFactory(facility=there, doctor=held.doctor, starts_at=start, override="Once")


@pytest.mark.parametrize("change", changes())
def test_whatever_changes_is_new(
    desk: Client, facility: Facility, booked: Appointment, change: str
) -> None:
    tag = poll(desk, facility).headers["ETag"]
    changes()[change](booked)
    answer = poll(desk, facility, tag)
    assert answer.status_code == 200
    assert b'id="board-content"' in answer.content
    assert b"<html" not in answer.content
    assert poll(desk, facility, answer.headers["ETag"]).status_code == 304


def test_what_happens_on_another_day_or_elsewhere_is_not_new(
    desk: Client, facility: Facility, booked: Appointment
) -> None:
    tag = poll(desk, facility).headers["ETag"]
    AppointmentFactory()
    later = in_days(3, 9, facility=facility)
    AppointmentFactory(facility=facility, doctor=booked.doctor, starts_at=later)
    assert poll(desk, facility, tag).status_code == 304


def test_a_hold_that_runs_out_is_new_though_nobody_writes(
    facility: Facility, doctor: Doctor
) -> None:
    now, start = timezone.now(), in_days(1, 9, facility=facility)
    user = staff_of(facility)
    hold = Appointment.objects.hold(
        now=now, doctor=doctor, facility=facility, starts_at=start, by=user
    )
    day = start.astimezone(facility.tz).date()
    before, after = (
        state_of(user, facility.pk, day, day, now=hold.hold_expires_at + timedelta(seconds=n))
        for n in (-1, 1)
    )
    assert before != after


def test_the_now_line_moves_every_five_minutes_of_the_days_shown() -> None:
    day = date(2026, 6, 1)
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert _hand(noon, day, day) == _hand(noon + timedelta(minutes=4), day, day)
    assert _hand(noon, day, day) != _hand(noon + timedelta(minutes=5), day, day)
    assert _hand(noon - 3 * 24 * HOUR, day, day) == _hand(noon - 4 * 24 * HOUR, day, day)
    assert _hand(noon + 3 * 24 * HOUR, day, day) == "past"


def test_two_people_have_tags_of_their_own(facility: Facility, booked: Appointment) -> None:
    tags = set()
    for role in ("receptionist", "doctor"):
        client = Client()
        client.force_login(staff_of(facility, role))
        tags.add(poll(client, facility).headers["ETag"])
    assert len(tags) == 2


def test_another_language_is_new(desk: Client, facility: Facility, booked: Appointment) -> None:
    tag = poll(desk, facility).headers["ETag"]
    for language in ("es", "en"):
        User.objects.latest("pk").prefer(language=language)
        assert (poll(desk, facility, tag).status_code == 304) is (language == "en")


def test_a_question_keeps_messages_and_the_last_facility_as_they_are(
    desk: Client, facility: Facility, booked: Appointment
) -> None:
    desk.post(f"/appointments/{booked.pk}/cancel/", {"version": 1, "usual": "Patient is ill"})
    answer = poll(desk, facility)
    assert "last_facility" not in answer.cookies
    assert "Cancelled:" in desk.get(address(facility)).content.decode()


def test_who_may_not_see_the_board_is_told_nothing_of_it(
    desk: Client, facility: Facility, client: Client
) -> None:
    assert poll(desk, FacilityFactory()).status_code == 404
    assert desk.get(f"/desk/{facility.pk}/", headers={"X-Poll": "1"}).status_code == 400
    assert desk.post(address(facility), headers={"X-Poll": "1"}).status_code == 405
    client.force_login(staff_of(facility, "patient"))
    assert poll(client, facility).status_code == 403
    assert poll(Client(), facility).status_code == 302


def test_an_answer_with_news_asks_nine_questions_however_full_the_board_is(
    desk: Client, facility: Facility, doctor: Doctor, django_assert_num_queries: Any
) -> None:
    AppointmentFactory(facility=facility, doctor=doctor)
    for n in range(3):
        with django_assert_num_queries(9):
            assert poll(desk, facility).status_code == 200
        start = in_days(1, 11 + 2 * n, facility=facility)
        AppointmentFactory(
            facility=facility,
            doctor=doctor,
            starts_at=start,
            patient=PatientFactory(facility=facility),
        )
