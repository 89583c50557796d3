"""The statements of a booking that are written by hand.

Everybody who wants a doctor waits until the one who has the doctor's row commits. So a write sends
few statements and does little between them: it locks everybody and reads what is to be checked in
one, and writes an appointment and its event in one. Django's ORM would send more of them, and
put each together anew. The functions are those of migration `0007_planned_once`, for which the
server makes a plan once a connection; the columns that are written come from the models.
"""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection, models

from facilities.models import Doctor, Facility
from patients.models import Patient
from scheduling.availability import Period, day_bounds

if TYPE_CHECKING:
    from scheduling.models import Appointment, AppointmentEvent

M = TypeVar("M", bound=models.Model)

_LOCK = "SELECT scheduling_lock(%s::bigint[], %s::bigint[], %s::bigint[])"
_LOCK_AND_READ = "SELECT {columns} FROM {table} WHERE id = %s FOR NO KEY UPDATE"
_LOCK_APPOINTMENT = "SELECT {columns} FROM scheduling_lock_appointment(%s, %s, %s, %s)"
_LOCK_FOR_BOOKING = "SELECT * FROM scheduling_lock_for_booking(%s, %s, %s, %s, %s, %s, %s, %s)"
_TAKEN = "SELECT scheduling_taken(%s, %s, %s, %s)"
_CALENDAR = "SELECT * FROM scheduling_calendar(%s, %s, %s, %s, %s, %s)"
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

    References to what is locked stay possible.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [[*doctors], [*patients], [*rooms]])


def lock_appointment(
    model: "type[Appointment]",
    pk: int,
    *,
    doctor: int | None = None,
    patient: int | None = None,
    room: int | None = None,
) -> "Appointment":
    """Lock an appointment, what it occupies and what it is to occupy; return it as it stands.

    What is locked, and in which order, is as if `locked()` and then `lock_occupied()` were called.
    """
    return _only(model, _LOCK_APPOINTMENT, [pk, doctor, patient, room])


def locked(model: type[M], pk: int) -> M:
    """Lock one row until the transaction ends, and return it as it stands then."""
    return _only(model, _LOCK_AND_READ, [pk])


def _only(model: type[M], sql: str, values: list[int | None]) -> M:
    """Return the one row that a statement on a model's table selects."""
    columns = ", ".join(field.attname for field in model._meta.concrete_fields)
    with connection.cursor() as cursor:
        cursor.execute(sql.format(columns=columns, table=model._meta.db_table), values)
        row = cursor.fetchone()
    if row is None:
        raise model.DoesNotExist  # type: ignore[attr-defined]
    return model.from_db(connection.alias, (), row)


def broken_constraint(doctor: Doctor, patient: Patient | None, period: Period) -> str | None:
    """Return which exclusion constraint would refuse a booking now, if one would."""
    values = [doctor.pk, patient.pk if patient else None, *period]
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN, values)
        return cursor.fetchone()[0]


def calendar_rows(
    facility: Facility, doctors: list[Doctor], first: date, last: date
) -> list[tuple[Any, ...]]:
    """Return hours, time off and closures of some days, each row with its kind in front."""
    pks = [doctor.pk for doctor in doctors]
    with connection.cursor() as cursor:
        cursor.execute(_CALENDAR, [facility.pk, pks, *_days(facility, first, last)])
        return cursor.fetchall()


def lock_for_booking(appointment: "Appointment", first: date, last: date) -> list[tuple[Any, ...]]:
    """Lock what a new appointment is to occupy; return its doctor's calendar rows thereafter."""
    occupied = [appointment.doctor_id, appointment.patient_id, appointment.room_id]
    where = appointment.facility
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_FOR_BOOKING, [*occupied, where.pk, *_days(where, first, last)])
        return cursor.fetchall()


def _days(facility: Facility, first: date, last: date) -> list[Any]:
    """Return some days of a facility as dates and as the instants that they start and end at."""
    since, until = day_bounds(first, facility.tz).starts_at, day_bounds(last, facility.tz).ends_at
    return [first, last, since, until]


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
