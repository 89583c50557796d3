"""What the database refuses of clinical rows, each rule broken once past every line of Python."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import PatientMerge
from patients.tests.factories import PatientFactory
from records.models import Allergy, Condition, Encounter, HealthSummary
from records.tests.factories import (
    AllergyFactory,
    ConditionFactory,
    DocumentFactory,
    EncounterFactory,
    HealthSummaryFactory,
    MedicationFactory,
    SignedFactory,
)
from records.tests.refused import refused_by, update

pytestmark = pytest.mark.django_db

NAMES = {
    AllergyFactory: "allergy",
    ConditionFactory: "condition",
    DocumentFactory: "document",
    EncounterFactory: "encounter",
    HealthSummaryFactory: "health_summary",
    MedicationFactory: "medication",
    SignedFactory: "medical_record",
}
ALL = pytest.mark.parametrize("made_by", NAMES, ids=NAMES.values())
SOURCE = {"source_system": "synthea", "source_id": "1"}


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@ALL
class TestEveryClinicalRow:
    def test_is_never_deleted(self, made_by):
        row = made_by()
        assert refused_by(row.delete) == f"{NAMES[made_by]}_is_kept"

    def test_keeps_who_wrote_it(self, made_by):
        row = made_by()
        other = staff_of(row.facility, "doctor")
        name = NAMES[made_by]
        assert refused_by(update(row, recorded_by=other)) == f"{name}_is_lasting"
        assert refused_by(update(row, recorded_by=None)).startswith(name)

    def test_is_marked_as_wrong_with_who_when_and_why_alone(self, made_by):
        row, name = made_by(), NAMES[made_by]
        assert refused_by(update(row, error_at=timezone.now())) == f"{name}_error_complete"
        assert refused_by(update(row, error_reason="Wrong")) == f"{name}_error_complete"
        row.mark_entered_in_error(by=row.recorded_by, reason="Wrong patient")
        assert type(row).objects.in_force().count() == 0
        assert refused_by(update(row, error_reason="No")) == f"{name}_error_is_final"
        with pytest.raises(ValidationError) as refusal:
            row.mark_entered_in_error(by=row.recorded_by, reason="Twice")
        assert refusal.value.code == "entered_in_error"

    def test_needs_a_reason_to_be_wrong(self, made_by):
        row = made_by()
        with pytest.raises(ValidationError) as refusal:
            row.mark_entered_in_error(by=row.recorded_by, reason="  ")
        assert refusal.value.code == "reason_missing"

    def test_is_not_marked_by_a_nurse_who_did_not_write_it(self, made_by):
        row = made_by()
        with pytest.raises(ValidationError) as refusal:
            row.mark_entered_in_error(by=staff_of(row.facility, "nurse"), reason="Wrong")
        assert refusal.value.code == "not_yours"

    def test_is_not_written_into_a_merged_record(self, made_by):
        closed = PatientFactory(is_active=False, merged_into=PatientFactory())
        with pytest.raises(ValidationError) as refusal:
            made_by(patient=closed)
        assert refusal.value.code == "patient_merged"

    def test_goes_over_in_a_merge_and_comes_back(self, made_by):
        row = made_by()
        was = row.patient
        into = PatientFactory(facility=row.facility)
        record = PatientMerge.objects.merge(was, into=into, by=None)
        row.refresh_from_db()
        assert row.patient == into
        assert record.counts == {}
        record.undo(by=None)
        row.refresh_from_db()
        assert row.patient == was
        assert getattr(row, "version", 1) == 1


@pytest.mark.parametrize(
    ("made_by", "column", "value"),
    [
        (AllergyFactory, "description", "Other"),
        (ConditionFactory, "onset_on", date(2020, 1, 1)),
        (MedicationFactory, "dosage", "Twice"),
        (EncounterFactory, "description", "Other"),
        (HealthSummaryFactory, "blood_type", "A+"),
        (DocumentFactory, "sha256", "0" * 64),
        (SignedFactory, "notes", "Other"),
    ],
)
def test_what_was_written_stays(made_by, column, value):
    assert refused_by(update(made_by(), **{column: value})).endswith(
        ("_is_lasting", "_signed_is_final")
    )


@pytest.mark.parametrize("made_by", [AllergyFactory, ConditionFactory, EncounterFactory])
def test_an_imported_row_is_there_once_a_system(made_by):
    made_by(recorded_by=None, **SOURCE)
    made_by(recorded_by=None, **SOURCE | {"source_system": "other"})
    with pytest.raises(ValidationError):
        made_by(recorded_by=None, **SOURCE)


@pytest.mark.parametrize("made_by", [AllergyFactory, ConditionFactory, EncounterFactory])
def test_only_an_imported_row_lacks_an_author(made_by):
    with pytest.raises((ValidationError, IntegrityError)) as refusal, transaction.atomic():
        made_by(recorded_by=None)
    assert "has_author" in str(refusal.value)


class TestCourses:
    def test_a_course_ends_once(self):
        row = ConditionFactory(onset_on=date(2024, 1, 1))
        row.end(date(2024, 2, 1), by=row.recorded_by)
        row.refresh_from_db()
        assert (row.abated_on, row.ended_by) == (date(2024, 2, 1), row.recorded_by)
        assert not Condition.objects.active()
        with pytest.raises(ValidationError) as refusal:
            row.end(date(2024, 3, 1), by=row.recorded_by)
        assert refusal.value.code == "ended_already"

    def test_nothing_ends_before_it_began(self):
        condition = ConditionFactory(onset_on=date(2024, 1, 2))
        with pytest.raises(ValidationError) as refusal:
            condition.end(date(2024, 1, 1), by=condition.recorded_by)
        assert refusal.value.code == "ends_before_start"
        medication = MedicationFactory(starts_at=datetime(2024, 1, 2, tzinfo=UTC))
        wrong = update(medication, stops_at=datetime(2024, 1, 1, tzinfo=UTC))
        assert refused_by(wrong) == "medication_in_order"
        assert refused_by(update(condition, abated_on=date(2023, 1, 1))) == "condition_in_order"

    def test_an_encounter_ends_no_earlier_than_it_began(self):
        early = datetime(2020, 1, 1, tzinfo=UTC)
        assert refused_by(update(EncounterFactory(), ends_at=early)) == "encounter_in_order"

    def test_encounters_may_overlap(self):
        first = EncounterFactory()
        EncounterFactory(patient=first.patient, facility=first.facility)
        assert Encounter.objects.count() == 2

    @pytest.mark.parametrize("made_by", [AllergyFactory, ConditionFactory, MedicationFactory])
    def test_an_encounter_of_another_patient_is_refused(self, made_by):
        with pytest.raises(ValidationError) as refusal:
            made_by(encounter=EncounterFactory())
        assert refusal.value.code == "other_patient"

    @pytest.mark.parametrize("made_by", [AllergyFactory, ConditionFactory, MedicationFactory])
    def test_a_row_without_words_is_refused(self, made_by):
        with pytest.raises(ValidationError):
            made_by(description="")
        row = made_by.build(facility=FacilityFactory(), patient=PatientFactory(), description="")
        row.recorded_by = staff_of(row.facility, "doctor")
        assert refused_by(row.save).endswith("_is_named")

    def test_kinds_are_of_the_list(self):
        allergy = AllergyFactory.build(facility=FacilityFactory(), patient=PatientFactory())
        allergy.recorded_by, allergy.type = staff_of(allergy.facility, "doctor"), "dislike"
        assert refused_by(allergy.save) == "allergy_kind_known"
        encounter = EncounterFactory.build(facility=allergy.facility, patient=allergy.patient)
        encounter.recorded_by, encounter.encounter_class = allergy.recorded_by, "party"
        assert refused_by(encounter.save) == "encounter_class_known"
        summary = HealthSummary(
            facility=allergy.facility,
            patient=allergy.patient,
            recorded_by=allergy.recorded_by,
            blood_type="C+",
        )
        assert refused_by(summary.save) == "health_summary_blood_type_known"

    @pytest.mark.parametrize(
        "reactions",
        [
            "rash",
            ["rash"],
            [{"description": "Rash"}],
            [{"code": "", "description": " ", "severity": "mild"}],
            [{"code": "", "description": "Rash", "severity": "awful"}],
            [{"code": 1, "description": "Rash", "severity": "mild"}],
        ],
    )
    def test_a_reaction_is_whole(self, reactions):
        with pytest.raises(ValidationError) as refusal:
            AllergyFactory(reactions=reactions)
        assert "reaction_invalid" in {error.code for error in refusal.value.error_dict["__all__"]}

    def test_codes_of_seventeen_digits_are_kept_as_they_are(self):
        made = AllergyFactory(code="12345678901234567", system="SNOMED-CT")
        assert Allergy.objects.get().code == made.code == "12345678901234567"


class TestSummaries:
    def test_the_newest_counts(self):
        first = HealthSummaryFactory(blood_type="")
        later = HealthSummary(
            patient=first.patient,
            facility=first.facility,
            recorded_by=first.recorded_by,
            blood_type="A+",
        )
        later.replace(first.pk)
        assert HealthSummary.objects.of(first.patient) == later
        later.mark_entered_in_error(by=first.recorded_by, reason="Other patient's")
        assert HealthSummary.objects.of(first.patient) == first

    @pytest.mark.parametrize("since", [None, 0])
    def test_one_that_was_replaced_meanwhile_is_not_replaced_unread(self, since):
        first = HealthSummaryFactory()
        later = HealthSummary(
            patient=first.patient, facility=first.facility, recorded_by=first.recorded_by
        )
        with pytest.raises(ValidationError) as refusal:
            later.replace(since)
        assert refusal.value.code == "stale"
