"""A walk-in: booked with the next free doctor and marked as arrived, in one press."""

from datetime import time
from typing import Any

import pytest
from django.test import Client

from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, AppointmentType
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    early_facility,
    in_days,
    working_doctor,
)

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
NEWCOMER = {
    "given_name": "Ottoline",
    "family_name": "Marsh",
    "date_of_birth": "2/29/1984",
    "phone": "402-555-0134",
}


@pytest.fixture
def facility() -> Facility:
    return early_facility()


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility, name="Dr. Early")


@pytest.fixture
def late(facility: Facility, doctor: Doctor) -> Doctor:
    return working_doctor(facility, time(11), time(18), name="Dr. Late")


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


@pytest.fixture
def patient(facility: Facility) -> Patient:
    return PatientFactory(given_name="Zélie", family_name="Quint", facility=facility)


def url(facility: Facility) -> str:
    return f"/facilities/{facility.pk}/walk-in/"


def press(desk: Client, facility: Facility, **sent: Any) -> Any:
    return desk.post(url(facility), sent, headers=HTMX)


def at(doctor: Doctor, facility: Facility, hour: int) -> str:
    return f"{doctor.pk}|{in_days(0, hour, facility=facility):%Y-%m-%dT%H:%MZ}"


def test_the_next_free_time_of_each_doctor_is_offered_the_earliest_chosen(desk, facility, late):
    page = desk.get(url(facility), headers=HTMX).content.decode()
    assert page.index("Dr. Early") < page.index("Dr. Late")
    assert page.count('name="time"') == 2
    assert page.partition("checked")[0].count('name="time"') == 1


def test_whoever_is_pressed_is_booked_at_the_earliest_time_and_has_arrived(
    desk, facility, late, patient
):
    page = press(desk, facility, pick=patient.pk).content.decode()
    booked = Appointment.objects.get()
    assert (booked.patient, booked.status, booked.source) == (patient, "arrived", "walk-in")
    assert booked.starts_at == in_days(0, 8, facility=facility)
    assert "Walk-in booked and arrived: Zélie Quint, 8:00 AM with Dr. Early." in page
    assert f"/appointments/{booked.pk}/take-back/?version={booked.version}" in page


def test_another_doctor_can_be_chosen(desk, facility, late, patient):
    press(desk, facility, pick=patient.pk, time=at(late, facility, 11), reason="Cut finger")
    booked = Appointment.objects.get()
    assert (booked.doctor, booked.reason) == (late, "Cut finger")


def test_the_undo_takes_back_both(desk, facility, doctor, patient):
    press(desk, facility, pick=patient.pk)
    booked = Appointment.objects.get()
    page = desk.post(f"/appointments/{booked.pk}/take-back/?version={booked.version}", follow=True)
    booked.refresh_from_db()
    assert (booked.status, booked.cancel_reason) == ("cancelled", "Booked by mistake")
    assert "Taken back" in page.content.decode()


def test_what_has_changed_meanwhile_is_not_taken_back(desk, facility, doctor, patient):
    press(desk, facility, pick=patient.pk)
    booked = Appointment.objects.get()
    stale = booked.version
    booked.check_in(by=None)
    assert desk.post(f"/appointments/{booked.pk}/take-back/?version={stale}").status_code == 409
    booked.refresh_from_db()
    assert booked.status == "checked-in"


def test_a_new_patient_is_registered_by_the_same_press(desk, facility, doctor):
    press(desk, facility, book=1, **NEWCOMER)
    booked = Appointment.objects.get()
    assert (booked.patient.family_name, booked.status) == ("Marsh", "arrived")
    assert booked.patient.facility == facility


def test_somebody_who_looks_the_same_is_shown_first(desk, facility, doctor):
    known = PatientFactory(
        given_name="Otoline", family_name="Marsh", date_of_birth="1984-02-29", facility=facility
    )
    page = press(desk, facility, book=1, **NEWCOMER)
    assert page.status_code == 422
    assert "Same date of birth, similar name" in page.content.decode()
    assert not Appointment.objects.exists()
    press(desk, facility, pick=known.pk, **NEWCOMER)
    assert Appointment.objects.get().patient == known


def test_enter_takes_the_only_one_found_once_they_are_shown(desk, facility, doctor, patient):
    shown = press(desk, facility, q="quint", find=1).content.decode()
    assert f'name="only" value="{patient.pk}"' in shown
    assert not Appointment.objects.exists()
    press(desk, facility, q="quint", find=1, only=patient.pk)
    assert Appointment.objects.get().patient == patient


def test_enter_takes_nobody_when_another_was_shown(desk, facility, doctor, patient):
    PatientFactory(family_name="Quint", facility=facility)
    press(desk, facility, q="quint", find=1, only=patient.pk)
    assert not Appointment.objects.exists()


def test_enter_on_a_name_that_finds_nobody_opens_a_new_patient_with_it(desk, facility, doctor):
    page = press(desk, facility, q="Marsh, Ottoline", find=1).content.decode()
    assert '<details class="newcomer" open>' in page
    assert 'value="Ottoline"' in page
    assert 'value="Marsh"' in page


def test_a_time_that_is_lost_is_said_and_what_was_typed_kept(desk, facility, doctor, patient):
    AppointmentFactory(facility=facility, doctor=doctor, starts_at=in_days(0, 8, facility=facility))
    page = press(desk, facility, pick=patient.pk, time=at(doctor, facility, 8), reason="Cut")
    assert page.status_code == 409
    content = page.content.decode()
    assert "has just been taken" in content
    assert 'value="Cut"' in content
    assert f'name="patient" value="{patient.pk}"' in content
    assert Appointment.objects.count() == 1


def test_a_patient_who_is_busy_then_is_refused(desk, facility, doctor, patient):
    other = working_doctor(facility, name="Dr. Other")
    at_eight = in_days(0, 8, facility=facility)
    AppointmentFactory(facility=facility, doctor=other, patient=patient, starts_at=at_eight)
    page = press(desk, facility, pick=patient.pk, time=at(doctor, facility, 8))
    assert page.status_code == 409
    assert Appointment.objects.count() == 1


def test_pressing_twice_books_once(desk, facility, doctor, patient):
    for _ in range(2):
        press(desk, facility, pick=patient.pk, time=at(doctor, facility, 8))
    assert Appointment.objects.count() == 1


def test_a_type_says_how_long_the_visit_lasts(desk, facility, doctor, patient):
    kind: AppointmentType = AppointmentTypeFactory(duration_minutes=60)
    press(desk, facility, pick=patient.pk, type=kind.pk)
    assert Appointment.objects.get().duration == kind.duration


def test_the_times_alone_answer_another_type(desk, facility, doctor):
    kind = AppointmentTypeFactory(duration_minutes=60)
    headers = HTMX | {"HX-Target": "walk-in-times"}
    answer = desk.post(url(facility), {"times": 1, "type": kind.pk}, headers=headers)
    assert 'name="time"' in answer.content.decode()
    assert "<form" not in answer.content.decode()


def test_where_nobody_is_free_the_first_openings_are_offered(desk, facility):
    page = desk.get(url(facility)).content.decode()
    assert "Nobody here has free time left today" in page
    assert 'href="/openings/"' in page


def test_the_key_of_every_page_leads_to_the_facility_looked_at_last(desk, facility):
    assert desk.get("/walk-in/").headers["Location"] == url(facility)


@pytest.mark.parametrize("role", ["doctor", "nurse"])
def test_who_may_not_book_is_refused(client, facility, role, patient):
    client.force_login(staff_of(facility, role=role))
    assert client.get(url(facility)).status_code == 403
    assert client.post(url(facility), {"pick": patient.pk}).status_code == 403


def test_another_facility_is_not_found(desk, doctor):
    elsewhere = FacilityFactory()
    visit = AppointmentFactory(facility=elsewhere)
    assert desk.get(url(elsewhere)).status_code == 404
    assert desk.post(f"/appointments/{visit.pk}/take-back/?version=1").status_code == 404


def test_a_patient_of_another_facility_cannot_be_pressed(desk, facility, doctor):
    stranger = PatientFactory(facility=FacilityFactory())
    assert press(desk, facility, pick=stranger.pk).status_code == 200
    assert not Appointment.objects.exists()


def test_other_methods_are_refused(desk, facility, doctor, patient):
    assert desk.put(url(facility)).status_code == 405
    assert desk.get("/appointments/1/take-back/").status_code == 405


def test_the_number_of_statements_does_not_grow_with_the_doctors(
    desk, facility, django_assert_max_num_queries
):
    for _ in range(8):
        working_doctor(facility)
    with django_assert_max_num_queries(11):
        desk.get(url(facility), headers=HTMX)
