import pytest

from facilities.tests.api import api
from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of
from scheduling.tests.factories import AppointmentFactory

pytestmark = pytest.mark.django_db


def status(client, doctor, step, **headers):
    return client.post(f"/api/v1/doctors/{doctor.pk}/{step}", {}, headers=headers)


def test_a_doctor_who_leaves_keeps_what_is_booked_and_the_answer_counts_it():
    admin, appointment = api(), AppointmentFactory()
    cancelled = AppointmentFactory(doctor=appointment.doctor, facility=appointment.facility,
        starts_at=appointment.ends_at)  # fmt: skip
    cancelled.cancel("Not needed", by=None)
    answer = status(admin, appointment.doctor, "deactivate")
    assert answer.status_code == 200, answer.json()
    assert (answer.json()["is_active"], answer.json()["appointments_to_move"]) == (False, 1)
    appointment.refresh_from_db()
    assert appointment.status == "booked"
    there = admin.get(f"/api/v1/doctors/{appointment.doctor.pk}")
    assert (there["ETag"], there.json()["is_active"]) == (answer["ETag"], False)
    back = status(admin, appointment.doctor, "activate").json()
    assert (back["is_active"], back["appointments_to_move"]) == (True, 0)


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
