"""Copying a visit: the openings around a day some weeks or months on."""

from datetime import date, timedelta

import pytest
from django.test import Client

from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.opening_forms import months_later
from scheduling.tests.factories import AppointmentFactory, AppointmentTypeFactory, in_days
from scheduling.views.again import day_after

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def visit(facility: Facility) -> Appointment:
    patient = PatientFactory(given_name="Zélie", family_name="Quint", facility=facility)
    kind = AppointmentTypeFactory(name="Follow-up", duration_minutes=45)
    at = in_days(1, 10, facility=facility)
    return AppointmentFactory(facility=facility, patient=patient, type=kind, starts_at=at)


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


def again(desk: Client, visit: Appointment, **asked: str) -> str:
    answer = desk.get(f"/appointments/{visit.pk}/again/", asked, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_interval_is_one_press_on_the_visit(desk, visit):
    page = desk.get(visit.get_absolute_url()).content.decode()
    for word in ("1w", "2w", "4w", "3m", "6m", "12m"):
        assert f"/appointments/{visit.pk}/again/?in={word}" in page


def test_the_same_hour_of_the_day_is_offered_first(desk, facility, visit):
    page = again(desk, visit, **{"in": "4w"})
    day = (visit.starts_at.astimezone(facility.tz) + timedelta(weeks=4)).date()
    assert f"Around {day:%A, %B %-d, %Y}" in page
    nearest = page.partition("btn-primary")[2].partition("</button>")[0]
    assert f"{day:%a, %b %-d}, 10:00 AM with {visit.doctor}" in nearest
    assert f'name="patient" value="{visit.patient.pk}"' in page
    assert f'name="type" value="{visit.type.pk}"' in page


def test_another_day_is_asked_for_by_its_date(desk, facility, visit):
    day = in_days(20, 9, facility=facility).astimezone(facility.tz).date()
    assert f"{day:%a, %b %-d}, 10:00 AM" in again(desk, visit, date=str(day))


def test_a_day_that_has_passed_is_refused_beside_its_field(desk, visit):
    answer = desk.get(f"/appointments/{visit.pk}/again/", {"date": "2020-01-01"})
    assert answer.status_code == 422
    assert "That day has passed" in answer.content.decode()


def test_an_interval_of_an_old_visit_counts_from_today(facility, visit):
    visit.starts_at -= timedelta(days=400)
    today = date(2030, 5, 6)
    assert day_after(visit, "1w", today) == date(2030, 5, 13)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 1, 31), 3, date(2026, 4, 30)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 11, 15), 12, date(2027, 11, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 1), 3, date(2027, 3, 1)),
    ],
)
def test_months_end_on_their_last_day(day, count, expected):
    assert months_later(count)(day) == expected


def test_a_closed_record_is_not_booked_again(desk, visit):
    visit.cancel("Patient is ill", by=None)
    Patient.objects.filter(pk=visit.patient.pk).update(is_active=False)
    assert desk.get(f"/appointments/{visit.pk}/again/").status_code == 404
    assert "again/?in=" not in desk.get(visit.get_absolute_url()).content.decode()


@pytest.mark.parametrize("word", ["x", "0", "1000m"])
def test_an_unknown_interval_is_not_found(desk, visit, word):
    assert desk.get(f"/appointments/{visit.pk}/again/", {"in": word}).status_code == 404


def test_another_facility_s_visit_is_not_found(desk):
    other = AppointmentFactory()
    assert desk.get(f"/appointments/{other.pk}/again/").status_code == 404


def test_who_may_not_book_is_refused(client, facility, visit):
    client.force_login(staff_of(facility, role="nurse"))
    assert client.get(f"/appointments/{visit.pk}/again/").status_code == 403
    assert "again/?in=" not in client.get(visit.get_absolute_url()).content.decode()


def test_it_is_only_read(desk, visit):
    assert desk.post(f"/appointments/{visit.pk}/again/").status_code == 405
