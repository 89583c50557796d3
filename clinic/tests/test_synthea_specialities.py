"""Specialities of an import become care types, which a later import leaves as people set them."""

from pathlib import Path
from shutil import copytree

import pytest
from django.core.management import call_command

from clinic.tests.synthea import FILES, change
from facilities.models import CareType, Doctor, Facility

pytestmark = pytest.mark.django_db


def provided(identifier: str) -> list[str]:
    return [each.name for each in Doctor.objects.get(identifier=identifier).care_types.all()]


def offered(identifier: str) -> list[str]:
    return [each.name for each in Facility.objects.get(identifier=identifier).care_types.all()]


def test_a_doctor_provides_their_speciality_and_the_facility_offers_it() -> None:
    call_command("import_synthea", str(FILES))
    assert (provided("doc-2"), offered("org-denver")) == (["Cardiology"], ["Cardiology"])
    assert provided("doc-3") == ["Pediatric Medicine"]


def test_a_care_type_that_is_there_is_used_whatever_its_case() -> None:
    CareType.objects.create(name="caRDiology")
    call_command("import_synthea", str(FILES))
    assert provided("doc-2") == ["caRDiology"]
    assert CareType.objects.filter(name__iexact="cardiology").count() == 1


def test_a_new_speciality_is_added_and_what_people_set_stays(tmp_path: Path) -> None:
    export = Path(copytree(FILES, tmp_path / "csv"))
    call_command("import_synthea", str(export))
    Facility.objects.get(identifier="org-omaha").care_types.clear()
    Doctor.objects.get(identifier="doc-1").care_types.add(CareType.objects.create(name="Travel"))
    change(export / "providers.csv", "CARDIOLOGY", "NEUROLOGY")
    call_command("import_synthea", str(export))
    assert provided("doc-1") == ["General Practice", "Travel"]
    assert provided("doc-2") == ["Cardiology", "Neurology"]
    assert (offered("org-omaha"), offered("org-denver")) == ([], ["Cardiology", "Neurology"])
