"""Somebody who opens charts at a facility, and what their browser sends."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from facilities.models import Facility
from patients.models import Patient
from patients.tests.factories import PatientFactory
from records.tests.factories import doctor_user
from scheduling.tests.factories import early_facility


@pytest.fixture
def facility() -> Facility:
    return early_facility()


@pytest.fixture
def patient(facility: Facility) -> Patient:
    return PatientFactory(facility=facility)


@pytest.fixture
def doctor(client: Client, facility: Facility) -> User:
    user = doctor_user(facility)
    client.force_login(user)
    return user


def chart(patient: Patient) -> str:
    return reverse("records:chart", args=[patient.pk])


def text(answer: Any) -> str:
    return answer.content.decode()
