"""A doctor at a visit, and what their browser sends of notes."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from facilities.models import Facility
from facilities.tests.factories import FacilityFactory
from patients.models import Patient
from patients.tests.factories import PatientFactory
from records.models import MedicalRecord
from records.tests.factories import DraftFactory, doctor_at
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentFactory


@pytest.fixture
def visit() -> Appointment:
    facility = FacilityFactory()
    patient = PatientFactory(facility=facility)
    return AppointmentFactory(facility=facility, doctor=doctor_at(facility), patient=patient)


@pytest.fixture
def facility(visit: Appointment) -> Facility:
    return visit.facility


@pytest.fixture
def patient(visit: Appointment) -> Patient:
    assert visit.patient
    return visit.patient


@pytest.fixture
def doctor(visit: Appointment, client: Client) -> User:
    user: Any = visit.doctor.user
    client.force_login(user)
    return user


@pytest.fixture
def draft(doctor: User, visit: Appointment) -> MedicalRecord:
    return DraftFactory(
        patient=visit.patient, facility=visit.facility, appointment=visit, by=doctor
    )


@pytest.fixture
def signed(draft: MedicalRecord, doctor: User) -> MedicalRecord:
    draft.sign(by=doctor, revision=draft.revision)
    return draft


def begin(client: Client, patient: Patient, **posted: Any) -> Any:
    return client.post(reverse("records:begin-note", args=[patient.pk]), posted)


def send(client: Client, note: MedicalRecord, press: str = "save", **changes: Any) -> Any:
    posted = {"revision": note.revision, "diagnosis": "Cold", "prescription": "", "notes": "Rest"}
    return client.post(note.get_absolute_url(), posted | {press: "1"} | changes)


def amend(client: Client, note: MedicalRecord, **posted: Any) -> Any:
    return client.post(reverse("records:amend", args=[note.patient_id, note.pk]), posted)


def text(answer: Any) -> str:
    return answer.content.decode()


def texts_of(note: MedicalRecord) -> tuple[str, str]:
    note.refresh_from_db()
    return note.diagnosis, note.notes
