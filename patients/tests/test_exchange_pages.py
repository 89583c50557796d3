"""Who may import and export patients, what is noted of it, and what a page is good for."""

import json
import logging
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from audit.models import AccessEvent
from facilities.exchange import packing, tables
from facilities.tests.factories import FacilityFactory
from facilities.tests.sheets import Importer, cells_of, csv_data, told
from patients.models import Patient
from patients.tests.factories import PatientFactory

pytestmark = pytest.mark.django_db

KINDS = ["patients_patient", "facilities_facility", "facilities_doctor", "facilities_zipcoderange"]
ROW = {
    "mrn": "7001234",
    "given_name": "Zélie",
    "family_name": "Oakmere",
    "date_of_birth": "2010-01-17",
}


@pytest.fixture
def patients():
    return Importer("patients_patient")


def logged() -> list[tuple[str, int]]:
    return list(AccessEvent.objects.order_by("pk").values_list("what", "patient_id"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["receptionist", "doctor", "nurse", "patient"])
def test_nobody_but_an_administrator_imports_or_exports(client: Client, kind, role):
    client.force_login(UserFactory(role=role))
    for page, args in (("import", []), ("template", ["csv"]), ("export", ["csv"])):
        url = reverse(f"admin:{kind}_{page}", args=args)
        assert client.get(url).status_code == 403
        assert client.post(url, {"preview": "x"}).status_code == 403


@pytest.mark.parametrize("kind", KINDS)
def test_the_template_has_all_headings_and_no_person(kind):
    importer = Importer(kind)
    page = importer.client.get(importer.url("import"))
    for form in ("csv", "xlsx"):
        headings, example = cells_of(importer.client.get(importer.url("template", form)).content)
        assert headings == page.context["headings"]
        assert "xample" in " ".join(example)
    changelist = importer.client.get(importer.url("changelist")).content.decode()
    for url in (importer.url("import"), importer.url("export", "csv")):
        assert f'href="{url}' in changelist


@pytest.mark.parametrize(
    ("page", "args", "method", "status"),
    [
        ("export", ["csv"], "post", 405),
        ("export", ["exe"], "get", 404),
        ("template", ["exe"], "get", 404),
        ("template", ["csv"], "post", 405),
        ("import", [], "put", 405),
        ("import", [], "post", 200),
    ],
)
def test_other_methods_and_forms_lead_nowhere(patients, page, args, method, status):
    answer = getattr(patients.client, method)(patients.url(page, *args))
    assert answer.status_code == status


def test_an_export_holds_what_the_list_filters_and_is_logged(patients):
    here, there = FacilityFactory(), FacilityFactory()
    shown = PatientFactory(facility=here, family_name="Oakmere")
    PatientFactory(facility=there, family_name="Oakmere")
    closed = PatientFactory(facility=here, is_active=False)
    rows = cells_of(patients.export(facility__id__exact=here.pk, is_active__exact=1, q="oakmere"))
    assert [row[0] for row in rows] == ["mrn", shown.mrn]
    assert logged() == [("export", shown.pk)]
    assert closed.mrn not in str(rows)


def test_an_export_of_too_many_leads_back_to_the_list(patients, monkeypatch):
    PatientFactory.create_batch(3)
    monkeypatch.setattr(tables, "MOST_ROWS", 2)
    answer = patients.client.get(
        patients.url("export", "csv"), {"is_active__exact": "1"}, follow=True
    )
    assert "More than 2 rows cannot be exported at once" in answer.content.decode()
    assert logged() == []


def test_an_import_is_logged_for_whom_it_shows_and_changes(patients):
    known = PatientFactory(family_name="Oakmere", city="Omaha")
    data = csv_data(ROW | {"city": ""}, {"mrn": known.mrn, "city": "Lincoln"} | _names(known))
    page = patients.look(data)
    assert logged() == [("import", known.pk)]
    patients.confirm(page)
    new = Patient.objects.get(mrn="07001234")
    assert sorted(logged()[1:]) == [("import", known.pk), ("import", new.pk)]
    kept = dict(LogEntry.objects.values_list("object_id", "action_flag"))
    assert kept == {str(new.pk): 1, str(known.pk): 2}


def _names(patient: Patient) -> dict[str, str]:
    return {
        "given_name": patient.given_name,
        "family_name": patient.family_name,
        "date_of_birth": str(patient.date_of_birth),
    }


def test_the_log_of_the_application_has_counts_and_no_names(patients, caplog):
    with caplog.at_level(logging.INFO):
        patients.bring_in(csv_data(ROW))
        patients.preview(csv_data(ROW | {"mrn": "7000005", "date_of_birth": "Oakmere"}))
        patients.export()
    said = json.dumps([str(record.msg) for record in caplog.records])
    assert "'new': 1" in said
    assert "'rows': 1" in said
    assert "Oakmere" not in said


def test_neither_a_preview_nor_an_export_writes_a_file(patients, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made = []
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", lambda *args, **kwargs: made.append(args))
    patients.bring_in(csv_data(ROW))
    patients.look(patients.export("xlsx"))
    assert made == []
    assert list(tmp_path.iterdir()) == []


def test_a_preview_is_good_for_who_saw_it_for_an_hour(patients, monkeypatch):
    page = patients.look(csv_data(ROW))
    other = Importer("patients_patient")
    for importer, confirmed in (
        (other, page.context["packed"]),
        (patients, "x" + page.context["packed"]),
    ):
        answer = importer.client.post(importer.url("import"), {"preview": confirmed})
        assert "too old or not yours" in answer.content.decode()
    monkeypatch.setattr(packing, "GOOD_FOR", timedelta(seconds=-1))
    assert "too old or not yours" in patients.confirm(page).content.decode()
    assert not Patient.objects.exists()


def test_what_has_changed_since_the_preview_is_shown_again(patients):
    patient = PatientFactory(city="Omaha")
    page = patients.look(csv_data({"mrn": patient.mrn, "city": "Lincoln"}))
    Patient.objects.filter(pk=patient.pk).update(city="Papillion")
    answer = patients.confirm(page)
    assert "Something has changed since the preview" in answer.content.decode()
    assert Patient.objects.get().city == "Papillion"
    assert told(patients.confirm(answer).context["done"]) == (0, 1, 0, 0)
    assert Patient.objects.get().city == "Lincoln"


def test_a_row_refused_since_the_preview_lets_nothing_in(patients):
    facility = FacilityFactory(name="Northside", capacity=2)
    rows = [
        ROW | {"facility": "Northside"},
        ROW | {"mrn": "7000005", "given_name": "A", "facility": ""},
    ]
    page = patients.look(csv_data(*rows))
    PatientFactory.create_batch(2, facility=facility)
    answer = patients.confirm(page)
    assert answer.context["preview"].refused == 1
    assert Patient.objects.count() == 2


def test_thousands_cost_few_statements(patients, django_assert_max_num_queries):
    facility = FacilityFactory(name="Northside", capacity=5000)
    rows = [
        ROW
        | {"mrn": "", "given_name": f"G{n}", "email": f"g{n}@example.org", "facility": "Northside"}
        for n in range(1200)
    ]
    with django_assert_max_num_queries(40):
        page = patients.look(csv_data(*rows))
    with django_assert_max_num_queries(45):
        patients.confirm(page)
    facility.refresh_from_db()
    assert facility.registered_count == 1200
    with django_assert_max_num_queries(40):
        assert told(patients.preview(patients.export())) == (0, 0, 1200, 0)
