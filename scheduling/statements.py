"""The statements of a booking that are written by hand.

Everybody who wants a doctor waits until the one who has the doctor's row commits. So a write sends
few statements and does little between them: it locks in one round trip, asks for hours and absences
in one statement, and writes an appointment and its event in one. Django's ORM would send more of
them, and put each together anew. The columns that are written come from the models.
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection, models

from facilities.models import Doctor, Room
from patients.models import Patient
from scheduling.status import HOLDING_TIME

if TYPE_CHECKING:
    from scheduling.models import Appointment, AppointmentEvent

M = TypeVar("M", bound=models.Model)

_LOCK = "SELECT FROM {table} WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"

_LOCK_AND_READ = "SELECT {columns} FROM {table} WHERE id = %s FOR NO KEY UPDATE"

_HOLDS_TIME = f"""
    status IN ({", ".join(repr(status.value) for status in HOLDING_TIME)})
    AND (hold_expires_at IS NULL OR hold_expires_at > now())
"""
# Columns are named after the exclusion constraints, whose indexes answer.
_TAKEN = f"""
    SELECT
        EXISTS (
            SELECT FROM scheduling_appointment
            WHERE doctor_id = %(doctor)s::bigint AND overbook = 0::smallint
                AND tstzrange(starts_at, blocked_until, '[)') && tstzrange(%(since)s, %(until)s)
                AND {_HOLDS_TIME}
        ) AS appointment_doctor_free,
        EXISTS (
            SELECT FROM scheduling_appointment
            WHERE patient_id = %(patient)s::bigint
                AND tstzrange(starts_at, ends_at, '[)') && tstzrange(%(since)s, %(until)s)
                AND {_HOLDS_TIME}
        ) AS appointment_patient_free
"""

_CALENDAR = """
    SELECT 'hours' AS kind, id, doctor_id, NULL AS starts_at, NULL AS ends_at, '' AS reason,
        weekday, starts_at, ends_at, weeks, valid_from, valid_until
    FROM scheduling_workinghours hours
    WHERE doctor_id = ANY(%(doctors)s) AND facility_id = %(facility)s
        AND valid_from <= %(last)s AND (valid_until IS NULL OR valid_until >= %(first)s)
        AND EXISTS (
            SELECT FROM facilities_doctor_facilities works
            WHERE works.doctor_id = hours.doctor_id AND works.facility_id = hours.facility_id
        )
    UNION ALL
    SELECT 'time off', id, doctor_id, starts_at, ends_at, reason,
        NULL, NULL, NULL, NULL, NULL, NULL
    FROM scheduling_timeoff
    WHERE doctor_id = ANY(%(doctors)s) AND starts_at < %(until)s AND ends_at > %(since)s
    UNION ALL
    SELECT 'closure', id, NULL, starts_at, ends_at, reason, NULL, NULL, NULL, NULL, NULL, NULL
    FROM scheduling_closure
    WHERE facility_id = %(facility)s AND starts_at < %(until)s AND ends_at > %(since)s
    ORDER BY 4
"""

_WITH_EVENT = """
    WITH written AS ({written} RETURNING id)
    INSERT INTO {table} (appointment_id, {columns}) SELECT id, {values} FROM written
    RETURNING appointment_id
"""


def lock_occupied(
    *,
    doctors: Collection[int | None],
    patients: Collection[int | None],
    rooms: Collection[int | None],
) -> None:
    """Lock doctors, then patients, then rooms, each by id, until the transaction ends.

    These are up to three statements in one round trip; each is over before the next begins, so
    that nobody is locked before all who come first. References to them stay possible.
    """
    statements, values = [], []
    for model, ids in ((Doctor, doctors), (Patient, patients), (Room, rooms)):
        if known := {*ids} - {None}:
            statements.append(_LOCK.format(table=model._meta.db_table))
            values.append([*known])
    if statements:
        with connection.cursor() as cursor:
            cursor.execute(";".join(statements), values)


def locked(model: type[M], pk: int) -> M:
    """Lock one row until the transaction ends, and return it as it stands then."""
    columns = ", ".join(field.attname for field in model._meta.concrete_fields)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_AND_READ.format(columns=columns, table=model._meta.db_table), [pk])
        row = cursor.fetchone()
    if row is None:
        raise model.DoesNotExist  # type: ignore[attr-defined]
    return model.from_db(connection.alias, (), row)


def broken_constraint(values: Mapping[str, Any]) -> str | None:
    """Return which exclusion constraint would refuse a visit now, if one would.

    `values` are the ids of `doctor` and `patient`, and the period from `since` to `until`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, values)
        answers = zip(cursor.description, cursor.fetchone(), strict=True)
    return next((column.name for column, taken in answers if taken), None)


def calendar_rows(values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return hours, time off and closures, each row with its kind in front; absences by start."""
    with connection.cursor() as cursor:
        cursor.execute(_CALENDAR, values)
        return cursor.fetchall()


def insert(appointment: "Appointment", event: "AppointmentEvent") -> None:
    """Insert an appointment with its event; set the appointment's id."""
    values = _values(appointment, adding=True)
    columns, places = ", ".join(values), ", ".join(["%s"] * len(values))
    written = f"INSERT INTO {appointment._meta.db_table} ({columns}) VALUES ({places})"
    appointment.pk = _write_with(event, written, [*values.values()])
    appointment._state.adding = False
    appointment._state.db = connection.alias


def update(appointment: "Appointment", before: "Appointment", event: "AppointmentEvent") -> None:
    """Write what differs from how the appointment was before, with its event."""
    values = {
        column: value
        for column, value in _values(appointment, adding=False).items()
        if value != getattr(before, column)
    }
    changes = ", ".join(f"{column} = %s" for column in values)
    written = f"UPDATE {appointment._meta.db_table} SET {changes} WHERE id = %s"
    _write_with(event, written, [*values.values(), appointment.pk])


def _write_with(event: "AppointmentEvent", written: str, values: list[Any]) -> int:
    """Run a statement on one appointment, and insert its event with it; return the id."""
    told = _values(event, adding=True)
    del told["appointment_id"]
    sql = _WITH_EVENT.format(
        written=written,
        table=event._meta.db_table,
        columns=", ".join(told),
        values=", ".join(["%s"] * len(told)),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *told.values()])
        return int(cursor.fetchone()[0])


def _values(row: models.Model, *, adding: bool) -> dict[str, Any]:
    """Return by column what is to be written; the id comes from the database."""
    return {
        field.attname: field.pre_save(row, adding)
        for field in row._meta.concrete_fields
        if not field.primary_key
    }
