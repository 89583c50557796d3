"""Triggers that keep `FreeTime` right, whoever writes: ORM, SQL or COPY.

They run once a statement, over all its rows: each says which doctors' days it has touched, and
those days are worked out anew. The doctors are locked in the order of their ids, as every write of
an appointment has locked them already, so that two writes never work out the same day at once.
"""

import pgtrigger

from scheduling.status import HOLDING_TIME, Status

# Holds are not among them: they run out without anybody writing.
_TAKES = ", ".join(repr(s.value) for s in HOLDING_TIME if s != Status.PENDING)
# Hours and closures of one facility wait for each other, so that whichever comes later sees both.
_LOCK_FACILITIES = """
    PERFORM 1 FROM facilities_facility
    WHERE id IN (SELECT facility_id FROM ({touched}) AS touched) ORDER BY id FOR {strength};
"""
SHARED, ALONE = "SHARE", "NO KEY UPDATE"
_FOR_EVER = "DATE '9999-12-31'"


def _utc(column: str, days: str = "") -> str:
    return f"(({column} AT TIME ZONE 'UTC')::date {days})"


# For each table, the rows and columns that matter, and the doctors' days that such a row touches.
# A local day lies within a day of the same date in UTC.
APPOINTMENT = (
    f"SELECT id, doctor_id, starts_at, blocked_until FROM {{rows}} WHERE status IN ({_TAKES})",
    f"""SELECT doctor_id, {_utc("starts_at", "- 1")} AS first,
            {_utc("blocked_until", "+ 1")} AS last
        FROM touched""",
)
WORKING_HOURS = (
    """SELECT id, doctor_id, facility_id, weekday, weeks, starts_at, ends_at, valid_from,
            valid_until
        FROM {rows}""",
    f"""SELECT doctor_id, valid_from AS first, coalesce(valid_until, {_FOR_EVER}) AS last
        FROM touched""",
)
TIME_OFF = (
    "SELECT id, doctor_id, starts_at, ends_at FROM {rows}",
    f"""SELECT doctor_id, {_utc("starts_at", "- 1")} AS first, {_utc("ends_at", "+ 1")} AS last
        FROM touched""",
)
CLOSURE = (
    "SELECT id, facility_id, starts_at, ends_at FROM {rows}",
    f"""SELECT hours.doctor_id, {_utc("touched.starts_at", "- 1")} AS first,
            {_utc("touched.ends_at", "+ 1")} AS last
        FROM touched JOIN scheduling_workinghours hours USING (facility_id)""",
)


def appointment_free_time_triggers() -> list[pgtrigger.Trigger]:
    """Return the triggers of appointments, of which a new one only takes: that is cut out."""
    rows, days = APPOINTMENT
    taken = pgtrigger.Trigger(
        name="free_time_on_insert",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_rows"),
        declare=[("taken", "record")],
        func=f"""
            FOR taken IN {rows.format(rows="new_rows")} ORDER BY doctor_id
            LOOP
                PERFORM scheduling_take_free_time(
                    taken.doctor_id, taken.starts_at, taken.blocked_until
                );
            END LOOP;
            RETURN NULL;
        """,
    )
    return [taken, *free_time_triggers(rows, days)[1:]]


def free_time_triggers(rows: str, days: str, lock: str = "") -> list[pgtrigger.Trigger]:
    """Return the triggers of one table, given the SQL of its rows and of the days they touch.

    `lock` says how the facilities of its rows are locked first, if at all.
    """
    new, old = rows.format(rows="new_rows"), rows.format(rows="old_rows")
    return [
        _trigger(
            "insert", pgtrigger.Insert, pgtrigger.Referencing(new="new_rows"), new, days, lock
        ),
        _trigger(
            "update",
            pgtrigger.Update,
            pgtrigger.Referencing(old="old_rows", new="new_rows"),
            f"({old} EXCEPT {new}) UNION ALL ({new} EXCEPT {old})",
            days,
            lock,
        ),
        _trigger(
            "delete", pgtrigger.Delete, pgtrigger.Referencing(old="old_rows"), old, days, lock
        ),
    ]


def _trigger(
    name: str,
    operation: pgtrigger.Operation,
    referencing: pgtrigger.Referencing,
    touched: str,
    days: str,
    lock: str,
) -> pgtrigger.Trigger:
    locked = _LOCK_FACILITIES.format(touched=touched, strength=lock) if lock else ""
    return pgtrigger.Trigger(
        name=f"free_time_on_{name}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=referencing,
        declare=[("doctor_days", "record")],
        # Rows of one week are worked out together, so that a load costs less than its rows.
        func=f"""{locked}
            FOR doctor_days IN
                WITH touched AS ({touched}), days AS ({days})
                SELECT doctor_id, min(first) AS first, max(last) AS last FROM days
                GROUP BY doctor_id, (first - DATE '2000-01-03') / 7 ORDER BY doctor_id
            LOOP
                PERFORM scheduling_refresh_free_time(
                    doctor_days.doctor_id, doctor_days.first, doctor_days.last
                );
            END LOOP;
            RETURN NULL;
        """,
    )
