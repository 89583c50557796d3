"""The chart and its forms, as the browser sends them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import AccessEvent
from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from records.models import Allergy, Condition, HealthSummary, Medication
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

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


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


FORMS = {
    "allergy": {"description": "Peanut", "type": "allergy", "reaction": "Hives"},
    "condition": {"description": "Asthma", "onset_on": "2020-01-02"},
    "medication": {"description": "Salbutamol", "dosage": "As needed", "starts_on": "2020-01-02"},
    "summary": {"blood_type": "A+", "history": "Appendix out", "since": ""},
}
MODELS = {
    "allergy": Allergy,
    "condition": Condition,
    "medication": Medication,
    "summary": HealthSummary,
}
EVERY_FORM = pytest.mark.parametrize("kind", FORMS)


def send(client: Client, patient: Patient, kind: str, **changes: Any) -> Any:
    return client.post(f"{chart(patient)}{kind}/", FORMS[kind] | changes)


@EVERY_FORM
class TestAdding:
    def test_leads_back_to_the_chart_that_shows_it(self, client, doctor, patient, kind):
        answer = send(client, patient, kind)
        assert (answer.status_code, answer.url) == (302, f"{chart(patient)}#{kind}")
        row = MODELS[kind].objects.get()
        assert (row.recorded_by, row.facility, row.patient) == (doctor, patient.facility, patient)
        page = text(client.get(chart(patient)))
        assert FORMS[kind].get("description", "Appendix out") in page

    def test_refused_keeps_what_was_typed_in_the_open_form(self, client, doctor, patient, kind):
        wrong = {"summary": {"blood_type": "C+"}}.get(kind, {"description": "", "system": "Mine"})
        typed = {"history": "Typed & kept", "code": "typed-123"}
        answer = send(client, patient, kind, **typed | wrong)
        assert answer.status_code == 422
        assert "typed-123" in text(answer) or "Typed &amp; kept" in text(answer)
        assert '<details class="chart-add" open>' in text(answer)
        assert not MODELS[kind].objects.exists()

    def test_is_not_for_receptionists_administrators_and_patients(
        self, client, facility, patient, kind
    ):
        for role in ("receptionist", "admin", "patient"):
            client.force_login(staff_of(facility, role))
            assert send(client, patient, kind).status_code == 403
        assert not MODELS[kind].objects.exists()

    def test_is_not_for_another_facility(self, client, patient, kind):
        client.force_login(doctor_user(early_facility()))
        assert send(client, patient, kind).status_code == 404

    def test_takes_a_post(self, client, doctor, patient, kind):
        assert client.get(f"{chart(patient)}{kind}/").status_code == 405

    def test_a_nurse_adds_allergies_alone(self, client, facility, patient, kind):
        client.force_login(staff_of(facility, "nurse"))
        assert send(client, patient, kind).status_code == (302 if kind == "allergy" else 403)


@pytest.mark.parametrize("kind", ["allergy", "condition", "medication"])
def test_what_lies_ahead_is_refused(client, doctor, patient, kind):
    ahead = (timezone.localdate() + timedelta(days=3)).isoformat()
    name = "starts_on" if kind == "medication" else "onset_on"
    answer = send(client, patient, kind, **{name: ahead})
    assert answer.status_code == 422
    assert "lies ahead" in text(answer)


def test_a_merged_record_refuses_with_the_way_on(client, doctor, facility):
    into = PatientFactory(facility=facility)
    closed = PatientFactory(facility=facility, is_active=False, merged_into=into)
    answer = send(client, closed, "allergy")
    assert answer.status_code == 409
    assert "was merged into another" in text(answer)
    assert chart(into) in text(answer)


def test_a_severity_belongs_to_a_reaction(client, doctor, patient):
    answer = send(client, patient, "allergy", reaction="", severity="severe")
    assert "which reaction is this severe" in text(answer)
    send(client, patient, "allergy", severity="severe")
    row = Allergy.objects.get()
    assert row.reactions == [{"code": "", "description": "Hives", "severity": "severe"}]
    assert row.is_severe
    assert "Severe" in text(client.get(chart(patient)))


def test_somebody_who_works_nowhere_opens_no_chart(client, doctor, facility, patient):
    facility.staff.remove(doctor)
    Patient.objects.filter(pk=patient.pk).update(facility=None)
    assert send(client, patient, "allergy").status_code == 404


class TestSummary:
    def test_a_stale_one_is_shown_with_both_and_saved_when_sent_again(
        self, client, doctor, patient, facility
    ):
        HealthSummaryFactory(patient=patient, facility=facility, history="Theirs")
        answer = send(client, patient, "summary", history="Mine")
        assert answer.status_code == 409
        assert "Theirs" in text(answer)
        assert "Mine" in text(answer)
        again = {**answer.context["forms"]["summary"].data.dict()}
        assert client.post(f"{chart(patient)}summary/", again).status_code == 302
        assert HealthSummary.objects.of(patient).history == "Mine"
        assert HealthSummary.objects.count() == 2


ENDED = {"allergy": AllergyFactory, "condition": ConditionFactory, "medication": MedicationFactory}


@pytest.mark.parametrize("kind", ENDED)
class TestEnding:
    def test_puts_it_below_what_is_active(self, client, doctor, facility, patient, kind):
        row = ENDED[kind](patient=patient, facility=facility)
        answer = client.post(f"{chart(patient)}{kind}/{row.pk}/end/")
        assert (answer.status_code, answer.url) == (302, f"{chart(patient)}#{kind}")
        row.refresh_from_db()
        assert not row.is_active
        assert row.ended_by == doctor

    def test_twice_is_a_conflict(self, client, doctor, facility, patient, kind):
        row = ENDED[kind](patient=patient, facility=facility)
        client.post(f"{chart(patient)}{kind}/{row.pk}/end/")
        answer = client.post(f"{chart(patient)}{kind}/{row.pk}/end/")
        assert answer.status_code == 409
        assert "ended this already" in text(answer)

    def test_is_for_doctors_who_see_the_patient(self, client, facility, patient, kind):
        row = ENDED[kind](patient=patient, facility=facility)
        other = ENDED[kind]()
        url = f"{chart(patient)}{kind}/{row.pk}/end/"
        for role in ("receptionist", "nurse", "admin", "patient"):
            client.force_login(staff_of(facility, role))
            assert client.post(url).status_code == 403
        client.force_login(doctor_user(early_facility()))
        assert client.post(url).status_code == 404
        client.force_login(doctor_user(facility))
        assert client.get(url).status_code == 405
        assert client.post(f"{chart(patient)}{kind}/{other.pk}/end/").status_code == 404


IN_ERROR = ENDED | {
    "document": DocumentFactory,
    "healthsummary": HealthSummaryFactory,
    "medicalrecord": SignedFactory,
}


@pytest.mark.parametrize("kind", IN_ERROR)
class TestMarkingAsWrong:
    def url(self, row: Any, kind: str) -> str:
        return reverse("records:error", args=[row.patient_id, kind, row.pk])

    def test_keeps_it_to_be_read_with_the_reason(self, client, doctor, facility, patient, kind):
        row = IN_ERROR[kind](patient=patient, facility=facility)
        assert client.get(self.url(row, kind)).status_code == 200
        answer = client.post(self.url(row, kind), {"reason": "Other patient's file"})
        assert answer.status_code == 302
        page = text(client.get(chart(patient)))
        assert "Other patient&#x27;s file" in page

    def test_wants_a_reason(self, client, doctor, facility, patient, kind):
        row = IN_ERROR[kind](patient=patient, facility=facility)
        answer = client.post(self.url(row, kind), {"reason": " "})
        assert answer.status_code == 422
        assert "Say why" in text(answer)

    def test_twice_is_a_conflict(self, client, doctor, facility, patient, kind):
        row = IN_ERROR[kind](patient=patient, facility=facility)
        row.mark_entered_in_error(by=row.recorded_by, reason="Wrong")
        assert client.post(self.url(row, kind), {"reason": "Twice"}).status_code == 409

    def test_is_for_doctors_and_authors_who_see_the_patient(self, client, facility, patient, kind):
        row = IN_ERROR[kind](patient=patient, facility=facility)
        url, said = self.url(row, kind), {"reason": "Wrong"}
        for role in ("receptionist", "admin", "patient"):
            client.force_login(staff_of(facility, role))
            assert client.post(url, said).status_code == 403
        client.force_login(staff_of(facility, "nurse"))
        adds = kind in {"allergy", "document"}
        assert client.post(url, said).status_code == (422 if adds else 403)
        client.force_login(doctor_user(early_facility()))
        assert client.post(url, said).status_code == 404
        client.force_login(doctor_user(facility))
        assert client.delete(url).status_code == 405
        row.refresh_from_db()
        assert not row.is_in_error


def test_a_nurse_marks_what_they_wrote_themselves(client, facility, patient):
    nurse = staff_of(facility, "nurse")
    row = AllergyFactory(patient=patient, facility=facility, recorded_by=nurse)
    client.force_login(nurse)
    url = reverse("records:error", args=[patient.pk, "allergy", row.pk])
    assert client.post(url, {"reason": "Wrong"}).status_code == 302


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
                for made_by in IN_ERROR.values():
                    made_by(patient=patient, facility=facility)
                EncounterFactory(patient=patient, facility=facility)
                over = ConditionFactory(patient=patient, facility=facility)
                over.end(timezone.localdate(), by=doctor)
                wrong = AllergyFactory(patient=patient, facility=facility)
                wrong.mark_entered_in_error(by=doctor, reason="Wrong")
                DraftFactory(patient=patient, facility=facility, by=doctor)

        live(1)
        client.get(chart(patient))
        with django_assert_num_queries(19):
            client.get(chart(patient))
        live(12)
        with django_assert_num_queries(19):
            page = text(client.get(chart(patient)))
        assert "Page 1 of 2" in page
        assert "Page 2 of 2" in text(client.get(chart(patient) + "?page=2"))

    def test_nothing_of_it_stands_in_the_log_but_ids(self, client, doctor, patient, caplog):
        AllergyFactory(patient=patient, facility=patient.facility, description="Peanut")
        with caplog.at_level("INFO"):
            client.get(chart(patient))
        said = [record.getMessage() for record in caplog.records]
        read = [words for words in said if "chart_read" in words]
        assert len(read) == 1
        event = AccessEvent.objects.get()
        assert (event.what, event.patient_id) == ("chart", patient.pk)
        assert event.user_id == doctor.pk
        assert str(patient.pk) in read[0]
        assert not any("Peanut" in words or patient.family_name in words for words in said)


class TestToday:
    URL = "/charts/today/"

    def test_a_doctor_sees_their_own_visits_with_the_way_to_the_chart(self, client, facility):
        mine, theirs = visit_today(facility=facility), visit_today(facility=facility)
        mine.doctor.user = staff_of(facility, "doctor")
        mine.doctor.save()
        AllergyFactory(patient=mine.patient, facility=facility)
        client.force_login(mine.doctor.user)
        page = text(client.get(self.URL))
        assert chart(mine.patient) in page
        assert "1 allergy" in page
        assert "Write a note" in page
        assert chart(theirs.patient) not in page

    def test_a_nurse_sees_all_and_writes_no_note(self, client, facility):
        visits = [visit_today(facility=facility), visit_today(facility=facility)]
        client.force_login(staff_of(facility, "nurse"))
        page = text(client.get(self.URL))
        assert all(chart(each.patient) in page for each in visits)
        assert "Write a note" not in page

    def test_tells_how_far_ones_note_is(self, client, facility):
        visit = visit_today(facility=facility)
        visit.doctor.user = staff_of(facility, "doctor")
        visit.doctor.save()
        client.force_login(visit.doctor.user)
        about = {"patient": visit.patient, "facility": facility, "appointment": visit}
        draft = DraftFactory(**about, by=visit.doctor.user)
        assert "Draft" in text(client.get(self.URL))
        draft.sign(by=visit.doctor.user, revision=draft.revision)
        assert "Signed" in text(client.get(self.URL))

    def test_other_facilities_are_one_press_away_and_none_of_others(self, client, facility):
        other, foreign = early_facility(name="Southside"), early_facility(name="Foreign")
        user = staff_of(facility, "nurse")
        other.staff.add(user)
        client.force_login(user)
        visit = visit_today(facility=other)
        hidden = visit_today(facility=foreign)
        page = text(client.get(self.URL, {"facility": other.pk}))
        assert chart(visit.patient) in page
        assert f"?facility={facility.pk}" in page
        page = text(client.get(self.URL, {"facility": foreign.pk}))
        assert chart(hidden.patient) not in page

    def test_a_visit_that_opens_no_chart_says_nothing_of_allergies(self, client, facility):
        visit = visit_today(facility=facility)
        visit.patient.facility = FacilityFactory()
        visit.patient.save()
        client.force_login(staff_of(facility, "nurse"))
        assert chart(visit.patient) in text(client.get(self.URL))
        Appointment.objects.filter(pk=visit.pk).update(status="cancelled", cancel_reason="Ill")
        page = text(client.get(self.URL))
        assert visit.patient.family_name in page
        assert chart(visit.patient) not in page
        assert "none recorded" not in page

    def test_is_for_doctors_and_nurses(self, client, facility):
        for role, status in (("receptionist", 403), ("admin", 403), ("patient", 403)):
            client.force_login(staff_of(facility, role))
            assert client.get(self.URL).status_code == status
        client.force_login(staff_of(facility, "nurse"))
        assert client.post(self.URL).status_code == 405
        facility.staff.clear()
        assert "facility" in text(client.get(self.URL))

    def test_takes_as_many_queries_for_a_full_day_as_for_a_short_one(
        self, client, facility, django_assert_num_queries
    ):
        visit = visit_today(facility=facility)
        visit.doctor.user = user = staff_of(facility, "doctor")
        visit.doctor.save()
        client.force_login(user)
        client.get(self.URL)
        with django_assert_num_queries(8):
            client.get(self.URL)
        start = visit.ends_at
        for _ in range(8):
            one = AppointmentFactory(facility=facility, doctor=visit.doctor, starts_at=start)
            start = one.ends_at
            AllergyFactory(patient=one.patient, facility=facility)
            about = {"patient": one.patient, "facility": facility, "appointment": one}
            DraftFactory(**about, by=user)
        with django_assert_num_queries(8):
            client.get(self.URL)


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
