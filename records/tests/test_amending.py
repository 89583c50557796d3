"""Amending notes and giving drafts up, as the browser sends them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from facilities.tests.factories import FacilityFactory, staff_of
from records.models import MedicalRecord
from records.tests.factories import amended, doctor_user
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

__all__ = ["doctor", "draft", "facility", "patient", "signed", "visit"]

pytestmark = pytest.mark.django_db


def discard(client: Client, note: MedicalRecord) -> Any:
    return client.post(reverse("records:discard", args=[note.patient_id, note.pk]))


class TestAmending:
    def test_begins_the_next_version_with_what_the_signed_one_says(self, client, doctor, signed):
        answer = amend(client, signed, reason="Wrong dose")
        draft = MedicalRecord.objects.get(version=2)
        assert (answer.status_code, answer.url) == (302, draft.get_absolute_url())
        assert (draft.notes, draft.amend_reason) == ("Lungs clear.", "Wrong dose")
        send(client, draft, "sign")
        assert list(MedicalRecord.objects.newest()) == [draft]
        assert texts_of(signed)[1] == "Lungs clear."

    def test_a_colleague_may(self, client, facility, signed):
        client.force_login(doctor_user(facility))
        assert amend(client, signed, reason="Wrong dose").status_code == 302

    def test_wants_a_reason(self, client, signed):
        answer = amend(client, signed, reason=" ")
        assert answer.status_code == 422
        assert "Say why" in text(answer)

    def test_again_leads_to_the_draft_that_is_open(self, client, signed):
        first = amend(client, signed, reason="Wrong dose")
        again = amend(client, signed, reason="Wrong name")
        assert (again.status_code, again.url) == (302, first.url)
        assert MedicalRecord.objects.get(version=2).amend_reason == "Wrong dose"

    def test_a_draft_that_lies_about_keeps_nobody_from_amending(self, client, facility, signed):
        amend(client, signed, reason="Wrong dose")
        client.force_login(doctor_user(facility))
        answer = amend(client, signed, reason="Wrong name")
        own = MedicalRecord.objects.get(amend_reason="Wrong name")
        assert (answer.status_code, answer.url) == (302, own.get_absolute_url())
        assert send(client, own, "sign").status_code == 302
        assert list(MedicalRecord.objects.newest()) == [own]

    def test_who_signs_second_keeps_the_text_and_is_led_to_the_newest(
        self, client, doctor, facility, signed
    ):
        amend(client, signed, reason="Wrong dose")
        mine = MedicalRecord.objects.get(version=2)
        newest = amended(signed, by=doctor_user(facility), notes="Rest for three days.")
        page = text(client.get(mine.get_absolute_url()))
        assert newest.get_absolute_url() in page
        answer = send(client, mine, "sign", notes="Rest for a week.")
        assert answer.status_code == 409
        assert "Somebody has signed an amendment of this note already" in text(answer)
        assert "Rest for a week." in text(answer)
        assert "What is stored now" not in text(answer)
        assert list(MedicalRecord.objects.newest()) == [newest]
        discard(client, mine)
        assert amend(client, newest, reason="Both are wrong").status_code == 302

    def test_an_earlier_version_is_amended_no_more(self, client, signed):
        amended(signed)
        answer = amend(client, signed, reason="Wrong name")
        assert answer.status_code == 409
        assert "amend the newest" in text(answer)
        assert "Wrong name" in text(answer)

    def test_a_draft_is_not_amended(self, client, draft):
        assert amend(client, draft, reason="x").status_code == 409

    def test_is_for_doctors_who_see_the_patient(self, client, facility, signed):
        url = reverse("records:amend", args=[signed.patient_id, signed.pk])
        assert client.get(url).status_code == 405
        for role in ("nurse", "receptionist", "admin", "patient"):
            client.force_login(staff_of(facility, role))
            assert amend(client, signed, reason="x").status_code == 403
        client.force_login(doctor_user(FacilityFactory()))
        assert amend(client, signed, reason="x").status_code == 404
        assert MedicalRecord.objects.count() == 1


class TestDiscarding:
    def test_asks_first(self, client, draft):
        page = client.get(reverse("records:discard", args=[draft.patient_id, draft.pk]))
        assert (page.status_code, "Discard this draft?" in text(page)) == (200, True)
        draft.refresh_from_db()
        assert not draft.is_in_error

    def test_lets_a_new_one_be_begun_and_keeps_the_old_to_be_read(
        self, client, doctor, draft, patient, visit
    ):
        answer = discard(client, draft)
        chart = reverse("records:chart", args=[patient.pk])
        assert (answer.status_code, answer.url) == (302, f"{chart}#notes")
        assert not MedicalRecord.objects.drafts_of(doctor)
        again = begin(client, patient, appointment=visit.pk)
        assert again.url != draft.get_absolute_url()
        page = text(client.get(draft.get_absolute_url()))
        assert "Lungs clear." in page
        assert "Discarded before it was signed" in page

    def test_says_so_in_the_language_of_the_reader(self, draft, doctor):
        draft.discard(by=doctor)
        with translation.override("es"):
            assert draft.error_words == gettext("Discarded before it was signed")
        draft.error_reason = "Typed by somebody"
        assert draft.error_words == "Typed by somebody"

    def test_is_offered_on_the_chart_and_on_the_draft(self, client, draft, patient):
        url = reverse("records:discard", args=[patient.pk, draft.pk])
        assert url in text(client.get(reverse("records:chart", args=[patient.pk])))
        assert url in text(client.get(draft.get_absolute_url()))

    def test_is_not_for_what_is_signed_or_discarded_already(self, client, doctor, draft):
        discard(client, draft)
        assert discard(client, draft).status_code == 409
        asked = client.get(reverse("records:discard", args=[draft.patient_id, draft.pk]))
        assert (asked.status_code, asked.url) == (302, draft.get_absolute_url())
        note = MedicalRecord.objects.begin(
            patient=draft.patient, facility=draft.facility, by=doctor
        )
        note.sign(by=doctor, revision=note.revision, notes="Well.")
        answer = discard(client, note)
        assert answer.status_code == 409
        assert "This note is signed" in text(answer)
        note.refresh_from_db()
        assert not note.is_in_error

    def test_is_for_its_author_alone(self, client, facility, draft):
        url = reverse("records:discard", args=[draft.patient_id, draft.pk])
        for role in ("nurse", "receptionist", "admin", "patient"):
            client.force_login(staff_of(facility, role))
            assert client.post(url).status_code == 403
        for user in (doctor_user(facility), doctor_user(FacilityFactory())):
            client.force_login(user)
            assert client.post(url).status_code == 404
        client.force_login(draft.recorded_by)
        assert client.delete(url).status_code == 405
        draft.refresh_from_db()
        assert not draft.is_in_error

    def test_a_signed_note_of_a_colleague_is_not_found(self, client, facility, signed):
        client.force_login(doctor_user(facility))
        assert discard(client, signed).status_code == 404
