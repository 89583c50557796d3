"""Triggers that keep what follows from patients right, whoever writes: ORM, SQL or COPY.

They run once a statement, over all its rows, so that loading 100,000 patients costs one update a
facility.

`Facility.registered_count` equals the facility's active patients. The facilities' rows are locked
in the order of their ids, so that two such statements wait for each other instead of deadlocking.
A row over capacity fails the CHECK `facility_has_room`.

`PatientName` holds the words of each patient's name and `NameToken` each word once. Words are added
to that dictionary in alphabetical order, so that two loads wait for each other instead of
deadlocking, and are never taken out: a word that nobody bears any more finds nobody.

`Patient.version` rises with every update.
"""

import pgtrigger

_COUNTED = "SELECT facility_id, {sign} AS n FROM {rows} WHERE is_active AND facility_id IS NOT NULL"


def registered_count_triggers() -> list[pgtrigger.Trigger]:
    gone = _COUNTED.format(sign="-1", rows="old_rows")
    come = _COUNTED.format(sign="1", rows="new_rows")
    both = pgtrigger.Referencing(old="old_rows", new="new_rows")
    return [
        _trigger(
            "patient_counted_on_insert",
            pgtrigger.Insert,
            pgtrigger.Referencing(new="new_rows"),
            come,
        ),
        _trigger("patient_counted_on_update", pgtrigger.Update, both, f"{gone} UNION ALL {come}"),
        _trigger(
            "patient_counted_on_delete",
            pgtrigger.Delete,
            pgtrigger.Referencing(old="old_rows"),
            gone,
        ),
    ]


def _trigger(
    name: str, operation: pgtrigger.Operation, rows: pgtrigger.Referencing, changes: str
) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=rows,
        func=f"""
            WITH change AS (
                SELECT facility_id, sum(n) AS n FROM ({changes}) AS counted
                GROUP BY facility_id HAVING sum(n) <> 0
            ), locked AS (
                SELECT f.id, change.n FROM facilities_facility f
                JOIN change ON change.facility_id = f.id
                ORDER BY f.id FOR NO KEY UPDATE OF f
            )
            UPDATE facilities_facility f SET registered_count = f.registered_count + locked.n
            FROM locked WHERE f.id = locked.id;
            RETURN NULL;
        """,
    )


def name_triggers() -> list[pgtrigger.Trigger]:
    new = pgtrigger.Referencing(new="new_rows")
    old = pgtrigger.Referencing(old="old_rows")
    both = pgtrigger.Referencing(old="old_rows", new="new_rows")
    changed = " OR ".join(
        f"was.{column} IS DISTINCT FROM now.{column}"
        for column in (*_NAMES, "facility_id", "date_of_birth")
    )
    renamed = f"SELECT now.* FROM new_rows now JOIN old_rows was USING (id) WHERE {changed}"
    return [
        _name_trigger("insert", pgtrigger.Insert, new, _write_names("SELECT * FROM new_rows")),
        _name_trigger(
            "update", pgtrigger.Update, both, _forget_names(renamed) + _write_names(renamed)
        ),
        _name_trigger("delete", pgtrigger.Delete, old, _forget_names("SELECT * FROM old_rows")),
    ]


_NAMES = ("given_name", "family_name", "maiden_name")


def _forget_names(patients: str) -> str:
    return f"""
        DELETE FROM patients_patientname WHERE patient_id IN (SELECT id FROM ({patients}) AS gone);
    """


def _write_names(patients: str) -> str:
    names = ", ".join(f"p.{name}" for name in _NAMES)
    return f"""
        INSERT INTO patients_nametoken (token)
        SELECT token FROM (
            SELECT DISTINCT unnest(patients_name_tokens({names})) AS token FROM ({patients}) AS p
        ) AS word
        WHERE NOT EXISTS (SELECT FROM patients_nametoken k WHERE k.token = word.token)
        ORDER BY token ON CONFLICT DO NOTHING;

        INSERT INTO patients_patientname (patient_id, token, other, facility_id, date_of_birth)
        SELECT p.id, a.token, coalesce(b.token, ''), p.facility_id, p.date_of_birth
        FROM ({patients}) AS p
        CROSS JOIN LATERAL (SELECT patients_name_tokens({names}) AS tokens OFFSET 0) AS n
        CROSS JOIN LATERAL unnest(n.tokens) AS a (token)
        LEFT JOIN LATERAL unnest(n.tokens) AS b (token) ON a.token <> b.token;
    """


def _name_trigger(
    event: str, operation: pgtrigger.Operation, rows: pgtrigger.Referencing, func: str
) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=f"patient_names_on_{event}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=rows,
        func=f"{func} RETURN NULL;",
    )


def version_trigger() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="patient_version_rises",
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func="NEW.version := OLD.version + 1; RETURN NEW;",
    )
