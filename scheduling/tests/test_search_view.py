"""The search box of every page: whom it finds, for whom, and what it says of them."""

import pytest
from django.test import Client

from facilities.models import Facility
from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


@pytest.fixture
def patient(facility: Facility) -> Patient:
    return PatientFactory(
        given_name="Zélie", family_name="Quint", phone="+14025550134", facility=facility
    )


def search(desk: Client, text: str, **headers: str) -> str:
    return desk.post("/search/", {"q": text}, headers=headers or HTMX).content.decode()


@pytest.mark.parametrize("text", ["quint zelie", "Qiunt", "2/29/1980", "555-0134", "mrn"])
def test_a_patient_is_found_by_whatever_is_said(desk, patient, text):
    page = search(desk, patient.mrn if text == "mrn" else text)
    assert "Quint, Zélie" in page
    assert f"MRN {patient.mrn}" in page
    assert "02/29/1980" in page
    assert f'href="{patient.get_absolute_url()}"' in page
    assert f'href="/openings/?for={patient.pk}"' in page


def test_the_next_appointment_stands_beside_the_patient(desk, facility, patient):
    doctor = working_doctor(facility, name="Dr. Okafor")
    for days in (3, 2):
        at = in_days(days, 9, facility=facility)
        AppointmentFactory(facility=facility, doctor=doctor, patient=patient, starts_at=at)
    first = in_days(2, 9, facility=facility).astimezone(facility.tz)
    assert f"Next: {first:%a, %b %-d}, 9:00 AM with Dr. Okafor" in search(desk, "quint")


def test_who_has_nothing_booked_is_said_to_have_nothing(desk, patient):
    assert "Nothing booked" in search(desk, "quint")


@pytest.mark.parametrize("text", ["okafor", "imani ok", "card", "Okafor, cardiology"])
def test_a_doctor_is_found_by_name_and_specialization(desk, facility, text):
    doctor = DoctorFactory(
        name="Dr. Imani Okafor", specialization="Cardiology", facilities=[facility]
    )
    page = search(desk, text)
    assert "Dr. Imani Okafor" in page
    assert f'href="/openings/?doctor={doctor.pk}"' in page


def test_nobody_of_another_facility_is_found(desk):
    other = FacilityFactory()
    PatientFactory(family_name="Unseen", facility=other)
    DoctorFactory(name="Dr. Unseen", facilities=[other])
    page = search(desk, "unseen")
    assert "Nobody found" in page
    assert "Unseen" not in page


def test_who_may_not_book_is_offered_no_booking(client, facility, patient):
    client.force_login(staff_of(facility, role="nurse"))
    page = search(client, "quint")
    assert "Quint, Zélie" in page
    assert "/openings/" not in page


def test_a_closed_record_is_marked_and_not_booked(desk, patient):
    Patient.objects.filter(pk=patient.pk).update(is_active=False)
    page = search(desk, "quint")
    assert "(closed)" in page
    assert "/openings/" not in page


def test_without_javascript_the_answer_is_a_page_that_keeps_what_was_typed(desk, patient):
    page = desk.post("/search/", {"q": "quint"}).content.decode()
    assert 'value="quint"' in page
    assert "<h1>Search</h1>" in page
    assert "Quint, Zélie" in page


def test_the_box_is_in_the_header_of_every_page(desk, facility):
    for path in ("/patients/", "/find/", f"/desk/{facility.pk}/", "/search/"):
        page = desk.get(path).content.decode()
        assert 'action="/search/"' in page
        assert 'data-key="/"' in page


def test_what_is_searched_for_stands_in_no_address(desk, patient):
    assert "quint" not in desk.get("/search/", {"q": "quint"}).content.decode().lower()


def test_nothing_typed_finds_nobody_and_says_nothing(desk, patient):
    assert search(desk, "  ").strip() == ""


@pytest.mark.parametrize("text", ["\0", "'; --", "x" * 5000, "%", "١٢٣"])
def test_nonsense_is_answered(desk, text):
    assert desk.post("/search/", {"q": text}, headers=HTMX).status_code == 200


def test_other_methods_and_strangers_are_refused(desk, client):
    assert desk.put("/search/").status_code == 405
    client.logout()
    assert client.post("/search/", {"q": "x"}).status_code == 302


def test_the_number_of_statements_does_not_grow_with_what_is_found(
    desk, facility, django_assert_max_num_queries
):
    doctor = working_doctor(facility)
    for number in range(6):
        person = PatientFactory(family_name="Quint", facility=facility)
        at = in_days(1, 9 + number, facility=facility)
        AppointmentFactory(facility=facility, doctor=doctor, patient=person, starts_at=at)
    with django_assert_max_num_queries(7):
        assert search(desk, "quint").count("Next: ") == 6
