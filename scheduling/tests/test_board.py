"""The arithmetic of the day board, and the page itself."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from facilities.models import Doctor, Facility
from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling import board
from scheduling.agenda import DoctorDay
from scheduling.availability import Period, day_bounds, instant
from scheduling.models import Appointment, Closure
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor

CHICAGO = Facility(pk=1, name="Clinic", timezone="America/Chicago", capacity=1)
TZ = CHICAGO.tz
DAY = date(2026, 6, 1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return instant(datetime.combine(day, time(hour, minute)), TZ)


def visit(starts_at: datetime, minutes: int = 30, pk: int = 1, **fields: object) -> Appointment:
    ends_at = starts_at + timedelta(minutes=minutes)
    fields = {"facility_id": CHICAGO.pk, "blocked_until": ends_at} | fields
    return Appointment(pk=pk, starts_at=starts_at, ends_at=ends_at, **fields)


def laid_out(
    *,
    hours: list[Period],
    visits: list[Appointment] | None = None,
    day: date = DAY,
    now: datetime = LONG_AGO,
    visible: tuple[int, ...] = (1,),
    absences: list[Closure] | None = None,
) -> board.Board:
    days = [DoctorDay(Doctor(pk=1, name="Dr. A"), day, hours, absences or [], visits or [])]
    return board.laid_out(CHICAGO, day, days, visible=visible, now=now)


def kinds(laid: board.Board) -> list[tuple[str, int, int]]:
    return [(item.kind, item.row, item.span) for item in laid.columns[0].items]


def test_free_time_is_cut_at_the_clocks_half_hours() -> None:
    pieces = board.chunks(Period(at(9, 10), at(10, 45)), TZ)
    assert [(p.starts_at, p.ends_at) for p in pieces] == [
        (at(9, 10), at(9, 30)),
        (at(9, 30), at(10)),
        (at(10), at(10, 30)),
        (at(10, 30), at(10, 45)),
    ]


def test_an_edge_too_short_to_press_joins_its_neighbour() -> None:
    pieces = board.chunks(Period(at(9, 20), at(10, 10)), TZ)
    assert [p.starts_at for p in pieces] == [at(9, 20)]
    assert pieces[0].ends_at == at(10, 10)


def test_free_time_too_short_to_press_is_not_offered() -> None:
    assert board.chunks(Period(at(9), at(9, 10)), TZ) == []


def test_free_time_starts_on_the_next_full_five_minutes() -> None:
    assert board.chunks(Period(at(9, 2), at(9, 30)), TZ)[0].starts_at == at(9, 5)


def test_rows_count_from_the_first_full_hour() -> None:
    laid = laid_out(hours=[Period(at(8, 30), at(10))], visits=[visit(at(9), 45)])
    assert laid.period == Period(at(8), at(10))
    assert laid.rows == 24
    assert kinds(laid) == [
        ("off", 0, 6),
        ("free", 6, 6),
        ("appointment", 12, 9),
        ("free", 21, 3),
    ]


def test_past_free_time_is_not_offered() -> None:
    laid = laid_out(hours=[Period(at(8), at(10))], now=at(9, 12))
    assert kinds(laid) == [("free", 15, 3), ("free", 18, 6)]
    assert laid.now_row == 14


def test_a_buffer_follows_its_visit() -> None:
    held = visit(at(8), blocked_until=at(8, 45))
    assert kinds(laid_out(hours=[Period(at(8), at(9))], visits=[held])) == [
        ("appointment", 0, 6),
        ("buffer", 6, 3),
        ("free", 9, 3),
    ]


def test_a_closure_covers_free_time_but_not_the_visits_in_it() -> None:
    closure = Closure(starts_at=at(8), ends_at=at(10), reason="Holiday")
    laid = laid_out(hours=[Period(at(8), at(10))], visits=[visit(at(9))], absences=[closure])
    assert kinds(laid) == [("closed", 0, 12), ("appointment", 12, 6), ("closed", 18, 6)]


def test_a_visit_elsewhere_or_out_of_sight_shows_only_that_time_is_taken() -> None:
    visits = [visit(at(8), facility_id=2), visit(at(9), pk=7)]
    items = laid_out(hours=[Period(at(8), at(10))], visits=visits).columns[0].items
    taken = [item for item in items if item.kind != "free"]
    assert [item.kind for item in taken] == ["elsewhere", "taken"]
    assert all(item.appointment is None for item in taken)


def test_overbooked_visits_stand_side_by_side() -> None:
    laid = laid_out(hours=[Period(at(8), at(9))], visits=[visit(at(8)), visit(at(8), overbook=1)])
    assert laid.columns[0].lanes == 2
    assert [item.lane for item in laid.columns[0].items if item.kind == "appointment"] == [0, 1]


@pytest.mark.parametrize(
    ("day", "hours", "labels"),
    [
        (date(2026, 3, 8), 23, ["12 CST", "1 CST", "3 CDT", "4 CDT"]),
        (date(2026, 11, 1), 25, ["12 CDT", "1 CDT", "1 CST", "2 CST"]),
    ],
)
def test_a_day_on_which_the_clocks_change_has_its_own_length(
    day: date, hours: int, labels: list[str]
) -> None:
    laid = laid_out(hours=[day_bounds(day, TZ)], day=day)
    assert laid.rows == hours * 12
    assert laid.clocks_change
    assert [f"{mark.at.astimezone(TZ):%-I %Z}" for mark in laid.marks][:4] == labels
    assert len([item for item in laid.columns[0].items if item.kind == "free"]) == hours * 2


def test_a_doctor_without_hours_or_visits_is_not_in() -> None:
    laid = laid_out(hours=[])
    assert laid.columns == []
    assert [doctor.name for doctor in laid.not_in] == ["Dr. A"]
    assert laid.period == Period(at(8), at(18))


# The page


@pytest.fixture
def facility(db: None) -> Facility:
    return FacilityFactory(name="Papillion")


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


def test_the_desk_leads_to_the_first_facility(desk: Client, facility: Facility) -> None:
    response = desk.get("/")
    assert (response.status_code, response.url) == (302, f"/desk/{facility.pk}/")


def test_the_desk_helps_somebody_without_a_facility(client: Client, db: None) -> None:
    client.force_login(
        User.objects.create_user("new", "new@example.org", full_name="New", role="nurse")
    )
    assert "not assigned to a facility" in client.get("/").content.decode()


def test_the_board_shows_visits_free_time_and_the_zone(desk: Client, facility: Facility) -> None:
    appointment = AppointmentFactory(
        facility=facility,
        patient=PatientFactory(given_name="Maria", family_name="Lopez", facility=facility),
    )
    day = appointment.starts_at.astimezone(facility.tz).date()
    page = desk.get(f"/desk/{facility.pk}/?date={day}").content.decode()
    assert "Maria Lopez" in page
    assert "America/Chicago" in page
    start = in_days(1, 10, facility=facility)
    assert (
        f"doctor={appointment.doctor_id}&amp;starts_at={start.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
        in page
    )


def test_a_doctor_reads_only_their_own_patients_names(client: Client, facility: Facility) -> None:
    other = AppointmentFactory(facility=facility)
    client.force_login(staff_of(facility, "doctor"))
    day = other.starts_at.astimezone(facility.tz).date()
    page = client.get(f"/desk/{facility.pk}/?date={day}").content.decode()
    assert str(other.patient) not in page
    assert "Taken" in page


@pytest.mark.parametrize(
    "query", ["date=2026-02-30", "date=x", "date=0001-01-01", "date=9999-12-31"]
)
def test_an_impossible_date_is_a_bad_request(desk: Client, facility: Facility, query: str) -> None:
    assert desk.get(f"/desk/{facility.pk}/?{query}").status_code == 400


def test_another_facility_is_not_found(desk: Client) -> None:
    assert desk.get(f"/desk/{FacilityFactory().pk}/").status_code == 404


def test_the_board_cannot_be_posted_to(desk: Client, facility: Facility) -> None:
    assert desk.post(f"/desk/{facility.pk}/").status_code == 405


def test_a_patient_account_sees_no_board(client: Client, facility: Facility) -> None:
    client.force_login(staff_of(facility, "patient"))
    assert client.get(f"/desk/{facility.pk}/").status_code == 403


def test_the_board_asks_nine_questions_however_full_it_is(
    desk: Client, facility: Facility, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    start = in_days(1, 8, facility=facility)
    url = f"/desk/{facility.pk}/?date={start.astimezone(facility.tz).date()}"
    doctors = [working_doctor(facility) for _ in range(2)]
    DoctorFactory(facilities=[facility])
    AppointmentFactory(facility=facility, starts_at=start)
    with django_assert_num_queries(9):
        desk.get(url)
    for doctor in doctors:
        for n in range(6):
            AppointmentFactory(
                facility=facility, doctor=doctor, starts_at=start + timedelta(hours=n)
            )
    with django_assert_num_queries(9):
        assert desk.get(url).content.count(b"item-appointment") == 13


@pytest.mark.django_db
def test_the_desk_opens_at_the_facility_looked_at_last(client: Client) -> None:
    first, second = FacilityFactory(name="Ash"), FacilityFactory(name="Birch")
    user = staff_of(first)
    second.staff.add(user)
    client.force_login(user)
    assert client.get("/").headers["Location"] == f"/desk/{first.pk}/"
    client.get(f"/desk/{second.pk}/")
    assert client.get("/").headers["Location"] == f"/desk/{second.pk}/"
    second.staff.remove(user)
    assert client.get("/").headers["Location"] == f"/desk/{first.pk}/"
