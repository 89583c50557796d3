"""Adding to a chart, as the browser sends it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from records.models import Allergy, Condition, HealthSummary, Medication
from records.tests.charting import chart, doctor, facility, patient, text
from records.tests.factories import HealthSummaryFactory, doctor_user
from scheduling.tests.factories import AppointmentFactory, early_facility, in_days

__all__ = ["doctor", "facility", "patient"]

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_day_is_one_by_the_clock_of_the_patients_facility(client, doctor, facility, zone):
    away = FacilityFactory(timezone=zone)
    patient = PatientFactory(facility=away)
    AppointmentFactory(
        patient=patient,
        facility=facility,
        doctor=doctor.doctor,
        starts_at=in_days(2, 9, facility=facility),
    )
    today = timezone.localdate(timezone=away.tz)
    for kind, name in (("condition", "onset_on"), ("medication", "starts_on")):
        tomorrow = (today + timedelta(days=1)).isoformat()
        assert send(client, patient, kind, **{name: tomorrow}).status_code == 422
        assert send(client, patient, kind, **{name: today.isoformat()}).status_code == 302
    assert Condition.objects.get().onset_on == today
    begin = Medication.objects.get().starts_at
    assert begin.astimezone(away.tz).isoformat()[:16] == f"{today}T00:00"
    shown = text(client.get(chart(patient)))
    assert shown.count(f"Since {date_format(today, 'DATE_FORMAT')}") == 2


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
