"""Find a time: from a few wishes to openings anywhere in the network."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from facilities.models import CareType, Doctor, Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, TimeOff
from scheduling.tests.factories import (
    AppointmentTypeFactory,
    in_days,
    working_doctor,
)
from scheduling.tests.test_booking_view import HTMX, iso

pytestmark = pytest.mark.django_db

OMAHA, LINCOLN, DENVER = "68114", "68508", "80202"


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory(name="Omaha Clinic", zip_code=OMAHA)


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility, name="Dr. Near")


@pytest.fixture
def elsewhere() -> Facility:
    return FacilityFactory(
        name="Denver Clinic", zip_code=DENVER, timezone="America/Denver", phone="+13035550123"
    )


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


def tomorrow(facility: Facility) -> str:
    return str(in_days(1, 9, facility=facility).astimezone(facility.tz).date())


def found(desk: Client, facility: Facility, /, **wishes: Any) -> str:
    answer = desk.get("/find/", {"first": tomorrow(facility)} | wishes)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_first_openings_are_there_without_a_wish(desk, facility, doctor):
    page = desk.get("/find/").content.decode()
    assert page.count('<li class="opening">') == 10
    assert "Dr. Near" in page


def test_an_opening_leads_to_the_booking_form_with_its_type(desk, facility, doctor):
    kind = AppointmentTypeFactory(duration_minutes=45)
    page = found(desk, facility, type=kind.pk)
    start = iso(in_days(1, 8, facility=facility)).replace(":", "%3A")
    address = f"/facilities/{facility.pk}/book/?doctor={doctor.pk}&amp;starts_at={start}"
    assert f"{address}&amp;type={kind.pk}" in page
    form = desk.get(f"{address}&type={kind.pk}".replace("&amp;", "&")).content.decode()
    assert f'<option value="{kind.pk}" selected>' in form


def test_minutes_without_a_type_are_booked_as_long(desk, facility, doctor):
    page = found(desk, facility, minutes=50)
    assert "&amp;minutes=50" in page
    posted = {"doctor": doctor.pk, "starts_at": iso(in_days(1, 8, facility=facility))}
    patient = PatientFactory(facility=facility)
    address = f"/facilities/{facility.pk}/book/"
    assert "Visit (50 min)" in desk.get(address, posted | {"minutes": 50}).content.decode()
    desk.post(address, posted | {"minutes": 50, "patient": patient.pk})
    assert Appointment.objects.get().duration == timedelta(minutes=50)


def test_a_facility_elsewhere_is_called(desk, facility, elsewhere):
    away = working_doctor(elsewhere, name="Dr. Far")
    page = found(desk, facility)
    assert "Dr. Far" in page
    assert "Call (303) 555-0123" in page
    assert f"/facilities/{elsewhere.pk}/book/" not in page
    Facility.objects.filter(pk=elsewhere.pk).update(phone="")
    assert "Booked by that facility" in found(desk, facility)
    assert away.is_active


def test_a_zone_is_named_where_the_clocks_differ(desk, facility, doctor, elsewhere):
    working_doctor(elsewhere, name="Dr. Far")
    near = found(desk, facility, facility=facility.pk)
    far = found(desk, facility, facility=elsewhere.pk)
    zone = in_days(1, 8, facility=elsewhere).astimezone(elsewhere.tz).tzname()
    home = in_days(1, 8, facility=facility).astimezone(facility.tz).tzname()
    assert f"8:00 AM {zone}" in far
    assert f"8:00 AM {home}" not in near


def test_each_wish_narrows_what_is_found(desk, facility, doctor, elsewhere):
    care = CareType.objects.create(name="Cardiology")
    other = working_doctor(elsewhere, name="Dr. Far", specialization="Cardiology")
    other.care_types.add(care)
    elsewhere.care_types.add(care)
    for wish in (
        {"care_type": care.pk},
        {"specialization": "Cardiology"},
        {"doctor": other.pk},
        {"facility": elsewhere.pk},
        {"zip_code": DENVER, "miles": 25},
    ):
        results = found(desk, facility, **wish).partition('id="openings"')[2]
        assert "Dr. Far" in results, wish
        assert "Dr. Near" not in results, wish


def test_miles_are_told_and_nine_digits_are_a_zip_code(desk, facility, doctor):
    assert "miles</span>" in found(desk, facility, zip_code=f"{LINCOLN}-1234")
    assert "under 1 mile" in found(desk, facility, zip_code=OMAHA)


@pytest.mark.parametrize(
    ("wish", "first"),
    [
        ({"part": "afternoons"}, "12:00 PM"),
        ({"part": "mornings"}, "8:00 AM"),
        ({"part": "hours", "from_time": "15:30", "to_time": "16:30"}, "3:30 PM"),
    ],
)
def test_the_part_of_day_is_the_facility_s(desk, facility, doctor, wish, first):
    results = found(desk, facility, **wish).partition('opening-time"><strong>')[2]
    assert results.startswith(first)


def test_only_the_chosen_weekdays_are_found(desk, facility, doctor):
    page = found(desk, facility, weekdays=[3])
    assert page.count("<span>Wed, ") == 10


def test_more_openings_are_shown_on_request(desk, facility, doctor):
    page = found(desk, facility)
    assert 'name="count" value="20"' in page
    assert found(desk, facility, count=20).count('<li class="opening">') == 20
    assert found(desk, facility, count="9" * 30).count('<li class="opening">') == 10
    assert found(desk, facility, count=500).count('<li class="opening">') == 100


def test_none_found_says_why_and_keeps_the_wishes(desk, facility, doctor):
    away = {"starts_at": timezone.now(), "ends_at": timezone.now() + timedelta(days=400)}
    TimeOff.objects.create(doctor=doctor, reason="Away", **away)
    page = found(desk, facility, zip_code=OMAHA, miles=10)
    assert "No time found." in page
    assert "Dr. Near is away, or the facility is closed, at all working hours until" in page
    assert f'value="{OMAHA}"' in page
    assert "within 10 miles of 80202" in found(desk, facility, zip_code=DENVER, miles=10)


def test_a_day_beyond_what_is_worked_out_ahead_is_searched_too(desk, facility, doctor):
    far = timezone.now().date() + timedelta(days=400)
    page = desk.get("/find/", {"first": str(far)}).content.decode()
    assert page.count('<li class="opening">') == 10
    assert f"{far:%b} {far.day}" in page


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"zip_code": "123"}, "five digits"),
        ({"zip_code": "00000"}, "not known"),
        ({"miles": "10"}, "from which the miles count"),
        ({"first": "2026-02-30"}, "Enter a valid date"),
        ({"first": "2020-01-01"}, "That day has passed"),
        ({"first": "9999-12-31"}, "within the next two years"),
        ({"part": "hours", "from_time": "10:00", "to_time": "09:00"}, "after the one beside it"),
        ({"minutes": "0"}, "greater than or equal to 5"),
        ({"doctor": "x"}, "Select a valid choice"),
        ({"weekdays": "9"}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(desk, doctor, wish, words):
    answer = desk.get("/find/", {"specialization": "General practice", "count": 1} | wish)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert '<option value="General practice" selected>' in page
    assert '<li class="opening">' not in page


def test_with_htmx_only_the_openings_come_back_and_the_form_with_its_errors(desk, doctor):
    page = desk.get("/find/", {"zip_code": OMAHA}, headers=HTMX).content.decode()
    assert page.startswith('<section id="openings"')
    assert 'id="criteria"' not in page
    wrong = desk.get("/find/", {"zip_code": "1"}, headers=HTMX).content.decode()
    assert '<div id="criteria" hx-swap-oob="true">' in wrong
    mended = desk.get("/find/", {"zip_code": OMAHA, "corrected": 1}, headers=HTMX)
    assert '<div id="criteria" hx-swap-oob="true">' in mended.content.decode()


@pytest.mark.parametrize("role", ["doctor", "nurse", "patient"])
def test_other_roles_find_nothing(client, facility, role):
    client.force_login(staff_of(facility, role))
    assert client.get("/find/").status_code == 403
    assert client.post("/find/").status_code == 403


def test_finding_knows_only_get_and_post(desk):
    assert desk.delete("/find/").status_code == 405


def test_the_page_asks_as_many_questions_however_many_doctors_there_are(
    desk: Client,
    facility: Facility,
    doctor: Doctor,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    found(desk, facility)
    with django_assert_num_queries(13):
        found(desk, facility)
    for n in range(5):
        working_doctor(FacilityFactory(zip_code=OMAHA), specialization=f"Field {n}")
        working_doctor(facility)
    with django_assert_num_queries(13):
        found(desk, facility)
