"""Which two records the desk may merge, and take apart again."""

import pytest

from accounts.tests.factories import UserFactory
from facilities.tests.api import api
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient, PatientMerge
from patients.tests.factories import PatientFactory

URL = "/api/v1/patients"

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility():
    return FacilityFactory()


@pytest.fixture
def desk(facility):
    return api(staff_of(facility))


def test_a_merge_into_a_record_that_went_elsewhere_is_undone_by_who_sees_both(desk, facility):
    merged, kept = PatientFactory.create_batch(2, facility=facility)
    made = desk.post(f"{URL}/{merged.pk}/merge", {"into_id": kept.pk})
    assert made.status_code == 200, made.json()
    elsewhere = FacilityFactory()
    Patient.objects.filter(pk=kept.pk).update(facility=elsewhere)
    there = f"{URL}/{merged.pk}/unmerge"
    assert desk.post(there).status_code == 404
    assert api(staff_of(elsewhere)).post(there).status_code == 404
    assert PatientMerge.objects.get().undone_at is None
    both = staff_of(facility)
    both.facilities.add(elsewhere)
    assert api(both).post(there).status_code == 200
    assert PatientMerge.objects.get().undone_at


def test_two_records_with_an_account_each_are_not_merged(desk, facility):
    merged, kept = (
        PatientFactory(facility=facility, user=UserFactory(role="patient")) for _ in range(2)
    )
    there = f"{URL}/{merged.pk}/merge"
    answer = desk.post(there, {"into_id": kept.pk})
    assert (answer.status_code, answer.json()["code"]) == (409, "two_accounts")
    assert "delete the other in Django admin first" in answer.json()["detail"]
    assert not PatientMerge.objects.exists()
    merged.user.delete()
    assert desk.post(there, {"into_id": kept.pk}).status_code == 200
    kept.refresh_from_db()
    assert kept.user
