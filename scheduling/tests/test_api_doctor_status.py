from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from facilities.models import Doctor
from facilities.tests.api import api, current
from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of
from facilities.tests.test_api_races import blocked_since
from scheduling.models import Appointment
from scheduling.querysets import Visit
from scheduling.tests.api import Place
from scheduling.tests.factories import AppointmentFactory

pytestmark = pytest.mark.django_db


def status(client, doctor, step, **headers):
    return client.post(f"/api/v1/doctors/{doctor.pk}/{step}", {}, headers=headers)


def test_a_doctor_with_visits_to_come_stays_until_they_are_moved():
    admin, appointment = api(), AppointmentFactory()
    doctor = appointment.doctor
    refused = status(admin, doctor, "deactivate")
    assert (refused.status_code, refused.json()["code"]) == (409, "visits_to_come")
    assert "This doctor has visits to come: 1." in refused.json()["detail"]
    there = f"/api/v1/doctors/{doctor.pk}"
    patched = admin.patch(there, {"is_active": False}, headers=current(admin, there))
    assert (patched.status_code, patched.json()["code"]) == (409, "visits_to_come")
    doctor.refresh_from_db()
    assert doctor.is_active
    appointment.cancel("Not needed", by=None)
    answer = status(admin, doctor, "deactivate")
    assert (answer.status_code, answer.json()["is_active"]) == (200, False)
    there = admin.get(f"/api/v1/doctors/{doctor.pk}")
    assert (there["ETag"], there.json()) == (answer["ETag"], answer.json())
    assert status(admin, doctor, "activate").json()["is_active"] is True


@pytest.mark.django_db(transaction=True)
def test_no_visit_is_booked_while_the_doctor_leaves():
    place = Place()
    visit = Visit(
        patient=place.patient,
        doctor=place.doctor,
        facility=place.facility,
        starts_at=place.at(9),
        by=None,
    )

    def book():
        try:
            return Appointment.objects.book(**visit)
        except ValidationError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            place.doctor.deactivate()
            booking = pool.submit(book)
            blocked_since()
        assert booking.result() == "doctor_inactive"
    assert not Appointment.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_doctor_who_is_just_being_booked_stays():
    place = Place()

    def leave():
        try:
            Doctor.objects.get(pk=place.doctor.pk).deactivate()
        except ValidationError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            AppointmentFactory(facility=place.facility, doctor=place.doctor, starts_at=place.at(9))
            leaving = pool.submit(leave)
            blocked_since()
        assert leaving.result() == "visits_to_come"
    assert Doctor.objects.get(pk=place.doctor.pk).is_active


def test_what_was_read_before_somebody_elses_change_is_refused():
    doctor = DoctorFactory()
    answer = status(api(), doctor, "deactivate", **{"If-Match": '"old"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")
    doctor.refresh_from_db()
    assert doctor.is_active


@pytest.mark.parametrize("step", ["activate", "deactivate"])
@pytest.mark.parametrize("role", ["receptionist", "nurse", "doctor", "patient"])
def test_only_administrators_say_who_takes_appointments(step, role):
    facility = FacilityFactory()
    doctor = DoctorFactory(facilities=[facility])
    assert status(api(staff_of(facility, role)), doctor, step).status_code == 403


def test_an_unknown_doctor_is_not_found():
    doctor = DoctorFactory.build(pk=10**17)
    assert status(api(), doctor, "deactivate").status_code == 404
