"""The watch that all tests run under sees what it is there for."""

import logging

import pytest
import structlog
from django.core.exceptions import BadRequest
from django.db import IntegrityError, OperationalError
from django.test import Client
from django.urls import reverse

from clinic.tests.canary import CANARY
from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from records.tests.factories import AllergyFactory, HealthSummaryFactory

pytestmark = pytest.mark.django_db


def test_what_factories_write_is_known_when_it_turns_up():
    allergy, summary = AllergyFactory(), HealthSummaryFactory()
    patient = allergy.patient
    for words in (patient.given_name, patient.family_name, allergy.description, summary.history):
        assert CANARY.search(words), words


@pytest.mark.parametrize("say", [logging.getLogger("x").warning, structlog.get_logger("x").warning])
def test_a_line_that_tells_of_a_patient_is_seen(watch, say):
    say("saved")
    assert watch.told == []
    say(f"saved {PatientFactory().family_name}")
    assert len(watch.told) == 1
    watch.told.clear()


@pytest.fixture
def typing(client: Client):
    """Return a function that types a patient's name into the form of the record, and sends it."""
    facility = FacilityFactory()
    patient = PatientFactory(facility=facility)
    client.raise_request_exception = False

    def send(role: str = "receptionist", where: Facility = facility) -> tuple[int, str]:
        client.force_login(staff_of(where, role))
        said = {"family_name": patient.family_name, "given_name": patient.given_name}
        answer = client.post(reverse("patients:edit", args=[patient.pk]), said)
        return answer.status_code, answer.content.decode()

    return send


def failed(met: tuple[int, str], status: int) -> None:
    assert met[0] == status
    assert not CANARY.search(met[1])


def test_no_refusal_tells_of_the_patient(typing, settings):
    failed(typing("patient"), 403)
    failed(typing(where=FacilityFactory()), 404)
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 1
    failed(typing(), 413)


@pytest.mark.parametrize(
    ("error", "status"),
    [(OperationalError, 503), (IntegrityError, 500), (ValueError, 500), (BadRequest, 400)],
)
def test_no_failure_tells_of_the_patient(typing, monkeypatch, error, status):
    """An exception's own words may quote the row; the watch reads what is logged of it."""

    def fail(self: Patient, *args: object, **kwargs: object) -> None:
        raise error(f"DETAIL: Failing row contains ({self.family_name}).")

    monkeypatch.setattr(Patient, "full_clean", fail)
    failed(typing(), status)
