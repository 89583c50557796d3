"""Entering time off and closures at the desk, and the list of those to come."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.tests.factories import UserFactory
from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory, staff_of
from scheduling.models import Appointment, Closure, TimeOff
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor

pytestmark = pytest.mark.django_db
ALLOWED = {
    "time-off": {"admin", "receptionist", "doctor"},
    "closures": {"admin", "receptionist"},
}


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory(timezone="America/Denver")


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility)


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


def signed_in(client: Client, role: str, facility: Facility, doctor: Doctor) -> Client:
    """Return somebody of this role at the facility; a doctor is this doctor."""
    user = staff_of(facility, role)
    if role == "doctor":
        doctor.user = user
        doctor.save()
    client.force_login(user)
    return client


def add_url(kind: str, doctor: Doctor, facility: Facility) -> str:
    whose = f"doctor={doctor.pk}" if kind == "time-off" else f"facility={facility.pk}"
    return f"/absences/{kind}/add/?{whose}"


def made(kind: str, doctor: Doctor, facility: Facility, **fields: Any) -> Any:
    midnight = in_days(2, 0, facility=facility)
    times = {"starts_at": midnight, "ends_at": midnight + timedelta(days=1)} | fields
    if kind == "time-off":
        return TimeOff.objects.create(doctor=doctor, **times)
    return Closure.objects.create(facility=facility, **times)


def typed(facility: Facility, days: int = 2, **fields: Any) -> dict[str, Any]:
    day = timezone.now().astimezone(facility.tz).date() + timedelta(days=days)
    until = day + timedelta(days=1)
    return {"starts_at": f"{day}T00:00", "ends_at": f"{until}T00:00", "reason": "Ill"} | fields


@pytest.mark.parametrize("kind", ["time-off", "closures"])
@pytest.mark.parametrize("role", ["admin", "receptionist", "doctor", "nurse", "patient"])
def test_each_role_writes_what_it_may(client, facility, doctor, kind, role):
    signed_in(client, role, facility, doctor)
    allowed = role in ALLOWED[kind]
    add = client.post(add_url(kind, doctor, facility), typed(facility))
    assert add.status_code == (302 if allowed else 403)
    absence = made(kind, doctor, facility)
    edit, delete = (f"/absences/{kind}/{absence.pk}/{verb}/" for verb in ("edit", "delete"))
    assert client.get(edit).status_code == (200 if allowed else 403)
    changed = typed(facility, 3, was=absence.fingerprint)
    assert client.post(edit, changed).status_code == (302 if allowed else 403)
    assert client.post(delete).status_code == (302 if allowed else 403)
    assert type(absence).objects.filter(pk=absence.pk).exists() is not allowed


@pytest.mark.parametrize("kind", ["time-off", "closures"])
@pytest.mark.parametrize("role", ["admin", "receptionist", "doctor", "nurse", "patient"])
def test_all_staff_see_absences(client, facility, doctor, kind, role):
    signed_in(client, role, facility, doctor)
    absence = made(kind, doctor, facility)
    expected = 403 if role == "patient" else 200
    for url in ["/absences/", absence.get_absolute_url(), f"/doctors/{doctor.pk}/time-off/"]:
        page = client.get(url)
        assert page.status_code == expected
        assert ("/edit/" in page.content.decode()) is (
            url == absence.get_absolute_url() and role in ALLOWED[kind]
        )


@pytest.mark.parametrize("kind", ["time-off", "closures"])
def test_absences_of_another_facility_are_not_found(client, facility, doctor, kind):
    client.force_login(staff_of(FacilityFactory()))
    absence = made(kind, doctor, facility)
    here = f"/absences/{kind}/{absence.pk}/"
    assert client.get(here).status_code == 404
    assert client.post(f"{here}edit/", typed(facility)).status_code == 404
    assert client.post(f"{here}delete/").status_code == 404
    assert client.post(f"{here}move/", {"move": "1|1|1|2030-01-01T00:00Z"}).status_code == 404
    assert client.post(add_url(kind, doctor, facility), typed(facility)).status_code == 404
    assert client.get(f"/doctors/{doctor.pk}/time-off/").status_code == 404
    assert str(doctor) not in client.get("/absences/").content.decode()


def test_a_doctor_enters_nobody_else_s_time_off(client, facility, doctor):
    colleague = working_doctor(facility)
    signed_in(client, "doctor", facility, doctor)
    assert client.get(add_url("time-off", colleague, facility)).status_code == 403
    absence = made("time-off", colleague, facility)
    for verb in ("edit", "delete"):
        assert client.post(f"{absence.get_absolute_url()}{verb}/").status_code == 403


@pytest.mark.parametrize("kind", ["time-off", "closures"])
def test_wrong_methods_are_refused(desk, facility, doctor, kind):
    absence = made(kind, doctor, facility)
    for path in ("delete/", "move/"):
        assert desk.get(f"{absence.get_absolute_url()}{path}").status_code == 405
    for url in ["/absences/", absence.get_absolute_url(), f"/doctors/{doctor.pk}/time-off/"]:
        assert desk.post(url).status_code == 405


def test_times_are_read_and_shown_by_the_facility_s_clock(desk, facility, doctor):
    data = typed(facility, starts_at="2030-01-15T09:00", ends_at="2030-01-15T12:00")
    desk.post(add_url("time-off", doctor, facility), data)
    absence = TimeOff.objects.get()
    assert absence.starts_at == datetime(2030, 1, 15, 16, 0, tzinfo=UTC)
    form = desk.get(f"{absence.get_absolute_url()}edit/").content.decode()
    assert 'value="2030-01-15T09:00"' in form
    assert "9:00 AM MST" in desk.get("/absences/").content.decode()


def test_the_list_shows_times_by_the_clock_of_who_reads_it(desk, facility, doctor):
    elsewhere = FacilityFactory(name="Aardvark Hill", timezone="America/New_York")
    doctor.facilities.add(elsewhere)
    midnight = in_days(2, 0, facility=facility)
    TimeOff.objects.create(
        doctor=doctor, starts_at=midnight, ends_at=midnight + timedelta(hours=7, minutes=45)
    )
    for address in ("/absences/", f"/doctors/{doctor.pk}/time-off/"):
        assert "7:45 AM" in desk.get(address).content.decode()


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "words"),
    [
        ("2030-03-10T02:30", "2030-03-10T05:00", "The clocks skip 02:30 on 2030-03-10"),
        ("2030-03-10T05:00", "2030-03-10T04:00", "The end must lie after the start"),
        ("0001-01-01T00:00", "2030-03-10T04:00", "out of reach"),
        ("soon", "2030-03-10T04:00", "Enter a valid date"),
    ],
)
@pytest.mark.parametrize("kind", ["time-off", "closures"])
def test_a_refused_time_keeps_what_was_typed(
    desk, facility, doctor, kind, starts_at, ends_at, words
):
    data = {"starts_at": starts_at, "ends_at": ends_at, "reason": "Conference"}
    response = desk.post(add_url(kind, doctor, facility), data)
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert f'value="{ends_at}"' in page
    assert 'value="Conference"' in page
    assert not TimeOff.objects.exists()
    assert not Closure.objects.exists()


@pytest.mark.parametrize("kind", ["time-off", "closures"])
def test_clashes_are_shown_before_saving_and_nothing_is_cancelled(desk, facility, doctor, kind):
    visits = [
        AppointmentFactory(
            facility=facility, doctor=doctor, starts_at=in_days(2, hour, facility=facility)
        )
        for hour in (9, 10)
    ]
    url = add_url(kind, doctor, facility)
    shown = desk.post(url, typed(facility))
    page = shown.content.decode()
    assert shown.status_code == 422
    assert "2 appointments are affected." in page
    assert str(visits[0].patient) in page
    assert f'name="seen" value="{visits[0].pk} {visits[1].pk}"' in page
    saved = desk.post(url, typed(facility, seen=f"{visits[0].pk} {visits[1].pk}"))
    absence = (TimeOff if kind == "time-off" else Closure).objects.get()
    assert saved.url == absence.get_absolute_url()
    assert {visit.status for visit in Appointment.objects.all()} == {"booked"}


def test_a_booking_made_meanwhile_is_shown_before_saving(desk, facility, doctor):
    shown, came = (
        AppointmentFactory(
            facility=facility, doctor=doctor, starts_at=in_days(2, hour, facility=facility)
        )
        for hour in (9, 10)
    )
    url = add_url("time-off", doctor, facility)
    assert desk.post(url, typed(facility, seen=shown.pk)).status_code == 422
    shown.cancel("Patient is ill", by=None)
    assert desk.post(url, typed(facility, seen=shown.pk)).status_code == 422
    assert desk.post(url, typed(facility, seen=came.pk)).status_code == 302


def test_what_is_affected_elsewhere_is_counted_and_not_shown(desk, facility, doctor):
    other = FacilityFactory(timezone="America/Denver")
    doctor.facilities.add(other)
    doctor.working_hours.update(facility=other)
    visit = AppointmentFactory(
        facility=other, doctor=doctor, starts_at=in_days(2, 9, facility=other)
    )
    page = desk.post(add_url("time-off", doctor, facility), typed(facility)).content.decode()
    assert "1 appointment is affected." in page
    assert str(visit.patient) not in page


def test_the_list_counts_what_is_to_move_at_ones_own_facilities(desk, facility, doctor):
    AppointmentFactory(facility=facility, doctor=doctor, starts_at=in_days(2, 9, facility=facility))
    other = FacilityFactory(timezone="America/Denver")
    doctor.facilities.add(other)
    doctor.working_hours.update(facility=other)
    AppointmentFactory(facility=other, doctor=doctor, starts_at=in_days(2, 10, facility=other))
    for kind in ("time-off", "closures"):
        made(kind, doctor, facility)
    made("time-off", working_doctor(facility), facility)
    page = desk.get("/absences/").content.decode()
    assert page.count(">1 to move<") == 2
    assert page.count("none to move") == 1


def test_an_absence_that_is_over_has_left_the_list(desk, facility, doctor):
    now = timezone.now()
    over = {"starts_at": now - timedelta(days=2), "ends_at": now - timedelta(days=1)}
    made("time-off", doctor, facility, reason="Long ago", **over)
    assert "Long ago" not in desk.get("/absences/").content.decode()
    assert "Long ago" in desk.get(f"/doctors/{doctor.pk}/time-off/").content.decode()


@pytest.mark.parametrize("count", [1, 8])
def test_the_lists_take_as_many_queries_for_many_rows_as_for_few(
    desk, facility, doctor, count, django_assert_num_queries: DjangoAssertNumQueries
):
    for turn in range(count):
        start = in_days(2, 8 + turn, facility=facility)
        AppointmentFactory(facility=facility, doctor=doctor, starts_at=start)
    for _ in range(count):
        for kind, who in [("time-off", working_doctor(facility)), ("closures", doctor)]:
            made(kind, who, facility)
        made("time-off", doctor, facility)
    with django_assert_num_queries(7):
        desk.get("/absences/")
    with django_assert_num_queries(7):
        desk.get(f"/doctors/{doctor.pk}/time-off/")


def test_somebody_without_a_facility_sees_an_empty_list(client):
    client.force_login(UserFactory(role="receptionist"))
    assert "Nobody is away" in client.get("/absences/").content.decode()
