"""The language of a patient is kept as a code and read as a name."""

import pytest
from django.test import Client
from django.urls import reverse

from facilities.tests.factories import FacilityFactory, staff_of
from patients.forms import PatientForm
from patients.languages import languages
from patients.merge_sheet import MergeSheet
from patients.tests.factories import PatientFactory


def test_languages_stand_by_name_and_a_code_that_nobody_knows_stays() -> None:
    offered = dict(languages("x-own"))
    assert (offered[""], offered["es"], offered["x-own"]) == ("Not known", "Spanish", "x-own")
    names = [name for code, name in languages("") if code]
    assert names == sorted(names)
    assert "x-own" not in dict(languages("es"))


@pytest.mark.django_db
def test_the_form_offers_names_and_keeps_a_code(client: Client) -> None:
    facility = FacilityFactory()
    user, patient = staff_of(facility), PatientFactory(facility=facility, language="es")
    client.force_login(user)
    page = client.get(reverse("patients:edit", args=[patient.pk])).content.decode()
    assert '<option value="es" selected>Spanish</option>' in page
    form = PatientForm(user=user, instance=patient)
    typed = {bound.name: bound.value() or "" for bound in form} | {"language": "ta"}
    saved = PatientForm(typed, user=user, instance=patient).save_or_explain()
    assert saved is not None
    assert saved.language == "ta"
    refused = PatientForm(typed | {"language": "Spanish"}, user=user, instance=patient)
    assert refused.save_or_explain() is None
    assert set(refused.errors) == {"language"}


@pytest.mark.django_db
def test_two_records_side_by_side_tell_names() -> None:
    stays, closes = PatientFactory(language="es"), PatientFactory(language="")
    rows = {row.name: row for row in MergeSheet(stays, closes, {}).rows}
    assert (rows["language"].stays, rows["language"].closes) == ("Spanish", "")
