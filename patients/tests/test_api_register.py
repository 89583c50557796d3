"""What the API says of facilities when patients are registered there."""

import pytest

from facilities.models import Facility
from facilities.tests.api import api, current
from facilities.tests.factories import FacilityFactory
from patients.tests.factories import PatientFactory

URL = "/api/v1/facilities"

pytestmark = pytest.mark.django_db


def test_what_the_register_counts_is_read_only_and_bounds_the_capacity():
    admin, facility = api(), FacilityFactory(capacity=5)
    PatientFactory(facility=facility)
    there = f"{URL}/{facility.pk}"
    counted = admin.patch(there, {"registered_count": 4}, headers=current(admin, there))
    assert (counted.json()["registered_count"], counted.json()["places_left"]) == (1, 4)
    answer = admin.patch(there, {"capacity": 0}, headers=current(admin, there))
    assert answer.status_code == 400
    assert "at least 1" in answer.json()["errors"][0]["detail"]


def test_a_facility_with_patients_is_not_deleted():
    facility = FacilityFactory()
    PatientFactory(facility=facility)
    answer = api().delete(f"{URL}/{facility.pk}")
    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
    assert Facility.objects.exists()
