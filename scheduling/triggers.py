"""What appointments owe to other rows and to the clock, kept by the database itself.

Most triggers refuse. `appointment_holds_expire` makes room instead: whoever writes an appointment
first gives up the holds that have expired, so that one never stands in somebody's way and no job
is needed: those that are in the way, and on a new row others too. It passes over a hold that
somebody else is just confirming.
"""

import pgtrigger
from django.utils.translation import gettext_lazy as _

from facilities.refusals import RefusalTrigger
from scheduling import reasons
from scheduling.status import HOLDING_TIME

GRACE_MINUTES = 15

_HOLDS_TIME = f"NEW.status IN ({', '.join(repr(status.value) for status in HOLDING_TIME)})"
_BOOKED_OR_MOVED = pgtrigger.Insert | pgtrigger.UpdateOf(
    "status", "starts_at", "doctor_id", "facility_id", "patient_id"
)


def _newly_takes(column: str) -> str:
    """Return SQL that is true when the appointment takes the time of a row that it did not have.

    A hold that becomes a booking is a visit from then on.
    """
    return f"""{_HOLDS_TIME}
        AND (TG_OP = 'INSERT' OR OLD.starts_at <> NEW.starts_at OR OLD.{column} <> NEW.{column}
             OR OLD.status IN ('cancelled', 'noshow', 'entered-in-error')
             OR OLD.status = 'pending' AND NEW.status <> 'pending')"""


def _inactive(table: str, column: str) -> str:
    """Return SQL that is true when the appointment newly takes the time of an inactive row."""
    return f"""{_newly_takes(column)}
        AND NOT (SELECT is_active FROM {table} WHERE id = NEW.{column})"""


# A facility goes out of use by `FOR UPDATE`, which waits for whoever is just booking there and lets
# them wait. Bookings do not wait for each other, nor for registrations, as they would by `SHARE`.
_KEEP_FACILITY = f"""
            IF {_newly_takes("facility_id")} THEN
                PERFORM FROM facilities_facility WHERE id = NEW.facility_id FOR KEY SHARE;
            END IF;"""


HOLD_EXPIRED = reasons.HOLD_EXPIRED
# More than can stand in the way of one visit: 12 hours and the buffer hold 288 of five minutes.
_AT_ONCE = 1000
_IN_THE_WAY = """(starts_at < NEW.blocked_until AND blocked_until > NEW.starts_at AND
            (doctor_id = NEW.doctor_id OR patient_id = NEW.patient_id OR room_id = NEW.room_id)
        ) IS TRUE"""

_EXPIRE_HOLDS = f"""
    IF NOT ({_HOLDS_TIME}) THEN
        RETURN NEW;
    END IF;
    WITH expired AS (
        SELECT id FROM scheduling_appointment
        WHERE status = 'pending' AND hold_expires_at <= clock_timestamp()
            AND id IS DISTINCT FROM NEW.id AND (TG_OP = 'INSERT' OR {_IN_THE_WAY})
        ORDER BY {_IN_THE_WAY} DESC, hold_expires_at LIMIT {_AT_ONCE} FOR NO KEY UPDATE SKIP LOCKED
    ), gone AS (
        UPDATE scheduling_appointment held
        SET status = 'cancelled', cancel_reason = '{HOLD_EXPIRED}', hold_expires_at = NULL,
            version = version + 1, updated_at = clock_timestamp()
        FROM expired WHERE held.id = expired.id
        RETURNING held.*
    )
    INSERT INTO scheduling_appointmentevent (
        appointment_id, kind, at, reason, from_status, to_status, from_starts_at, to_starts_at,
        from_ends_at, to_ends_at, from_doctor_id, to_doctor_id, from_room_id, to_room_id,
        from_overbook, to_overbook
    )
    SELECT id, 'status', clock_timestamp(), '{HOLD_EXPIRED}', 'pending', 'cancelled', starts_at,
        starts_at, ends_at, ends_at, doctor_id, doctor_id, room_id, room_id, overbook, overbook
    FROM gone;
    RETURN NEW;
"""


def appointment_triggers() -> list[pgtrigger.Trigger]:
    return [
        pgtrigger.Trigger(
            name="appointment_holds_expire",
            level=pgtrigger.Row,
            when=pgtrigger.Before,
            operation=pgtrigger.Insert
            | pgtrigger.UpdateOf(
                "status", "starts_at", "blocked_until", "doctor_id", "patient_id", "room_id"
            ),
            func=_EXPIRE_HOLDS,
        ),
        RefusalTrigger(
            constraint="appointment_doctor_active",
            operation=_BOOKED_OR_MOVED,
            condition_sql=_inactive("facilities_doctor", "doctor_id"),
            violation_error_code="doctor_inactive",
            violation_error_message=_(
                "This doctor takes no appointments any more. Choose another doctor."
            ),
        ),
        RefusalTrigger(
            constraint="appointment_facility_active",
            operation=_BOOKED_OR_MOVED,
            first_sql=_KEEP_FACILITY,
            condition_sql=_inactive("facilities_facility", "facility_id"),
            violation_error_code="facility_inactive",
            violation_error_message=_(
                "This facility takes no appointments any more. Choose another facility."
            ),
        ),
        RefusalTrigger(
            constraint="appointment_patient_active",
            operation=_BOOKED_OR_MOVED,
            condition_sql=_inactive("patients_patient", "patient_id"),
            violation_error_code="patient_inactive",
            violation_error_message=_(
                "This patient's record is closed. Open the record that "
                "replaced it, or ask an administrator to open this one again."
            ),
        ),
        RefusalTrigger(
            constraint="appointment_not_past",
            operation=pgtrigger.Insert | pgtrigger.UpdateOf("starts_at"),
            condition_sql=f"""(TG_OP = 'INSERT' OR OLD.starts_at <> NEW.starts_at)
                AND NEW.starts_at < clock_timestamp() - interval '{GRACE_MINUTES} minutes'""",
            violation_error_code="in_the_past",
            violation_error_message=_("That time has passed. Choose a time from now on."),
        ),
    ]
