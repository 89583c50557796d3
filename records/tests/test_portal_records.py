"""A patient reads their own chart: what is signed and in force, and nothing of anybody else."""

import pytest
from django.urls import reverse

from accounts.tests.factories import UserFactory
from audit.models import AccessEvent
from facilities.tests.factories import FacilityFactory
from patients.tests.factories import PatientFactory
from records.files import AS_A_FILE
from records.tests.factories import (
    AllergyFactory,
    ConditionFactory,
    DocumentFactory,
    DraftFactory,
    EncounterFactory,
    HealthSummaryFactory,
    MedicationFactory,
    SignedFactory,
    amended,
    doctor_user,
    pdf,
)

pytestmark = pytest.mark.django_db

RECORDS = reverse("portal:records")


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def patient():
    return PatientFactory(user=UserFactory(role="patient"), facility=FacilityFactory())


@pytest.fixture
def about(patient):
    author = doctor_user(patient.facility)
    return {"patient": patient, "facility": patient.facility, "recorded_by": author}


@pytest.fixture
def portal(client, patient):
    client.force_login(patient.user)
    return client


def by(about):
    return {"patient": about["patient"], "facility": about["facility"], "by": about["recorded_by"]}


def test_an_empty_chart_is_a_page_all_the_same(portal):
    page = portal.get(RECORDS).content.decode()
    assert "No allergy is recorded. Tell the clinic if you have one." in page
    assert "No document is kept." in page


def test_the_page_shows_what_is_in_force_and_signed(portal, about):
    AllergyFactory(**about, description="Penicillin")
    wrong = ConditionFactory(**about, description="Gout")
    wrong.mark_entered_in_error(by=about["recorded_by"], reason="Wrong chart")
    ConditionFactory(**about, description="Hypertension")
    MedicationFactory(**about, description="Lisinopril")
    HealthSummaryFactory(**about, history="Appendix removed.")
    EncounterFactory(**about, description="Examination")
    DocumentFactory(**about, title="Blood count")
    DraftFactory(**by(about), diagnosis="Perhaps flu")
    SignedFactory(**by(about), diagnosis="Bronchitis")
    page = portal.get(RECORDS).content.decode()
    for told in ("Penicillin", "Hypertension", "Lisinopril", "Appendix removed.", "Examination"):
        assert told in page
    assert "Blood count" in page
    assert "Bronchitis" in page
    assert "Gout" not in page
    assert "Wrong chart" not in page
    assert "Perhaps flu" not in page


def test_nothing_on_the_pages_can_be_changed(portal, about):
    AllergyFactory(**about)
    note = SignedFactory(**by(about))
    for address in (RECORDS, reverse("portal:note", args=[note.pk])):
        page = portal.get(address).content.decode()
        main = page[page.index("<main") :]
        assert "<form" not in main
        assert "Entered in error" not in main


def test_of_a_note_the_newest_signed_version_is_read(portal, about):
    first = SignedFactory(**by(about), notes="Rest for a week.")
    newest = amended(first, notes="Rest for three days.")
    draft = DraftFactory(**by(about))
    page = portal.get(reverse("portal:note", args=[newest.pk]))
    assert "Rest for three days." in page.content.decode()
    for other in (first, draft):
        assert portal.get(reverse("portal:note", args=[other.pk])).status_code == 404


def test_a_document_is_downloaded_as_it_came_and_logged(portal, about, patient):
    document = DocumentFactory(**about)
    answer = portal.get(reverse("portal:document", args=[document.pk]))
    assert answer.getvalue() == pdf()
    assert answer["Content-Disposition"] == f'attachment; filename="{document.file_name}"'
    assert {name: answer[name] for name in AS_A_FILE} == AS_A_FILE
    assert "no-store" in answer["Cache-Control"]
    logged = AccessEvent.objects.get()
    assert (logged.patient_id, logged.what, logged.user_id) == (
        patient.pk,
        "document",
        patient.user_id,
    )


def test_a_document_that_was_wrong_is_not_given_out(portal, about):
    document = DocumentFactory(**about)
    document.mark_entered_in_error(by=about["recorded_by"], reason="Wrong chart")
    assert portal.get(reverse("portal:document", args=[document.pk])).status_code == 404


def test_the_page_asks_as_much_for_many_as_for_few(portal, about, django_assert_num_queries):
    def fill():
        for make in (AllergyFactory, ConditionFactory, MedicationFactory, DocumentFactory):
            make(**about)
        EncounterFactory(**about)
        SignedFactory(**by(about))

    fill()
    with django_assert_num_queries(18):
        portal.get(RECORDS)
    for _ in range(3):
        fill()
    with django_assert_num_queries(18):
        portal.get(RECORDS)
