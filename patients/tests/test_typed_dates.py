"""Dates are typed as the language of the page writes them."""

from datetime import date

import pytest
from django import forms
from django.utils import translation
from django.utils.translation import gettext as _

from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from patients.typed_dates import TypedDateField, as_typed, pattern

DAY = date(2010, 4, 3)


class Form(forms.Form):
    born = TypedDateField()


@pytest.mark.parametrize(
    ("language", "typed", "shown"),
    [
        ("en", "4/3/2010", "04/03/2010"),
        ("en", "3 April 2010", "04/03/2010"),
        ("es", "3/4/2010", "03/04/2010"),
        ("es", "3 de abril de 2010", "03/04/2010"),
        ("pt-br", "03/04/2010", "03/04/2010"),
        ("pt-br", "3 abr 2010", "03/04/2010"),
        ("es", "2010-04-03", "03/04/2010"),
    ],
)
def test_a_date_is_read_and_shown_alike(language: str, typed: str, shown: str) -> None:
    with translation.override(language):
        form = Form({"born": typed})
        assert form.is_valid()
        assert form.cleaned_data["born"] == DAY
        assert as_typed(DAY) == shown
        assert f'value="{shown}"' in str(Form(initial={"born": DAY})["born"])


def test_an_empty_field_and_a_refusal_say_the_right_order() -> None:
    for language, example in [("en", "1/17/2010"), ("es", "17/1/2010"), ("pt-br", "17/1/2010")]:
        with translation.override(language):
            assert example in Form({"born": "33/33/2010"}).errors["born"][0]
    with translation.override("en"):
        assert 'placeholder="MM/DD/YYYY"' in str(Form()["born"])
        assert pattern() == "MM/DD/YYYY"
    with translation.override("es"):
        assert pattern() == "/".join([_("DD"), _("MM"), _("YYYY")])


@pytest.mark.django_db
def test_a_search_reads_a_date_of_birth_so(client) -> None:
    facility = FacilityFactory()
    april = PatientFactory(facility=facility, date_of_birth=DAY)
    march = PatientFactory(facility=facility, date_of_birth=date(2010, 3, 4))
    for language, first in [("en", march), ("es", april)]:
        with translation.override(language):
            assert Patient.objects.search("3/4/2010")[0] == first


@pytest.mark.django_db
def test_a_patient_is_registered_in_the_language_of_the_account(client) -> None:
    facility = FacilityFactory()
    client.force_login(staff_of(facility, language="es"))
    sent = {"given_name": "Ruben", "family_name": "Oak", "date_of_birth": "3/4/2010"}
    answer = client.post(
        "/patients/new/", sent | {"gender": "unknown", "facility": facility.pk, "is_active": "on"}
    )
    assert answer.status_code == 302, answer.content.decode()
    assert Patient.objects.get().date_of_birth == DAY
