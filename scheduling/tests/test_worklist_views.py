"""The work lists of absences and of shortened hours, as the browser uses them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory, staff_of
from scheduling.models import Appointment, FreeTimeHorizon, TimeOff
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility)


@pytest.fixture
def colleague(facility: Facility) -> Doctor:
    return working_doctor(facility)


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


@pytest.fixture
def visits(facility: Facility, doctor: Doctor, colleague: Doctor) -> list[Appointment]:
    return [
        AppointmentFactory(
            facility=facility, doctor=doctor, starts_at=in_days(2, hour, facility=facility)
        )
        for hour in (9, 10, 11)
    ]


@pytest.fixture
def away(facility: Facility, doctor: Doctor, visits: list[Appointment]) -> TimeOff:
    midnight = in_days(2, 0, facility=facility)
    return TimeOff.objects.create(
        doctor=doctor, starts_at=midnight, ends_at=midnight + timedelta(days=1)
    )


@pytest.fixture
def stranded(facility: Facility, doctor: Doctor, visits: list[Appointment]) -> str:
    """Take the doctor's mornings away; return the address of the work list."""
    doctor.working_hours.update(starts_at="15:00")
    return f"/doctors/{doctor.pk}/stranded/"


def offered(client: Client, address: str) -> list[str]:
    """Return the moves of the list's rows, in order."""
    page = client.get(address).content.decode()
    rows = page[page.index('<ol class="worklist">') :]
    return re.findall(r'name="move" value="([^"]+)"', rows)


def move(client: Client, address: str, moves: list[str]) -> Any:
    return client.post(f"{address}move/", {"move": moves})


def doctors_of(visits: list[Appointment]) -> list[Doctor]:
    return [Appointment.objects.get(pk=visit.pk).doctor for visit in visits]


def test_the_list_shows_patients_times_and_proposals(desk, away, visits, colleague):
    page = desk.get(away.get_absolute_url()).content.decode()
    for visit in visits:
        assert str(visit.patient) in page
        assert f"/appointments/{visit.pk}/move/" in page
    assert f"with {colleague}" in page
    assert "Move all 3 as proposed" in page


def test_one_is_moved_as_proposed(desk, away, visits, doctor, colleague):
    address = away.get_absolute_url()
    response = move(desk, address, offered(desk, address)[:1])
    assert response.url == address
    assert "1 appointment moved." in desk.get(address).content.decode()
    assert doctors_of(visits) == [colleague, doctor, doctor]


def test_all_are_moved_and_the_page_says_so(desk, away, visits, colleague):
    address = away.get_absolute_url()
    move(desk, address, offered(desk, address))
    page = desk.get(address).content.decode()
    assert "3 appointments moved." in page
    assert "All dealt with." in page
    assert doctors_of(visits) == [colleague] * 3
    assert visits[0].events.first().by.role == "receptionist"


def test_what_is_taken_meanwhile_stays_on_the_list_with_the_reason(
    desk, facility, away, visits, doctor, colleague
):
    address = away.get_absolute_url()
    moves = offered(desk, address)
    AppointmentFactory(facility=facility, doctor=colleague, starts_at=visits[1].starts_at)
    response = move(desk, address, moves)
    page = response.content.decode()
    assert response.status_code == 409
    assert "2 were moved, 1 could not be moved:" in page
    assert f"{visits[1].patient}: That time, or part of it, has just been taken." in page
    assert doctors_of(visits) == [colleague, doctor, colleague]
    assert "1 appointment to move" in page
    assert not Appointment.objects.filter(status="cancelled").exists()


def test_what_somebody_else_has_moved_is_left_alone(desk, facility, away, visits, colleague):
    address = away.get_absolute_url()
    moves = offered(desk, address)
    elsewhere = in_days(3, 15, facility=facility)
    Appointment.objects.get(pk=visits[0].pk).reschedule(starts_at=elsewhere, by=None)
    response = move(desk, address, moves)
    assert response.status_code == 409
    assert "Somebody else has just changed this appointment" in response.content.decode()
    visits[0].refresh_from_db()
    assert visits[0].starts_at == elsewhere
    assert doctors_of(visits[1:]) == [colleague] * 2


def test_pressing_twice_moves_once(desk, away, visits):
    address = away.get_absolute_url()
    moves = offered(desk, address)
    for _ in range(2):
        assert move(desk, address, moves).status_code == 302
    assert {visit.version for visit in Appointment.objects.all()} == {2}


def test_a_cancelled_one_has_left_the_list(desk, away, visits):
    visits[0].cancel("Patient is ill", by=None)
    assert len(offered(desk, away.get_absolute_url())) == 2


@pytest.mark.parametrize(
    "moves",
    [
        [],
        ["x"],
        ["1|1|1"],
        ["{pk}|1|{doctor}|soon"],
        ["{pk}|1|{doctor}|2030-01-01T09:00"],
        ["{pk}|1|{doctor}|2030-01-01T09:00Z"] * 101,
    ],
)
def test_moves_that_no_list_offers_are_a_bad_request(desk, away, visits, doctor, moves):
    moves = [text.format(pk=visits[0].pk, doctor=doctor.pk) for text in moves]
    assert move(desk, away.get_absolute_url(), moves).status_code == 400


def test_what_this_person_cannot_see_is_not_found(desk, away, doctor, visits):
    other = AppointmentFactory()
    start = "2030-01-01T09:00Z"
    for text in (
        f"{other.pk}|1|{doctor.pk}|{start}",
        f"{visits[0].pk}|1|{other.doctor.pk}|{start}",
    ):
        assert move(desk, away.get_absolute_url(), [text]).status_code == 404


@pytest.mark.parametrize("role", ["doctor", "nurse", "patient"])
def test_who_may_not_move_is_offered_nothing_and_moves_nothing(
    client, desk, facility, away, visits, doctor, stranded, role
):
    address = away.get_absolute_url()
    moves = offered(desk, address)
    client.force_login(staff_of(facility, role))
    for path in (address, stranded):
        assert move(client, path, moves).status_code == 403
        page = client.get(path)
        assert page.status_code == (403 if role == "patient" else 200)
        assert 'name="move"' not in page.content.decode()
    assert doctors_of(visits) == [doctor] * 3


def test_a_doctor_sees_how_many_of_a_colleague_s_are_affected_and_not_whose(
    client, facility, away, visits
):
    client.force_login(staff_of(facility, "doctor"))
    page = client.get(away.get_absolute_url()).content.decode()
    assert "3 more are affected that you cannot see" in page
    assert str(visits[0].patient) not in page


def test_stranded_appointments_are_moved_in_the_same_way(desk, stranded, visits, colleague):
    assert "3 appointments to move" in desk.get(stranded).content.decode()
    move(desk, stranded, offered(desk, stranded))
    assert "All dealt with." in desk.get(stranded).content.decode()
    assert doctors_of(visits) == [colleague] * 3


def test_the_stranded_of_another_facility_s_doctor_are_not_found(client, stranded):
    client.force_login(staff_of(FacilityFactory()))
    assert client.get(stranded).status_code == 404
    assert move(client, stranded, ["1|1|1|2030-01-01T09:00Z"]).status_code == 404


def test_wrong_methods_are_refused(desk, stranded):
    assert desk.post(stranded).status_code == 405
    assert desk.get(f"{stranded}move/").status_code == 405


@pytest.mark.parametrize("more", [0, 5])
def test_a_list_takes_as_many_queries_for_many_rows_as_for_few(
    desk, facility, doctor, away, stranded, more, django_assert_num_queries: DjangoAssertNumQueries
):
    doctor.working_hours.update(starts_at="08:00")
    away.delete()
    for turn in range(more):
        start = in_days(2, 12 + turn, facility=facility)
        AppointmentFactory(facility=facility, doctor=doctor, starts_at=start)
    away.save()
    FreeTimeHorizon.extend(timezone.now().date())
    with django_assert_num_queries(16):
        desk.get(away.get_absolute_url())
    doctor.working_hours.update(starts_at="07:00", ends_at="07:30")
    with django_assert_num_queries(13):
        desk.get(stranded)
