from datetime import UTC, date, datetime

import factory

from accounts.tests.factories import UserFactory
from patients.models import Patient, Registration


class PatientFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Patient

    given_name = factory.Sequence("Given{}".format)
    family_name = factory.Sequence("Family{}".format)
    date_of_birth = date(1980, 2, 29)


class RegistrationFactory(factory.django.DjangoModelFactory):
    """Somebody who has proved their address and waits for the desk."""

    class Meta:
        model = Registration

    user = factory.SubFactory(UserFactory, role="patient")
    given_name = "Ruben"
    family_name = "Oakmere"
    date_of_birth = date(1990, 6, 1)
    email = factory.LazyAttribute("{0.user.email}".format)
    status = Registration.Status.WAITING
    verified_at = datetime(2026, 1, 5, 9, tzinfo=UTC)
