"""The first openings beside the board, for whoever is on the phone."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from facilities.models import CareType, Doctor, Facility
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
from scheduling.tests.test_find_view import LINCOLN, OMAHA

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
LIST = HTMX | {"HX-Target": "first-openings"}


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory(zip_code=OMAHA)


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility, name="Dr. Okafor")


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


@pytest.fixture
def patient(facility: Facility) -> Patient:
    return PatientFactory(family_name="Quint", zip_code=LINCOLN, facility=facility)


def tomorrow(facility: Facility) -> str:
    return str(in_days(1, 9, facility=facility).astimezone(facility.tz).date())


def look(desk: Client, patient: Patient | None = None, **criteria: Any) -> str:
    sent = {"looked": 1} | criteria
    if patient:
        answer = desk.post(f"/openings/?for={patient.pk}", sent, headers=LIST)
    else:
        answer = desk.get("/openings/", sent, headers=LIST)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_panel_holds_the_first_openings_here(desk, facility, doctor):
    working_doctor(FacilityFactory(), name="Dr. Far")
    page = desk.get("/openings/", headers=HTMX).content.decode()
    assert "Dr. Okafor" in page
    assert "<li" in page
    assert page.count('class="first-opening"') == 6
    openings = page.partition('<ol class="first-openings">')[2]
    assert "Dr. Far" not in openings
    assert "<html" not in page


def test_without_javascript_it_is_a_page(desk, doctor):
    assert "<html" in desk.get("/openings/").content.decode()


def test_a_named_patient_is_booked_in_one_press_or_held(desk, facility, doctor, patient):
    kind = AppointmentTypeFactory(name="Long talk", duration_minutes=45)
    page = look(desk, patient, first=tomorrow(facility), type=kind.pk)
    assert f'name="patient" value="{patient.pk}"' in page
    assert f'name="type" value="{kind.pk}"' in page
    assert f"&amp;for={patient.pk}&amp;type={kind.pk}" in page
    named = [part.partition('"')[0] for part in page.split('name="starts_at" value="')[1:]]
    sent = {"doctor": doctor.pk, "starts_at": named[0], "patient": patient.pk, "type": kind.pk}
    desk.post(f"/facilities/{facility.pk}/book/", sent | {"minutes": "", "book": 1})
    booked = Appointment.objects.get()
    assert (booked.patient, booked.type, booked.starts_at) == (
        *(patient, kind),
        in_days(1, 8, facility=facility),
    )


def test_a_fresh_booking_is_taken_back_by_its_undo(desk, facility, doctor, patient):
    sent = {"doctor": doctor.pk, "patient": patient.pk, "book": 1}
    sent["starts_at"] = f"{in_days(1, 8, facility=facility):%Y-%m-%dT%H:%MZ}"
    page = desk.post(f"/facilities/{facility.pk}/book/", sent, headers=HTMX).content.decode()
    booked = Appointment.objects.get()
    undo = f"/appointments/{booked.pk}/take-back/?version={booked.version}"
    assert undo in page
    desk.post(undo)
    booked.refresh_from_db()
    assert (booked.status, booked.cancel_reason) == ("cancelled", "Booked by mistake")


def test_part_of_day_doctor_and_care_narrow_the_openings(desk, facility, doctor):
    care = CareType.objects.create(name="Cardiology")
    facility.care_types.add(care)
    heart = working_doctor(facility, name="Dr. Heart")
    heart.care_types.add(care)
    day = tomorrow(facility)
    assert "<strong>12:00 PM" in look(desk, first=day, part="afternoons")
    assert "Dr. Heart" not in look(desk, first=day, doctor=doctor.pk)
    near = look(desk, first=day, care_type=care.pk, zip_code=LINCOLN)
    assert "Dr. Heart" in near
    assert "Dr. Okafor" not in near
    assert "miles" in near


def test_a_doctor_who_is_named_is_looked_for_everywhere(desk, facility, doctor):
    other = working_doctor(FacilityFactory(name="Far"), name="Dr. Far")
    page = desk.get("/openings/", {"doctor": other.pk}, headers=HTMX).content.decode()
    assert "Booked by that facility" in page


def test_when_the_patient_is_busy_is_not_offered(desk, facility, doctor, patient):
    at = in_days(1, 8, facility=facility)
    AppointmentFactory(facility=facility, patient=patient, starts_at=at)
    assert "<strong>8:00 AM" not in look(desk, patient, first=tomorrow(facility))


def test_where_nothing_fits_the_waitlist_is_one_press_away(desk, facility, patient):
    page = look(desk, patient, first=tomorrow(facility), facility=facility.pk)
    assert "No time found" in page
    assert f'href="/patients/{patient.pk}/waitlist/"' in page


def test_a_wrong_criterion_is_said_beside_its_field(desk, doctor):
    answer = desk.get("/openings/", {"looked": 1, "zip_code": "1"}, headers=LIST)
    assert answer.status_code == 422
    assert "ZIP code of five digits" in answer.content.decode()


def test_more_openings_are_shown_when_asked_for(desk, facility, doctor):
    page = look(desk, first=tomorrow(facility), count="12")
    assert page.count('class="first-opening"') == 12
    assert 'name="count" value="18"' in page


def test_a_patient_out_of_sight_is_nobody(desk, doctor):
    stranger = PatientFactory(family_name="Unseen", facility=FacilityFactory())
    assert "Unseen" not in desk.get(f"/openings/?for={stranger.pk}").content.decode()


@pytest.mark.parametrize("role", ["doctor", "nurse"])
def test_who_may_not_book_sees_no_openings(client, facility, role):
    client.force_login(staff_of(facility, role=role))
    assert client.get("/openings/").status_code == 403


def test_other_methods_are_refused(desk):
    assert desk.delete("/openings/").status_code == 405


def test_the_number_of_statements_does_not_grow_with_the_openings(
    desk, facility, doctor, patient, django_assert_max_num_queries
):
    for _ in range(5):
        working_doctor(facility)
    day = in_days(1, 9, facility=facility).astimezone(facility.tz).date() + timedelta(days=1)
    with django_assert_max_num_queries(17):
        look(desk, patient, first=str(day), count="60")
