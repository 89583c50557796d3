import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.tests.factories import UserFactory
from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling import holding
from scheduling.querysets import Visit
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor

pytestmark = pytest.mark.django_db

QUERIES = 13


@pytest.fixture
def facility(client: Client) -> Facility:
    facility: Facility = FacilityFactory()
    client.force_login(staff_of(facility))
    return facility


def test_the_page_shows_who_it_is_and_the_appointments(client: Client, facility: Facility) -> None:
    patient = PatientFactory(facility=facility, phone="+14025550142")
    visit = AppointmentFactory(facility=facility, patient=patient)
    page = client.get(patient.get_absolute_url()).content.decode()
    assert "(402) 555-0142" in page
    assert visit.get_absolute_url() in page
    assert "9:00 AM C" in page


@pytest.mark.parametrize(("code", "words"), [("vi", "Vietnamese"), ("xx", "xx")])
def test_a_language_is_named(client: Client, facility: Facility, code: str, words: str) -> None:
    patient = PatientFactory(facility=facility, language=code)
    page = client.get(patient.get_absolute_url()).content.decode()
    assert f"<dt>Language</dt><dd>{words}</dd>" in page


def test_the_queries_do_not_grow_with_appointments(
    client: Client, facility: Facility, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    patient, doctor = PatientFactory(facility=facility), working_doctor(facility)
    client.get(patient.get_absolute_url())
    AppointmentFactory(facility=facility, patient=patient, doctor=doctor)
    with django_assert_num_queries(QUERIES):
        client.get(patient.get_absolute_url())
    for day in range(2, 24):
        at = in_days(day, 9, facility=facility)
        AppointmentFactory(facility=facility, patient=patient, doctor=doctor, starts_at=at)
    with django_assert_num_queries(QUERIES):
        page = client.get(patient.get_absolute_url()).content.decode()
    assert page.count('class="status ') == 20


def test_a_hold_that_was_given_up_is_no_visit(client: Client, facility: Facility) -> None:
    doctor, patient = working_doctor(facility), PatientFactory(facility=facility)
    at, by = in_days(1, 9, facility=facility), staff_of(facility)
    visit = Visit(doctor=doctor, facility=facility, patient=patient, starts_at=at, by=by)
    held = holding.keep(by, visit, now=timezone.now())
    page = client.get(patient.get_absolute_url()).content.decode()
    assert held.get_absolute_url() in page
    holding.give_up(held, by=by)
    page = client.get(patient.get_absolute_url()).content.decode()
    assert held.get_absolute_url() not in page


def test_appointments_at_another_facility_stay_out_of_sight(
    client: Client, facility: Facility
) -> None:
    patient = PatientFactory(facility=facility)
    visit = AppointmentFactory(patient=patient)
    assert visit.get_absolute_url() not in client.get(patient.get_absolute_url()).content.decode()


def test_a_patient_of_another_facility_is_not_found(client: Client, facility: Facility) -> None:
    patient = PatientFactory(facility=FacilityFactory())
    assert client.get(patient.get_absolute_url()).status_code == 404


def test_a_role_without_the_permission_and_a_wrong_method_are_refused(client: Client) -> None:
    url = PatientFactory().get_absolute_url()
    client.force_login(UserFactory(role="patient"))
    assert client.get(url).status_code == 403
    client.force_login(UserFactory(role="admin"))
    assert client.post(url).status_code == 405
