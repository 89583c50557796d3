"""A patient's record is not closed over visits that are to come, wherever it is closed."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.tests.factories import UserFactory
from facilities.tests.api import current
from facilities.tests.factories import staff_of
from patients.models import Patient, PatientMerge
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.api import V1, Place
from scheduling.tests.factories import AppointmentFactory

pytestmark = pytest.mark.django_db

REFUSAL = "This patient has visits to come: 2. Cancel them first"


@pytest.fixture
def place():
    return Place()


@pytest.fixture
def patient(place):
    return place.patient


@pytest.fixture
def visits(place, patient):
    two = {"facility": place.facility, "doctor": place.doctor, "patient": patient}
    return [AppointmentFactory(**two, starts_at=place.at(hour)) for hour in (9, 10)]


def refused(refusal):
    (error,) = refusal.value.error_list
    assert error.code == "visits_to_come"
    assert error.message.startswith(REFUSAL)


def test_the_model_refuses_until_the_visits_are_cancelled(patient, visits):
    with pytest.raises(ValidationError) as refusal:
        patient.close()
    refused(refusal)


def test_once_they_are_cancelled_it_is_closed(patient, visits):
    for visit in visits:
        visit.cancel("Moved away", by=None)
    patient.refresh_from_db()
    patient.close()
    assert not Patient.objects.get(pk=patient.pk).is_active


def test_who_has_died_is_not_expected_any_more(patient, visits):
    patient.is_active, patient.deceased_on = False, date(2026, 1, 1)
    with pytest.raises(ValidationError) as refusal:
        patient.save()
    refused(refusal)


@pytest.mark.parametrize("status", ["fulfilled", "noshow", "entered-in-error"])
def test_visits_that_are_over_stand_in_nobodys_way(patient, visits, status):
    Appointment.objects.update(status=status)
    patient.close()


def test_nor_does_what_another_patient_has_booked(visits):
    PatientFactory().close()


def test_a_merge_takes_the_visits_over(patient, visits):
    kept = PatientFactory(facility=patient.facility)
    PatientMerge.objects.merge(patient, into=kept, by=None)
    assert kept.appointments.count() == 2


@pytest.mark.parametrize("method", ["delete", "patch"])
def test_the_api_refuses_and_says_how_many(place, patient, visits, method):
    desk, there = place.staff(), f"{V1}/patients/{patient.pk}"
    answer = getattr(desk, method)(there, {"is_active": False}, headers=current(desk, there))
    assert (answer.status_code, answer.json()["code"]) == (409, "visits_to_come")
    assert answer.json()["detail"].startswith(REFUSAL)
    assert desk.get(there).json()["is_active"] is True


def typed(form):
    """Return what a form shows, as a browser sends it back with “is active” cleared."""
    values = {form.add_prefix(name): form[name].value() for name in form.fields}
    return {n: v for n, v in values.items() if v is not None and n != "is_active"}


def test_the_admin_refuses_in_the_same_words(client, patient, visits):
    client.force_login(UserFactory(role="admin"))
    there = reverse("admin:patients_patient_change", args=[patient.pk])
    page = client.get(there).context
    said = typed(page["adminform"].form)
    for inline in page["inline_admin_formsets"]:
        said |= typed(inline.formset.management_form)
    answer = client.post(there, said, follow=True)
    assert REFUSAL in answer.content.decode()
    assert Patient.objects.get(pk=patient.pk).is_active


def test_the_desks_form_refuses_in_the_same_words(client, place, patient, visits):
    client.force_login(staff_of(place.facility))
    there = reverse("patients:edit", args=[patient.pk])
    answer = client.post(there, typed(client.get(there).context["form"]))
    assert answer.status_code == 422
    assert REFUSAL in answer.content.decode()
    assert Patient.objects.get(pk=patient.pk).is_active
