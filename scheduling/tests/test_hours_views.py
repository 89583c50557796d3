"""Doctors and their weekly hours at the desk."""

from datetime import date, time
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from facilities.models import Doctor, Facility
from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of
from scheduling.models import WorkingHours
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor

pytestmark = pytest.mark.django_db
MONDAY = 1


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory(name="Northside")


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility)


@pytest.fixture
def admin(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility, "admin"))
    return client


def typed(facility: Facility, **fields: Any) -> dict[str, Any]:
    return {
        "facility": facility.pk,
        "weekday": MONDAY,
        "starts_at": "18:00",
        "ends_at": "20:00",
        "valid_from": "2030-01-01",
        "valid_until": "",
    } | fields


def on_monday(doctor: Doctor) -> WorkingHours:
    return doctor.working_hours.get(weekday=MONDAY)


def urls(doctor: Doctor) -> dict[str, str]:
    here = f"/doctors/{doctor.pk}/hours/"
    row = f"{here}{on_monday(doctor).pk}/"
    return {
        "add": f"{here}add/",
        "change": row,
        "end": f"{row}end/",
        "delete": f"{row}delete/",
    }


def test_the_list_names_doctors_and_leads_to_their_hours_and_time_off(client, facility, doctor):
    client.force_login(staff_of(facility, "nurse"))
    doctor.facilities.add(FacilityFactory(name="Elsewhere"))
    stranger = DoctorFactory(facilities=[FacilityFactory()])
    page = client.get("/doctors/").content.decode()
    for words in (str(doctor), doctor.specialization, "Northside", f"/doctors/{doctor.pk}/hours/"):
        assert words in page
    assert f"/doctors/{doctor.pk}/time-off/" in page
    assert "Elsewhere" not in page
    assert str(stranger) not in page


@pytest.mark.parametrize("count", [1, 8])
def test_the_pages_take_as_many_queries_for_many_rows_as_for_few(
    admin, facility, count, django_assert_num_queries: DjangoAssertNumQueries
):
    for _ in range(count):
        doctor = working_doctor(facility)
    for turn in range(count):
        at = in_days(2, 8 + turn, facility=facility)
        AppointmentFactory(facility=facility, doctor=doctor, starts_at=at)
    with django_assert_num_queries(4):
        admin.get("/doctors/")
    with django_assert_num_queries(10):
        admin.get(f"/doctors/{doctor.pk}/hours/")


def test_a_doctor_s_hours_at_two_facilities_on_one_day_are_both_shown(admin, facility, doctor):
    south = FacilityFactory(name="Southside")
    doctor.facilities.add(south)
    admin.post(urls(doctor)["add"], typed(south))
    page = admin.get(f"/doctors/{doctor.pk}/hours/").content.decode()
    assert "<h2>Northside</h2>" in page
    assert "<h2>Southside</h2>" in page
    assert "6:00 PM – 8:00 PM" in page


@pytest.mark.parametrize(
    ("role", "own", "allowed"),
    [
        ("admin", False, True),
        ("doctor", True, True),
        ("doctor", False, False),
        ("receptionist", False, False),
        ("nurse", False, False),
        ("patient", False, False),
    ],
)
def test_administrators_write_hours_and_doctors_their_own(
    client, facility, doctor, role, own, allowed
):
    user = staff_of(facility, role)
    if own:
        doctor.user = user
        doctor.save()
    client.force_login(user)
    page = client.get(f"/doctors/{doctor.pk}/hours/")
    assert page.status_code == (403 if role == "patient" else 200)
    assert ("Add hours" in page.content.decode()) is allowed
    posted = {
        "add": typed(facility),
        "change": typed(facility, starts_at="09:00", ends_at="10:00"),
        "end": {"valid_until": "2031-01-01"},
        "delete": {},
    }
    for verb, url in urls(doctor).items():
        assert client.post(url, posted[verb]).status_code == (302 if allowed else 403)
    assert doctor.working_hours.count() == 7
    assert doctor.working_hours.filter(starts_at=time(18)).exists() is allowed


def test_another_facility_s_doctor_and_hours_are_not_found(client, facility, doctor):
    there = FacilityFactory()
    user = staff_of(there, "doctor")
    elsewhere = working_doctor(there, user=user)
    client.force_login(user)
    assert client.get(f"/doctors/{doctor.pk}/hours/").status_code == 404
    for url in urls(doctor).values():
        assert client.post(url, typed(there)).status_code == 404
    wrong = f"/doctors/{elsewhere.pk}/hours/{on_monday(doctor).pk}/"
    assert client.post(wrong, typed(there)).status_code == 404
    refused = client.post(f"/doctors/{elsewhere.pk}/hours/add/", typed(facility))
    assert refused.status_code == 422


def test_wrong_methods_are_refused(admin, doctor):
    assert admin.post("/doctors/").status_code == 405
    assert admin.post(f"/doctors/{doctor.pk}/hours/").status_code == 405
    assert admin.get(urls(doctor)["delete"]).status_code == 405


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"starts_at": "17:00"}, "Change those first"),
        ({"starts_at": "21:00"}, "The hours must end after they start"),
        ({"valid_until": "2029-12-31"}, "The last day must not lie before the first"),
        ({"valid_until": "0001-12-31"}, "out of reach"),
        ({"weekday": "9"}, "Select a valid choice"),
    ],
)
def test_refused_hours_keep_what_was_typed(admin, facility, doctor, fields, words):
    data = typed(facility, **fields)
    response = admin.post(urls(doctor)["add"], data)
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert f'value="{data["starts_at"]}"' in page
    assert doctor.working_hours.count() == 7


def test_an_end_before_the_first_day_is_refused_by_the_database_in_words(admin, doctor):
    response = admin.post(urls(doctor)["end"], {"valid_until": "2019-12-31"})
    assert response.status_code == 422
    assert "The last day must not lie before the first" in response.content.decode()
    assert on_monday(doctor).valid_until is None


def test_ended_hours_stay_in_sight_apart(admin, doctor):
    admin.post(urls(doctor)["end"], {"valid_until": "2024-06-28"})
    assert on_monday(doctor).valid_until == date(2024, 6, 28)
    page = admin.get(f"/doctors/{doctor.pk}/hours/").content.decode()
    assert page.index("Ended hours") < page.index("06/28/2024")


@pytest.mark.parametrize("verb", ["change", "end", "delete"])
def test_hours_that_strand_an_appointment_lead_to_the_work_list(admin, facility, doctor, verb):
    at = in_days(2, 9, facility=facility)
    visit = AppointmentFactory(facility=facility, doctor=doctor, starts_at=at)
    day = at.astimezone(facility.tz)
    doctor.working_hours.exclude(weekday=day.isoweekday()).delete()
    row = doctor.working_hours.get()
    path = {"change": "", "end": "end/", "delete": "delete/"}[verb]
    data = typed(
        facility,
        weekday=row.weekday,
        starts_at="10:00",
        valid_from="2020-01-01",
        valid_until="2020-02-01" if verb == "end" else "",
    )
    response = admin.post(f"/doctors/{doctor.pk}/hours/{row.pk}/{path}", data)
    assert response.url == f"/doctors/{doctor.pk}/stranded/"
    page = admin.get(response.url).content.decode()
    assert "1 appointment lies outside the hours now" in page
    assert str(visit.patient) in page
    assert response.url in admin.get(f"/doctors/{doctor.pk}/hours/").content.decode()
    visit.refresh_from_db()
    assert visit.status == "booked"
