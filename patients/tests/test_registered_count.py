"""The register of a facility counts its active patients, and never more than it has places."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from facilities.models import Facility
from facilities.tests.factories import FacilityFactory
from patients.models import Patient
from patients.tests.factories import PatientFactory


def registered(facility: Facility) -> int:
    facility.refresh_from_db()
    return facility.registered_count


@pytest.mark.django_db
def test_registering_moving_closing_and_deleting_are_counted() -> None:
    here, there = FacilityFactory(), FacilityFactory()
    patient, other = PatientFactory(facility=here), PatientFactory(facility=here)
    assert registered(here) == 2
    patient.facility = there
    patient.save()
    assert (registered(here), registered(there)) == (1, 1)
    Patient.objects.filter(pk=patient.pk).update(is_active=False)
    assert registered(there) == 0
    other.delete()
    assert registered(here) == 0


@pytest.mark.django_db
def test_a_bulk_load_is_counted() -> None:
    facility = FacilityFactory()
    Patient.objects.bulk_create(PatientFactory.build_batch(5, facility=facility))
    assert registered(facility) == 5


@pytest.mark.django_db
def test_a_full_facility_refuses_with_words_and_a_code() -> None:
    facility = FacilityFactory(capacity=1)
    PatientFactory(facility=facility)
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        PatientFactory(facility=facility)
    assert refused.value.code == "facility_full"
    assert registered(facility) == 1


@pytest.mark.django_db
def test_raw_sql_is_refused_by_the_constraint_of_the_facility() -> None:
    full = FacilityFactory(capacity=0)
    patient = PatientFactory()
    with pytest.raises(IntegrityError) as refused, connection.cursor() as cursor:
        cursor.execute("UPDATE patients_patient SET facility_id = %s", [full.pk])
    assert refused.value.__cause__.diag.constraint_name == "facility_has_room"  # type: ignore[union-attr]
    assert patient.facility is None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_register_for_the_last_place_exactly_one_wins() -> None:
    facility = FacilityFactory(capacity=1)
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def register() -> None:
        try:
            start.wait(10)
            PatientFactory(facility=facility)
            outcomes.append("registered")
        except ValidationError as error:
            outcomes.append(str(error.code))
        finally:
            connection.close()

    threads = [threading.Thread(target=register) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["facility_full", "registered"]
    assert registered(facility) == 1


@pytest.mark.django_db
def test_saving_a_facility_does_not_write_back_a_count_that_it_read_before() -> None:
    facility = FacilityFactory()
    PatientFactory(facility=facility)
    facility.name = "Renamed"
    facility.save()
    facility.refresh_from_db()
    assert (facility.name, facility.registered_count) == ("Renamed", 1)
