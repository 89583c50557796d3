"""What the database refuses of notes: drafts, signatures, amendments."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient, PatientMerge
from patients.tests.factories import PatientFactory
from records.models import MedicalRecord
from records.tests import factories
from records.tests.factories import DraftFactory, SignedFactory, amended
from records.tests.refused import refused_by, update
from scheduling.tests.factories import AppointmentFactory

pytestmark = pytest.mark.django_db


class TestNotes:
    def test_a_signed_note_is_not_changed_by_any_path(self):
        note = SignedFactory()
        for change in ({"notes": "No"}, {"signed_at": None, "signed_by": None}, {"revision": 9}):
            assert refused_by(update(note, **change)) == "medical_record_signed_is_final"
        for operation in (note.save_draft, note.sign):
            with pytest.raises(ValidationError) as refusal:
                operation(by=note.recorded_by, revision=note.revision, notes="No")
            assert refusal.value.code == "signed"

    def test_its_version_is_never_changed(self):
        note = SignedFactory()
        update(note, version=7)()
        assert MedicalRecord.objects.get().version == 1

    def test_only_its_author_writes_and_signs(self):
        draft = DraftFactory()
        other = factories.doctor_user(draft.facility)
        with pytest.raises(ValidationError) as refusal:
            draft.sign(by=other, revision=draft.revision)
        assert refusal.value.code == "not_yours"
        signed = {"signed_at": timezone.now(), "signed_by": other}
        assert refused_by(update(draft, **signed)) == "medical_record_signed_by_author"

    def test_an_empty_note_is_not_signed(self):
        draft = DraftFactory(notes="")
        with pytest.raises(ValidationError) as refusal:
            draft.sign(by=draft.recorded_by, revision=draft.revision)
        assert refusal.value.code == "empty"
        signed = {"signed_at": timezone.now(), "signed_by": draft.recorded_by}
        assert refused_by(update(draft, **signed)) == "medical_record_signed_says_something"

    def test_a_draft_saved_elsewhere_is_stale(self):
        draft = DraftFactory()
        with pytest.raises(ValidationError) as refusal:
            draft.save_draft(by=draft.recorded_by, revision=draft.revision - 1, notes="Mine")
        assert refusal.value.code == "stale"
        assert MedicalRecord.objects.get().notes == "Lungs clear."

    def test_a_visit_has_one_open_draft_an_author(self):
        facility = FacilityFactory()
        doctor = factories.doctor_at(facility)
        visit = AppointmentFactory(facility=facility, doctor=doctor)
        begun = {"facility": facility, "patient": visit.patient, "appointment": visit}
        draft = DraftFactory(**begun, by=doctor.user)
        again = MedicalRecord.objects.begin_or_go_on(**begun, by=doctor.user)
        assert again == draft
        copy = MedicalRecord.objects.get()
        copy.pk = None
        assert refused_by(copy.save) == "medical_record_one_draft"
        DraftFactory(**begun, by=factories.doctor_user(facility))
        draft.refresh_from_db()
        draft.sign(by=doctor.user, revision=draft.revision)
        assert MedicalRecord.objects.begin_or_go_on(**begun, by=doctor.user) != draft

    def test_a_visit_of_another_patient_is_refused(self):
        visit = AppointmentFactory()
        with pytest.raises(ValidationError) as refusal:
            DraftFactory(appointment=visit, facility=visit.facility)
        assert refusal.value.code == "other_patient"

    def test_an_account_without_a_doctor_writes_no_note(self):
        facility = FacilityFactory()
        with pytest.raises(ValidationError) as refusal:
            DraftFactory(facility=facility, by=staff_of(facility, "doctor"))
        assert refusal.value.code == "no_doctor"


class TestAmendments:
    def test_the_newest_version_is_shown_and_all_are_kept(self):
        first = SignedFactory()
        second = amended(first, notes="Lungs clear, heart too.")
        third = amended(second, notes="All clear.")
        assert list(MedicalRecord.objects.newest()) == [third]
        assert list(MedicalRecord.objects.versions_of(first)) == [third, second, first]
        assert (third.version, third.original) == (3, first)

    def test_a_draft_of_an_amendment_replaces_nothing_yet(self):
        first = SignedFactory()
        MedicalRecord.objects.amend(first, reason="Typing error", by=first.recorded_by)
        assert list(MedicalRecord.objects.newest()) == [first]

    def test_a_version_has_one_successor(self):
        first = SignedFactory()
        amended(first)
        with pytest.raises(ValidationError) as refusal:
            MedicalRecord.objects.amend(first, reason="Again", by=first.recorded_by)
        assert refusal.value.code == "amended_already"

    def test_drafts_of_several_people_stand_beside_each_other_and_one_is_signed(self):
        first = SignedFactory()
        other = factories.doctor_user(first.facility)
        mine, theirs = (
            MedicalRecord.objects.amend(first, reason="Typing error", by=author)
            for author in (first.recorded_by, other)
        )
        with pytest.raises(ValidationError) as refusal:
            MedicalRecord.objects.amend(first, reason="Again", by=other)
        assert refusal.value.code == "draft_open"
        theirs.sign(by=other, revision=theirs.revision)
        with pytest.raises(ValidationError) as refusal:
            mine.sign(by=first.recorded_by, revision=mine.revision)
        assert refusal.value.code == "amended_already"
        signed = {"signed_at": timezone.now(), "signed_by": first.recorded_by}
        assert refused_by(update(mine, **signed)) == "medical_record_amended_once"

    def test_a_successor_in_error_gives_the_place_back(self):
        first = SignedFactory()
        second = amended(first)
        second.mark_entered_in_error(by=first.recorded_by, reason="Other patient")
        assert list(MedicalRecord.objects.newest()) == [first]
        assert amended(first).version == 2

    def test_an_amendment_has_a_reason(self):
        first = SignedFactory()
        with pytest.raises(ValidationError) as refusal:
            MedicalRecord.objects.amend(first, reason="", by=first.recorded_by)
        assert refusal.value.code == "reason_missing"

    def test_only_a_signed_note_of_the_patient_is_amended(self):
        draft = DraftFactory()
        with pytest.raises(ValidationError) as refusal:
            MedicalRecord.objects.amend(draft, reason="Typing error", by=draft.recorded_by)
        assert refusal.value.code == "not_amendable"
        note = SignedFactory()
        for wrong in ({"patient": PatientFactory()}, {"version": 5}, {"original": SignedFactory()}):
            columns = {"patient": note.patient, "version": 2, "original": note} | wrong
            row = MedicalRecord(
                **columns,
                facility=note.facility,
                doctor=note.doctor,
                amends=note,
                amend_reason="x",
                recorded_by=note.recorded_by,
            )
            assert refused_by(row.save) == "medical_record_amends_signed"

    def test_a_merge_moves_all_versions_and_counts_none_of_them(self):
        first = SignedFactory()
        second = amended(first)
        into = PatientFactory(facility=first.facility)
        PatientMerge.objects.merge(first.patient, into=into, by=None)
        rows = MedicalRecord.objects.order_by("version").values_list("pk", "version", "patient")
        assert list(rows) == [(first.pk, 1, into.pk), (second.pk, 2, into.pk)]
        assert Patient.objects.get(pk=into.pk).is_active
