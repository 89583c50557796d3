"""Triggers that keep what follows from the network's rows right, whoever writes: ORM, SQL or COPY.

They run once a statement, over all its rows, and lock facilities in the order of their ids, so that
two such statements wait for each other instead of deadlocking.
"""

import pgtrigger


def range_triggers() -> list[pgtrigger.Trigger]:
    """Return what dates a facility anew when the ZIP codes that it serves change.

    A facility is shown with its ranges, so a copy of it is out of date from then on.
    """
    old, new = "SELECT facility_id FROM old_rows", "SELECT facility_id FROM new_rows"
    return [
        _touching("insert", pgtrigger.Insert, pgtrigger.Referencing(new="new_rows"), new),
        _touching(
            "update",
            pgtrigger.Update,
            pgtrigger.Referencing(old="old_rows", new="new_rows"),
            f"{old} UNION {new}",
        ),
        _touching("delete", pgtrigger.Delete, pgtrigger.Referencing(old="old_rows"), old),
    ]


def _touching(
    event: str, operation: pgtrigger.Operation, rows: pgtrigger.Referencing, touched: str
) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=f"zip_code_range_dated_on_{event}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=rows,
        func=f"""
            WITH locked AS (
                SELECT id FROM facilities_facility WHERE id IN ({touched})
                ORDER BY id FOR NO KEY UPDATE
            )
            UPDATE facilities_facility f SET updated_at = clock_timestamp()
            FROM locked WHERE f.id = locked.id;
            RETURN NULL;
        """,
    )
