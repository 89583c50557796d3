"""What appointments owe to other rows and to the clock, refused by the database itself."""

import pgtrigger

from facilities.refusals import RefusalTrigger
from scheduling.status import HOLDING_TIME

GRACE_MINUTES = 15

_HOLDS_TIME = f"NEW.status IN ({', '.join(repr(status.value) for status in HOLDING_TIME)})"
_BOOKED_OR_MOVED = pgtrigger.Insert | pgtrigger.UpdateOf(
    "status", "starts_at", "doctor_id", "facility_id", "patient_id"
)


def _inactive(table: str, column: str) -> str:
    """Return SQL that is true when the appointment newly takes the time of an inactive row."""
    return f"""{_HOLDS_TIME}
        AND (TG_OP = 'INSERT' OR OLD.starts_at <> NEW.starts_at OR OLD.{column} <> NEW.{column}
             OR OLD.status IN ('cancelled', 'noshow', 'entered-in-error'))
        AND NOT (SELECT is_active FROM {table} WHERE id = NEW.{column})"""


def appointment_triggers() -> list[RefusalTrigger]:
    return [
        RefusalTrigger(
            constraint="appointment_doctor_active",
            operation=_BOOKED_OR_MOVED,
            condition_sql=_inactive("facilities_doctor", "doctor_id"),
            violation_error_code="doctor_inactive",
            violation_error_message="This doctor takes no appointments any more. "
            "Choose another doctor.",
        ),
        RefusalTrigger(
            constraint="appointment_facility_active",
            operation=_BOOKED_OR_MOVED,
            condition_sql=_inactive("facilities_facility", "facility_id"),
            violation_error_code="facility_inactive",
            violation_error_message="This facility takes no appointments any more. "
            "Choose another facility.",
        ),
        RefusalTrigger(
            constraint="appointment_patient_active",
            operation=_BOOKED_OR_MOVED,
            condition_sql=_inactive("patients_patient", "patient_id"),
            violation_error_code="patient_inactive",
            violation_error_message="This patient's record is closed. Open the record that "
            "replaced it, or ask an administrator to open this one again.",
        ),
        RefusalTrigger(
            constraint="appointment_not_past",
            operation=pgtrigger.Insert | pgtrigger.UpdateOf("starts_at"),
            condition_sql=f"""(TG_OP = 'INSERT' OR OLD.starts_at <> NEW.starts_at)
                AND NEW.starts_at < clock_timestamp() - interval '{GRACE_MINUTES} minutes'""",
            violation_error_code="in_the_past",
            violation_error_message="That time has passed. Choose a time from now on.",
        ),
    ]
