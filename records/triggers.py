"""What every clinical row owes to whoever reads it later, kept by the database itself.

A clinical row is never deleted. What it says stays as it was written: only its course goes on, as
that of a condition that abates, and it may be marked as entered in error, once and for good. A
merge of two records of one person moves it to another patient, which every trigger lets through.
"""

import pgtrigger
from django.utils.translation import gettext_lazy as _

from facilities.refusals import RefusalTrigger

# A merge sets these in whatever has them, see `patients.merging`.
_BY_A_MERGE = ("patient_id", "updated_at", "version")
_ERROR = ("error_at", "error_by_id", "error_reason")
AMENDED_ALREADY = _(
    "Somebody has signed an amendment of this note already. Look at its versions, and amend the "
    "newest."
)


def clinical_triggers(name: str, *course: str) -> list[pgtrigger.Trigger]:
    """Return the triggers of a clinical table; `course` are the columns that may change."""
    return [
        RefusalTrigger(
            constraint=f"{name}_is_kept",
            operation=pgtrigger.Delete,
            condition_sql="true",
            violation_error_code="kept",
            violation_error_message=_(
                "A clinical entry is never deleted. Mark it as entered in error instead."
            ),
        ),
        RefusalTrigger(
            constraint=f"{name}_is_lasting",
            operation=pgtrigger.Update,
            condition_sql=differs(*_BY_A_MERGE, *_ERROR, *course),
            violation_error_code="lasting",
            violation_error_message=_(
                "What a clinical entry says cannot be changed. Mark it as entered in error, and "
                "add a new one that is right."
            ),
        ),
        RefusalTrigger(
            constraint=f"{name}_error_is_final",
            operation=pgtrigger.Update,
            condition_sql=f"OLD.error_at IS NOT NULL AND {differs(*_BY_A_MERGE)}",
            violation_error_code="entered_in_error",
            violation_error_message=_(
                "This was marked as entered in error and is not changed any more. Add a new entry."
            ),
        ),
        RefusalTrigger(
            constraint=f"{name}_patient_open",
            operation=pgtrigger.Insert,
            condition_sql="(SELECT merged_into_id FROM patients_patient WHERE id = NEW.patient_id)"
            " IS NOT NULL",
            violation_error_code="patient_merged",
            violation_error_message=_(
                "This record was merged into another. Open that one, and write there."
            ),
        ),
    ]


def same_patient(name: str, table: str, column: str) -> RefusalTrigger:
    """Return the trigger that refuses a row beside an encounter or a visit of somebody else."""
    return RefusalTrigger(
        constraint=f"{name}_{column.removesuffix('_id')}_of_patient",
        operation=pgtrigger.Insert,
        condition_sql=f"NEW.{column} IS NOT NULL AND NEW.patient_id IS DISTINCT FROM"
        f" (SELECT patient_id FROM {table} WHERE id = NEW.{column})",
        violation_error_code="other_patient",
        violation_error_message=_(
            "The visit is of another patient. Open that patient's chart, and write there."
        ),
    )


def differs(*columns: str) -> str:
    """Return SQL that is true when a row changes in anything but these columns."""
    free = f"ARRAY[{', '.join(repr(column) for column in dict.fromkeys(columns))}]"
    return f"(to_jsonb(NEW) - {free}) <> (to_jsonb(OLD) - {free})"


def medical_record_triggers() -> list[pgtrigger.Trigger]:
    name = "medical_record"
    draft = ("diagnosis", "prescription", "notes", "revision", "signed_at", "signed_by_id")
    return [
        *clinical_triggers(name, *draft),
        same_patient(name, "scheduling_appointment", "appointment_id"),
        RefusalTrigger(
            constraint="medical_record_signed_is_final",
            operation=pgtrigger.Update,
            condition_sql=f"OLD.signed_at IS NOT NULL AND {differs(*_BY_A_MERGE, *_ERROR)}",
            violation_error_code="signed",
            violation_error_message=_(
                "This note is signed and is not changed any more. Amend it with a new version."
            ),
        ),
        RefusalTrigger(
            constraint="medical_record_amends_signed",
            operation=pgtrigger.Insert,
            condition_sql="""NEW.amends_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM records_medicalrecord was WHERE was.id = NEW.amends_id
                    AND was.signed_at IS NOT NULL AND was.error_at IS NULL
                    AND was.patient_id = NEW.patient_id AND NEW.version = was.version + 1
                    AND NEW.original_id = coalesce(was.original_id, was.id))""",
            violation_error_code="not_amendable",
            violation_error_message=_(
                "Only a signed note of this patient is amended. Open its newest version, and "
                "amend that one."
            ),
        ),
        RefusalTrigger(
            constraint="medical_record_amends_newest",
            operation=pgtrigger.Insert,
            condition_sql="""EXISTS (
                SELECT FROM records_medicalrecord later WHERE later.amends_id = NEW.amends_id
                    AND later.signed_at IS NOT NULL AND later.error_at IS NULL)""",
            violation_error_code="amended_already",
            violation_error_message=AMENDED_ALREADY,
        ),
        # A merge raises what is called version as it moves a row; of a note it counts amendments.
        pgtrigger.Trigger(
            name="medical_record_version_kept",
            level=pgtrigger.Row,
            when=pgtrigger.Before,
            operation=pgtrigger.UpdateOf("version"),
            func="NEW.version := OLD.version; RETURN NEW;",
        ),
    ]
