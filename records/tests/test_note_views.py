"""Writing, signing and reading notes, as the browser sends them."""

import pytest
from django.urls import reverse

from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from records.models import MedicalRecord
from records.tests.factories import AllergyFactory, SignedFactory, amended, doctor_user
from records.tests.writing import (
    amend,
    begin,
    doctor,
    draft,
    facility,
    patient,
    send,
    signed,
    text,
    texts_of,
    visit,
)
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentFactory, in_days

__all__ = ["doctor", "draft", "facility", "patient", "signed", "visit"]

pytestmark = pytest.mark.django_db


class TestBeginning:
    def test_from_a_visit_leads_to_one_draft_of_it(self, client, doctor, visit, patient):
        answer = begin(client, patient, appointment=visit.pk)
        draft = MedicalRecord.objects.get()
        assert (answer.status_code, answer.url) == (302, draft.get_absolute_url())
        assert (draft.appointment, draft.doctor, draft.recorded_by) == (visit, visit.doctor, doctor)
        assert begin(client, patient, appointment=visit.pk).url == answer.url

    def test_without_a_visit_begins_a_new_one_each_time(self, client, doctor, facility, patient):
        begin(client, patient)
        begin(client, patient)
        assert MedicalRecord.objects.filter(facility=facility).count() == 2

    def test_needs_a_doctor_behind_the_account(self, client, facility, patient):
        client.force_login(staff_of(facility, "doctor"))
        answer = begin(client, patient)
        assert answer.status_code == 422
        assert "Your account belongs to no doctor" in text(answer)

    def test_not_from_a_visit_of_others(self, client, doctor, patient):
        later = in_days(2, 9, facility=doctor.doctor.facilities.get())
        for other in (AppointmentFactory(), AppointmentFactory(patient=patient, starts_at=later)):
            assert begin(client, patient, appointment=other.pk).status_code == 404
        assert begin(client, patient, appointment="x").status_code == 404

    def test_not_into_a_merged_record(self, client, doctor, patient):
        into = PatientFactory()
        Appointment.objects.all().update(patient=into)
        Patient.objects.filter(pk=patient.pk).update(is_active=False, merged_into=into)
        assert begin(client, patient).status_code == 409

    def test_is_for_doctors_who_see_the_patient(self, client, facility, patient):
        for role in ("nurse", "receptionist", "admin", "patient"):
            client.force_login(staff_of(facility, role))
            assert begin(client, patient).status_code == 403
        client.force_login(doctor_user(FacilityFactory()))
        assert begin(client, patient).status_code == 404
        client.force_login(doctor_user(facility))
        url = reverse("records:begin-note", args=[patient.pk])
        assert client.get(url).status_code == 405
        assert not MedicalRecord.objects.exists()


class TestWriting:
    def test_saves_the_draft(self, client, draft):
        answer = send(client, draft)
        assert (answer.status_code, answer.url) == (302, draft.get_absolute_url())
        assert texts_of(draft) == ("Cold", "Rest")
        assert not draft.is_signed
        assert "Only you see a draft" in text(client.get(answer.url))

    def test_signs_what_stands_in_the_form(self, client, doctor, draft):
        send(client, draft, "sign")
        assert texts_of(draft) == ("Cold", "Rest")
        assert (draft.is_signed, draft.signed_by) == (True, doctor)
        page = text(client.get(draft.get_absolute_url()))
        assert "Signed by" in page
        assert "<textarea" not in page

    def test_signs_nothing_that_is_empty(self, client, draft):
        answer = send(client, draft, "sign", diagnosis=" ", notes="")
        assert answer.status_code == 422
        assert "Write a diagnosis" in text(answer)
        assert texts_of(draft) == ("", "Lungs clear.")

    def test_refused_keeps_what_was_typed(self, client, draft):
        answer = send(client, draft, diagnosis="x" * 20_001, notes="Typed & kept")
        assert answer.status_code == 422
        assert "Typed &amp; kept" in text(answer)
        assert texts_of(draft) == ("", "Lungs clear.")

    def test_a_stale_form_shows_both_texts_and_saves_when_sent_again(self, client, doctor, draft):
        was = draft.revision
        draft.save_draft(by=doctor, revision=was, notes="From the other window")
        draft.revision = was
        answer = send(client, draft, notes="From this window")
        assert answer.status_code == 409
        assert "saved elsewhere" in text(answer)
        assert "From the other window" in text(answer)
        assert "From this window" in text(answer)
        assert texts_of(draft)[1] == "From the other window"
        again = answer.context["form"].data.dict()
        assert client.post(draft.get_absolute_url(), again).status_code == 302
        assert texts_of(draft)[1] == "From this window"

    def test_a_form_sent_after_signing_keeps_the_text_and_says_what_to_do(self, client, signed):
        answer = send(client, signed, notes="One thing more")
        assert answer.status_code == 409
        assert "One thing more" in text(answer)
        assert "amend the signed note" in text(answer)
        assert texts_of(signed)[1] == "Lungs clear."

    def test_a_discarded_draft_is_written_no_more(self, client, doctor, draft):
        draft.mark_entered_in_error(by=doctor, reason="Discarded")
        answer = send(client, draft)
        assert answer.status_code == 409
        assert "entered in error" in text(answer)

    @pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 30])
    def test_a_form_without_a_sound_revision_saves_nothing(self, client, draft, revision):
        assert send(client, draft, revision=revision).status_code == 422
        assert texts_of(draft)[1] == "Lungs clear."

    def test_is_for_its_author_alone(self, client, facility, draft):
        client.force_login(doctor_user(facility))
        assert send(client, draft).status_code == 404
        assert client.get(draft.get_absolute_url()).status_code == 404
        client.force_login(doctor_user(FacilityFactory()))
        assert send(client, draft).status_code == 404
        for role in ("receptionist", "admin", "patient"):
            client.force_login(staff_of(facility, role))
            assert send(client, draft).status_code == 403
        client.force_login(draft.recorded_by)
        assert client.delete(draft.get_absolute_url()).status_code == 405
        assert texts_of(draft)[1] == "Lungs clear."


class TestReading:
    def test_a_signed_note_is_read_by_nurses_and_not_written(self, client, facility, signed):
        AllergyFactory(patient=signed.patient, facility=facility, description="Peanut")
        client.force_login(staff_of(facility, "nurse"))
        page = text(client.get(signed.get_absolute_url()))
        assert "Lungs clear." in page
        assert "Peanut" in page
        assert "Amend" not in page
        assert send(client, signed).status_code == 404
        assert amend(client, signed, reason="x").status_code == 403

    def test_a_note_of_another_patient_is_not_found_in_this_chart(self, client, signed, facility):
        other = PatientFactory(facility=facility)
        url = reverse("records:note", args=[other.pk, signed.pk])
        assert client.get(url).status_code == 404

    def test_an_earlier_version_leads_to_the_newest(self, client, signed):
        newest = amended(signed, notes="Lungs and heart clear.")
        page = text(client.get(signed.get_absolute_url()))
        assert "This is an earlier version" in page
        assert newest.get_absolute_url() in page
        assert "Amend" not in page
        page = text(client.get(newest.get_absolute_url()))
        assert signed.get_absolute_url() in page
        assert "Typing error" in page

    def test_takes_as_many_queries_with_versions_as_without(
        self, client, signed, django_assert_num_queries
    ):
        client.get(signed.get_absolute_url())
        with django_assert_num_queries(7):
            client.get(signed.get_absolute_url())
        for _ in range(4):
            last = MedicalRecord.objects.newest().get()
            newest = amended(last)
            AllergyFactory(patient=signed.patient, facility=signed.facility)
        with django_assert_num_queries(7):
            client.get(newest.get_absolute_url())


def test_signed_notes_of_others_are_read_within_the_facility_alone(client):
    note = SignedFactory()
    client.force_login(doctor_user(note.facility))
    assert client.get(note.get_absolute_url()).status_code == 200
    client.force_login(doctor_user(FacilityFactory()))
    assert client.get(note.get_absolute_url()).status_code == 404
