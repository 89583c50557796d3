"""The chart, and the ways that lead to it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import AccessEvent
from facilities.tests.factories import staff_of
from patients.tests.factories import PatientFactory
from records.tests.charting import chart, doctor, facility, patient, text
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
)
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentFactory, early_facility, in_days, visit_today

__all__ = ["doctor", "facility", "patient"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


EVERY_KIND = (
    AllergyFactory,
    ConditionFactory,
    DocumentFactory,
    HealthSummaryFactory,
    MedicationFactory,
    SignedFactory,
)


class TestTheChart:
    def test_is_for_doctors_and_nurses_who_see_the_patient(self, client, facility, patient):
        answers = {}
        for role in ("doctor", "nurse", "receptionist", "admin", "patient"):
            client.force_login(staff_of(facility, role))
            answers[role] = client.get(chart(patient)).status_code
        assert answers == {
            "doctor": 200,
            "nurse": 200,
            "receptionist": 403,
            "admin": 403,
            "patient": 403,
        }
        client.force_login(doctor_user(early_facility()))
        assert client.get(chart(patient)).status_code == 404
        client.logout()
        assert client.get(chart(patient)).status_code == 302

    def test_is_kept_by_no_cache_and_changed_by_no_post(self, client, doctor, patient):
        answer = client.get(chart(patient))
        assert "no-store" in answer.headers["Cache-Control"]
        assert client.post(chart(patient)).status_code == 405

    def test_says_that_nothing_is_recorded(self, client, doctor, patient):
        page = text(client.get(chart(patient)))
        for words in ("No allergy is recorded", "No condition", "No document", "No encounter"):
            assert words in page

    def test_shows_each_note_once_in_its_newest_version(self, client, doctor, facility, patient):
        first = SignedFactory(patient=patient, facility=facility, diagnosis="Cold")
        second = amended(first, diagnosis="Influenza")
        page = text(client.get(chart(patient)))
        assert second.get_absolute_url() in page
        assert first.get_absolute_url() not in page
        assert "version 2" in page

    def test_shows_drafts_to_their_author_alone(self, client, doctor, facility, patient):
        mine = DraftFactory(patient=patient, facility=facility, by=doctor)
        theirs = DraftFactory(patient=patient, facility=facility)
        page = text(client.get(chart(patient)))
        assert mine.get_absolute_url() in page
        assert theirs.get_absolute_url() not in page

    def test_takes_as_many_queries_for_a_long_life_as_for_a_short_one(
        self, client, doctor, facility, patient, django_assert_num_queries
    ):
        def live(n: int) -> None:
            for _ in range(n):
                for made_by in EVERY_KIND:
                    made_by(patient=patient, facility=facility)
                EncounterFactory(patient=patient, facility=facility)
                over = ConditionFactory(patient=patient, facility=facility)
                over.end(timezone.localdate(timezone=patient.tz), by=doctor)
                MedicationFactory(patient=patient, facility=facility).end(timezone.now(), by=doctor)
                wrong = AllergyFactory(patient=patient, facility=facility)
                wrong.mark_entered_in_error(by=doctor, reason="Wrong")
                DraftFactory(patient=patient, facility=facility, by=doctor)

        live(2)
        client.get(chart(patient))
        with django_assert_num_queries(25):
            client.get(chart(patient))
        live(12)
        with django_assert_num_queries(25):
            page = text(client.get(chart(patient)))
        assert "Page 1 of 2" in page
        assert "Page 2 of 2" in text(client.get(chart(patient) + "?page=2"))

    def test_it_stands_in_the_access_log_and_in_no_other(self, client, doctor, patient, caplog):
        AllergyFactory(patient=patient, facility=patient.facility, description="Peanut")
        with caplog.at_level("INFO"):
            client.get(chart(patient))
        said = [record.getMessage() for record in caplog.records]
        event = AccessEvent.objects.get()
        assert (event.what, event.patient_id) == ("chart", patient.pk)
        assert event.user_id == doctor.pk
        assert said
        for words in said:
            assert "Peanut" not in words
            assert patient.family_name not in words
            assert "chart_read" not in words


class TestLinksOfTheDesk:
    @pytest.mark.parametrize(
        ("role", "is_told"),
        [("doctor", True), ("nurse", True), ("receptionist", False), ("admin", False)],
    )
    def test_only_who_may_read_a_chart_sees_the_way_to_it(self, client, facility, role, is_told):
        visit = visit_today(facility=facility)
        AllergyFactory(patient=visit.patient, facility=facility)
        user = staff_of(facility, role)
        if role == "doctor":
            visit.doctor.user = user
            visit.doctor.save()
        client.force_login(user)
        for url in (visit.get_absolute_url(), visit.patient.get_absolute_url()):
            page = text(client.get(url))
            assert (chart(visit.patient) in page) is is_told
            assert ("/charts/" in page) is is_told
            assert ("hart" in page.replace("chart.", "")) is is_told

    def test_a_visit_that_was_given_up_leads_to_no_chart(self, client, facility):
        visit = visit_today(facility=facility)
        Appointment.objects.filter(pk=visit.pk).update(status="cancelled", cancel_reason="Ill")
        client.force_login(staff_of(facility, "nurse"))
        assert "/charts/" + str(visit.patient_id) not in text(client.get(visit.get_absolute_url()))

    def test_a_merge_tells_the_desk_of_no_clinical_row(self, client, facility, patient):
        AllergyFactory(patient=patient, facility=facility)
        other = PatientFactory(facility=facility)
        client.force_login(staff_of(facility))
        url = reverse("scheduling:patient-merge", args=[other.pk, patient.pk])
        assert "allerg" not in text(client.get(url)).lower()


def test_visits_of_late_without_a_note_are_offered_to_be_written(client, facility, patient):
    visit = visit_today(facility=facility, patient=patient)
    visit.doctor.user = staff_of(facility, "doctor")
    visit.doctor.save()
    AppointmentFactory(
        facility=facility,
        doctor=visit.doctor,
        patient=patient,
        starts_at=in_days(9, 9, facility=facility),
    )
    client.force_login(visit.doctor.user)
    page = text(client.get(chart(patient)))
    assert page.count('name="appointment"') == 1
    assert f'value="{visit.pk}"' in page
    assert timezone.now() < visit.ends_at
