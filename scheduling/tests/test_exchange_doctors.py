"""Doctors from a file stay as long as visits are booked with them."""

import pytest

from facilities.models import Doctor
from facilities.tests.sheets import Importer, csv_data, told
from scheduling.tests.factories import AppointmentFactory

pytestmark = pytest.mark.django_db


def test_a_doctor_with_visits_to_come_does_not_leave_by_a_file():
    doctors, visit = Importer("facilities_doctor"), AppointmentFactory()
    Doctor.objects.filter(pk=visit.doctor_id).update(licence_number="L1")
    row = {"licence_number": "L1", "name": visit.doctor.name, "is_active": "no"}
    assert "visits to come: 1" in doctors.refusals(csv_data(row))[0][2]
    assert told(doctors.preview(csv_data(row | {"is_active": "yes"}))) == (0, 0, 1, 0)
