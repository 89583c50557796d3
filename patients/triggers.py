"""Triggers that keep `Facility.registered_count` equal to the facility's active patients.

They run once a statement, over all its rows, so that loading 100,000 patients costs one update a
facility. The facilities' rows are locked in the order of their ids, so that two such statements
wait for each other instead of deadlocking. A row over capacity fails the CHECK
`facility_has_room`, whoever wrote it.
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
