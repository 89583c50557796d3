"""An administrator gives a patient everything that is kept of them, and the access log says so."""

import io

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.tests.factories import UserFactory
from audit.models import AccessEvent
from facilities.tests.factories import FacilityFactory
from patients.models import ContactEntry, Patient
from patients.tests.factories import PatientFactory
from records.disclosure import LEFT_OUT, referring
from records.models.clinical import Clinical
from records.tests.factories import HealthSummaryFactory
from scheduling.tests.factories import AppointmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient():
    facility = FacilityFactory(name="Northside")
    patient = PatientFactory(given_name="Zélie", family_name="Quint", facility=facility)
    visit = AppointmentFactory(patient=patient, facility=facility)
    visit.cancel(reason="Ill", by=UserFactory())
    ContactEntry.objects.create(patient=patient, note="Asked for the hours", by=UserFactory())
    HealthSummaryFactory(patient=patient, facility=facility, history="Asthma as a child.")
    AppointmentFactory(patient=PatientFactory(family_name="Stranger", facility=facility))
    return patient


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(UserFactory(role="admin"))
    return client


def url(patient, form="json"):
    return reverse("admin:patients_patient_everything", args=[patient.pk, form])


def test_json_holds_each_row_of_the_patient_and_nobody_elses(administrator, patient):
    answer = administrator.get(url(patient))
    said = answer.json()
    assert (said["format"], said["has_chart"]) == ("clinic-patient-1", False)
    parts = said["parts"]
    assert parts["patients.patient"][0]["given_name"] == "Zélie"
    assert parts["patients.patient"][0]["facility"]["name"] == "Northside"
    assert parts["scheduling.appointment"][0]["status"] == "cancelled"
    assert len(parts["scheduling.appointmentevent"]) >= 2
    assert parts["patients.contactentry"][0]["note"] == "Asked for the hours"
    assert "Stranger" not in answer.content.decode()
    assert "Asthma" not in answer.content.decode()
    assert answer["Content-Disposition"] == f'attachment; filename="patient-{patient.pk}.json"'
    assert "no-store" in answer["Cache-Control"]


def test_whoever_may_read_charts_gives_the_chart_too(administrator, patient, settings):
    settings.ADMINISTRATORS_READ_RECORDS = True
    said = administrator.get(url(patient)).json()
    assert said["has_chart"]
    assert said["parts"]["records.healthsummary"][0]["history"] == "Asthma as a child."


def test_the_pdf_says_the_same(administrator, patient):
    answer = administrator.get(url(patient, "pdf"))
    assert answer["Content-Type"] == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
    for words in ("Zélie", "Northside", "Asked for the hours", "The chart is left out"):
        assert words in text


def test_it_is_in_the_access_log_and_says_who_looked_before(administrator, patient):
    administrator.get(url(patient))
    assert list(AccessEvent.objects.values_list("what", "patient_id")) == [
        ("everything", patient.pk)
    ]
    seen = administrator.get(url(patient)).json()["parts"]["audit.accessevent"]
    assert [each["what"] for each in seen] == ["everything"]


@pytest.mark.parametrize("role", ["receptionist", "doctor", "nurse", "patient"])
def test_nobody_but_an_administrator_gets_it(client: Client, patient, role):
    client.force_login(UserFactory(role=role))
    assert client.get(url(patient)).status_code == 403
    assert not AccessEvent.objects.exists()


def test_other_addresses_and_methods_lead_nowhere(administrator, patient):
    assert administrator.get(url(patient, "exe")).status_code == 404
    assert administrator.post(url(patient)).status_code == 405
    assert administrator.get(url(Patient(pk=patient.pk + 10_000))).status_code == 404
    page = administrator.get(reverse("admin:patients_patient_change", args=[patient.pk]))
    for form in ("json", "pdf"):
        assert f'href="{url(patient, form)}"' in page.content.decode()


def test_no_kind_of_row_is_forgotten():
    clinical = {model for model in apps.get_models() if issubclass(model, Clinical)}
    named = {model._meta.label for model in referring()}
    assert clinical <= referring().keys()
    assert len(clinical) >= 7
    assert not named & {model._meta.label for model in LEFT_OUT}
    expected = {"patients.PatientIdentifier", "patients.PatientChange", "patients.ContactEntry"}
    expected |= {"scheduling.Appointment", "scheduling.AppointmentSeries", "patients.PatientMerge"}
    expected |= {"scheduling.WaitlistEntry", "patients.Registration", "patients.Patient"}
    assert expected <= named
