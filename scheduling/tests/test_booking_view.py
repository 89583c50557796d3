"""Booking from the board, as the browser sends it, with and without JavaScript."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client

from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    in_days,
    working_doctor,
)

HTMX = {"HX-Request": "true"}


@pytest.fixture
def facility(db: None) -> Facility:
    return FacilityFactory()


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility)


@pytest.fixture
def patient(facility: Facility) -> Patient:
    return PatientFactory(given_name="Maria", family_name="Lopez", facility=facility)


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


def url(facility: Facility) -> str:
    return f"/facilities/{facility.pk}/book/"


def iso(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def slot(doctor: Doctor, facility: Facility, hour: int = 9, **more: Any) -> dict[str, Any]:
    return {"doctor": doctor.pk, "starts_at": iso(in_days(1, hour, facility=facility))} | more


NEWCOMER = {
    "given_name": "Ana",
    "family_name": "Silva",
    "date_of_birth": "1990-05-04",
    "phone": "(402) 555-0142",
}


def test_a_known_patient_is_booked(
    desk: Client, facility: Facility, doctor: Doctor, patient: Patient
) -> None:
    posted = slot(doctor, facility, patient=patient.pk, reason="Cough", notes="Bring papers")
    response = desk.post(url(facility), posted)
    appointment = Appointment.objects.get()
    assert response.status_code == 302
    assert response.url.endswith(f"shown={appointment.pk}#a{appointment.pk}")
    assert (appointment.patient, appointment.doctor) == (patient, doctor)
    assert (appointment.reason, appointment.notes) == ("Cough", "Bring papers")
    assert str(appointment.created_by_id) == desk.session[SESSION_KEY]
    assert "Booked:" in desk.get(response.url).content.decode()


def test_with_htmx_the_answer_is_the_board_with_the_visit_marked(
    desk: Client, facility: Facility, doctor: Doctor, patient: Patient
) -> None:
    response = desk.post(url(facility), slot(doctor, facility, patient=patient.pk), headers=HTMX)
    page = response.content.decode()
    assert (response.status_code, response.headers["HX-Retarget"]) == (200, "#desk")
    assert "is-shown" in page
    assert 'id="toasts"' in page
    assert "<html" not in page


def test_the_type_decides_how_long_the_visit_lasts(
    desk: Client, facility: Facility, doctor: Doctor, patient: Patient
) -> None:
    kind = AppointmentTypeFactory(duration_minutes=45, buffer_minutes=10)
    desk.post(url(facility), slot(doctor, facility, patient=patient.pk, type=kind.pk))
    assert Appointment.objects.get().duration == timedelta(minutes=45)


def test_a_short_free_time_suggests_a_type_that_fits(
    desk: Client, facility: Facility, doctor: Doctor
) -> None:
    AppointmentFactory(
        facility=facility, doctor=doctor, starts_at=in_days(1, 9, 15, facility=facility)
    )
    short = AppointmentTypeFactory(duration_minutes=15)
    AppointmentTypeFactory(duration_minutes=20)
    page = desk.get(url(facility), slot(doctor, facility)).content.decode()
    assert f'<option value="{short.pk}" selected>' in page
    assert "free until 9:15 AM" in page
    at_noon = desk.get(url(facility), slot(doctor, facility, hour=12)).content.decode()
    assert '<option value="" selected>' in at_noon


def test_without_javascript_find_and_pick_lose_nothing_that_was_typed(
    desk: Client, facility: Facility, doctor: Doctor, patient: Patient
) -> None:
    typed = slot(doctor, facility, q="lopez", reason="Cough", notes="Ring bell", given_name="Half")
    found = desk.post(url(facility), typed | {"find": "1"}).content.decode()
    assert f'name="pick" value="{patient.pk}"' in found
    picked = desk.post(url(facility), typed | {"pick": patient.pk}).content.decode()
    assert f'name="patient" value="{patient.pk}"' in picked
    for page in (found, picked):
        assert all(f'value="{text}"' in page for text in ("lopez", "Cough", "Half"))
        assert "Ring bell" in page
    assert not Appointment.objects.exists()


def test_a_taken_time_answers_with_alternatives_and_keeps_what_was_typed(
    desk: Client, facility: Facility, doctor: Doctor, patient: Patient
) -> None:
    taken = AppointmentFactory(facility=facility, doctor=doctor)
    posted = slot(doctor, facility, patient=patient.pk, reason="Cough")
    response = desk.post(url(facility), posted, headers=HTMX)
    page = response.content.decode()
    assert response.status_code == 409
    assert "has just been taken" in page
    assert str(taken.patient) not in page
    assert 'value="Cough"' in page
    assert f'name="patient" value="{patient.pk}"' in page
    offered = f"{doctor.pk}|{iso(in_days(1, 9, 30, facility=facility))}"
    assert f'name="slot" value="{offered}"' in page
    assert desk.post(url(facility), posted | {"slot": offered}).status_code == 302
    assert Appointment.objects.get(patient=patient).starts_at == in_days(
        1, 9, 30, facility=facility
    )


def test_a_patient_who_is_booked_then_is_a_conflict(
    desk: Client, facility: Facility, doctor: Doctor, patient: Patient
) -> None:
    AppointmentFactory(facility=facility, patient=patient)
    response = desk.post(url(facility), slot(doctor, facility, patient=patient.pk))
    assert response.status_code == 409
    assert "another appointment at that time" in response.content.decode()


def test_a_time_outside_the_hours_is_refused_with_alternatives(
    desk: Client, facility: Facility, doctor: Doctor, patient: Patient
) -> None:
    response = desk.post(url(facility), slot(doctor, facility, hour=20, patient=patient.pk))
    assert response.status_code == 422
    assert 'name="slot"' in response.content.decode()


def test_a_past_time_is_refused_in_words(
    desk: Client, facility: Facility, doctor: Doctor, patient: Patient
) -> None:
    posted = slot(doctor, facility, patient=patient.pk) | {
        "starts_at": iso(in_days(-1, 9, facility=facility))
    }
    response = desk.post(url(facility), posted)
    assert response.status_code == 422
    assert "That time has passed" in response.content.decode()


def test_a_second_press_of_book_is_no_second_booking_and_no_error(
    desk: Client, facility: Facility, doctor: Doctor, patient: Patient
) -> None:
    posted = slot(doctor, facility, patient=patient.pk)
    assert [desk.post(url(facility), posted).status_code for _ in range(2)] == [302, 302]
    assert Appointment.objects.count() == 1


def test_a_new_patient_is_registered_and_booked_in_one_step(
    desk: Client, facility: Facility, doctor: Doctor
) -> None:
    posted = slot(doctor, facility, **NEWCOMER)
    assert [desk.post(url(facility), posted).status_code for _ in range(2)] == [302, 302]
    patient = Patient.objects.get()
    assert (str(patient), patient.facility) == ("Ana Silva", facility)
    assert patient.date_of_birth == date(1990, 5, 4)
    assert Appointment.objects.get().patient == patient


def test_a_new_patient_who_loses_the_race_stays_registered_and_chosen(
    desk: Client, facility: Facility, doctor: Doctor
) -> None:
    AppointmentFactory(facility=facility, doctor=doctor)
    response = desk.post(url(facility), slot(doctor, facility, **NEWCOMER))
    patient = Patient.objects.get(family_name="Silva")
    page = response.content.decode()
    assert response.status_code == 409
    assert f'name="patient" value="{patient.pk}"' in page
    assert f"is registered, MRN {patient.mrn}" in page


def test_somebody_who_looks_the_same_is_shown_before_a_second_record_is_made(
    desk: Client, facility: Facility, doctor: Doctor
) -> None:
    known = PatientFactory(
        given_name="Anna", family_name="Silva", date_of_birth=date(1990, 5, 4), facility=facility
    )
    posted = slot(doctor, facility, **NEWCOMER)
    response = desk.post(url(facility), posted)
    assert response.status_code == 422
    assert f'name="pick" value="{known.pk}"' in response.content.decode()
    assert desk.post(url(facility), posted | {"seen": known.pk}).status_code == 302
    assert Patient.objects.count() == 2


def test_a_full_facility_is_said_beside_what_was_typed(
    desk: Client, facility: Facility, doctor: Doctor
) -> None:
    Facility.objects.filter(pk=facility.pk).update(capacity=0)
    response = desk.post(url(facility), slot(doctor, facility, **NEWCOMER))
    page = response.content.decode()
    assert response.status_code == 422
    assert "is full" in page
    assert 'value="Silva"' in page


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"given_name": "Ana"},
        {"reason": "x" * 5000},
        {"type": "999999"},
        {"patient": "0"},
        {"patient": "9" * 40},
        {"q": "'; --", "given_name": "\x00", "date_of_birth": "31.31.31"},
    ],
)
def test_what_cannot_be_booked_is_shown_again(
    desk: Client, facility: Facility, doctor: Doctor, typed: dict[str, str]
) -> None:
    response = desk.post(url(facility), slot(doctor, facility) | typed)
    assert response.status_code == 422
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "doctor=1",
        "doctor=x&starts_at=now",
        "doctor={}&starts_at=2026-01-01T10:00",
        "doctor={}&starts_at=9999-12-31T23:59-12:00",
    ],
)
def test_an_address_without_a_slot_is_a_bad_request(
    desk: Client, facility: Facility, doctor: Doctor, query: str
) -> None:
    assert desk.get(f"{url(facility)}?{query.format(doctor.pk)}").status_code == 400


def test_a_doctor_of_another_facility_is_a_bad_request(desk: Client, facility: Facility) -> None:
    elsewhere = working_doctor(FacilityFactory())
    assert desk.get(url(facility), slot(elsewhere, facility)).status_code == 400


def test_another_facility_is_not_found(desk: Client, doctor: Doctor) -> None:
    elsewhere = FacilityFactory()
    assert desk.post(url(elsewhere), slot(doctor, elsewhere)).status_code == 404


def test_a_patient_of_another_facility_cannot_be_booked_or_found(
    desk: Client, facility: Facility, doctor: Doctor
) -> None:
    stranger = PatientFactory(family_name="Unseen", facility=FacilityFactory())
    response = desk.post(url(facility), slot(doctor, facility, patient=stranger.pk))
    assert response.status_code == 422
    found = desk.post(f"/facilities/{facility.pk}/patients/", {"q": "Unseen"})
    assert str(stranger) not in found.content.decode()


def test_the_search_answers_with_people_to_press(
    desk: Client, facility: Facility, patient: Patient
) -> None:
    page = desk.post(f"/facilities/{facility.pk}/patients/", {"q": "lop"}).content.decode()
    assert "Maria Lopez" in page
    assert patient.mrn in page


@pytest.mark.parametrize("text", ["'; --", "🤒", "x" * 5000, "\x00", "%", " ", "1/1/1"])
def test_any_text_can_be_searched_for(desk: Client, facility: Facility, text: str) -> None:
    assert desk.post(f"/facilities/{facility.pk}/patients/", {"q": text}).status_code == 200


def test_a_search_term_is_never_part_of_an_address(desk: Client, facility: Facility) -> None:
    assert desk.get(f"/facilities/{facility.pk}/patients/", {"q": "lopez"}).status_code == 405


@pytest.mark.parametrize("role", ["doctor", "nurse", "patient"])
def test_other_roles_may_not_book(
    client: Client, facility: Facility, doctor: Doctor, role: str
) -> None:
    client.force_login(staff_of(facility, role))
    assert client.get(url(facility), slot(doctor, facility)).status_code == 403
    assert client.post(url(facility), slot(doctor, facility)).status_code == 403
    assert client.post(f"/facilities/{facility.pk}/patients/", {"q": "a"}).status_code == 403


def test_booking_knows_only_get_and_post(desk: Client, facility: Facility) -> None:
    assert desk.delete(url(facility)).status_code == 405


def test_somebody_with_the_same_name_who_holds_the_slot_is_not_taken_for_a_new_patient(
    desk: Client, facility: Facility, doctor: Doctor
) -> None:
    elder = PatientFactory(
        given_name="Ana", family_name="Silva", phone="+14025550142", facility=facility
    )
    AppointmentFactory(facility=facility, doctor=doctor, patient=elder)
    younger = {
        "given_name": "Ana",
        "family_name": "Silva",
        "date_of_birth": "5/6/2010",
        "phone": "402-555-0142",
    }
    asked = desk.post(url(facility), slot(doctor, facility, **younger, book=1))
    assert asked.status_code == 422
    assert str(elder.mrn) in asked.content.decode()
    answer = desk.post(url(facility), slot(doctor, facility, **younger, book=1, seen=elder.pk))
    assert answer.status_code == 409
    assert Patient.objects.filter(given_name="Ana").count() == 2


def test_a_number_too_long_to_be_a_patient_is_nobody(
    desk: Client, facility: Facility, doctor: Doctor
) -> None:
    answer = desk.post(url(facility), slot(doctor, facility, patient="9" * 5000, book=1))
    assert answer.status_code == 422
