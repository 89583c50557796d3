from datetime import date

import factory

from patients.models import Patient


class PatientFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Patient

    given_name = factory.Sequence("Given{}".format)
    family_name = factory.Sequence("Family{}".format)
    date_of_birth = date(1980, 2, 29)
