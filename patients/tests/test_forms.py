from datetime import date
from typing import Any

import pytest
from django.utils import translation

from accounts.models import User
from facilities.models import Facility
from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of
from patients.forms import NewPatientForm, PatientForm
from patients.models import Patient
from patients.tests.factories import PatientFactory

pytestmark = pytest.mark.django_db

NEWCOMER = {"given_name": "Ruben", "family_name": "Oakmere", "date_of_birth": "6/1/1990"}


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def user(facility: Facility) -> User:
    return staff_of(facility)


def posted(patient: Patient, user: User) -> dict[str, Any]:
    """Return what a browser sends back for an untouched form."""
    form = PatientForm(user=user, instance=Patient.objects.get(pk=patient.pk))
    values = {bound.name: bound.value() for bound in form}
    return {
        name: form[name].field.widget.format_value(value) if isinstance(value, date) else value
        for name, value in values.items()
        if value not in (None, False)
    }


@pytest.mark.parametrize(
    "typed", ["6/1/1990", "06/01/1990", "06011990", "1990-06-01", "1 Jun 1990"]
)
def test_a_newcomer_is_registered_at_the_facility(facility: Facility, typed: str) -> None:
    form = NewPatientForm(NEWCOMER | {"date_of_birth": typed}, facility=facility)
    patient = form.save_or_explain()
    assert patient is not None
    assert (patient.facility, patient.date_of_birth) == (facility, date(1990, 6, 1))


@pytest.mark.parametrize("typed", ["6/1/90", "yesterday", "13/13/1990", "1/1/2999", ""])
def test_a_date_of_birth_that_is_none_is_explained(facility: Facility, typed: str) -> None:
    form = NewPatientForm(NEWCOMER | {"date_of_birth": typed}, facility=facility)
    assert form.save_or_explain() is None
    assert set(form.errors) == {"date_of_birth"}


def test_a_full_facility_is_a_form_error(facility: Facility) -> None:
    Facility.objects.filter(pk=facility.pk).update(capacity=0)
    stale = NewPatientForm(NEWCOMER, facility=facility)
    assert stale.save_or_explain() is None
    assert "full" in str(stale.non_field_errors())
    facility.refresh_from_db()
    fresh = NewPatientForm(NEWCOMER, facility=facility)
    assert not fresh.is_valid()
    assert "full" in str(fresh.non_field_errors())
    assert not Patient.objects.exists()


def test_a_patient_of_a_full_facility_can_still_be_edited(facility: Facility, user: User) -> None:
    patient = PatientFactory(facility=facility)
    Facility.objects.filter(pk=facility.pk).update(capacity=1)
    form = PatientForm(posted(patient, user) | {"city": "Lindow"}, user=user, instance=patient)
    assert form.save_or_explain()


def test_only_own_facilities_and_doctors_are_offered(facility: Facility, user: User) -> None:
    other = FacilityFactory()
    DoctorFactory(facilities=[other])
    own = DoctorFactory(facilities=[facility])
    form = PatientForm(user=user)
    assert list(form.fields["facility"].queryset) == [facility]  # type: ignore[attr-defined]
    assert list(form.fields["assigned_doctor"].queryset) == [own]  # type: ignore[attr-defined]


def test_every_save_raises_the_version(facility: Facility) -> None:
    patient = PatientFactory(facility=facility)
    patient.save()
    Patient.objects.update(city="Lindow")
    assert patient.version == 2
    patient.refresh_from_db()
    assert patient.version == 3


def test_a_date_of_birth_is_shown_as_it_is_read_in_each_language(
    user: User, facility: Facility
) -> None:
    patient = PatientFactory(facility=facility, date_of_birth=date(1990, 6, 1))
    for language, shown in (("en", "06/01/1990"), ("es", "01/06/1990"), ("pt-br", "01/06/1990")):
        with translation.override(language):
            sent = posted(patient, user)
            assert sent["date_of_birth"] == shown
            form = PatientForm(sent, user=user, instance=Patient.objects.get(pk=patient.pk))
            assert form.is_valid()
            assert form.cleaned_data["date_of_birth"] == date(1990, 6, 1)
