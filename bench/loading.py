"""How a network is written: COPY without triggers, and indexes and constraints built afterwards.

Patients keep their triggers: these run once a statement, over all rows of a COPY, and so are the
set-based way already. Every other trigger of the tables that are loaded rests meanwhile; what a
trigger would have derived is made afterwards by `rebuild_derived`.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from scheduling.models import FreeTimeHorizon

CHUNK = 2000


def rebuild_derived(cursor: CursorWrapper) -> None:
    """Make the derived tables anew, as their triggers would have left them."""
    # Without statistics the server would plan for the empty tables that these were.
    cursor.execute("ANALYZE")
    FreeTimeHorizon.extend(timezone.now().date(), anew=True)


def copy_rows(
    cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def copy_lines(
    cursor: CursorWrapper, table: str, columns: Sequence[str], lines: Iterator[str]
) -> None:
    """Copy lines that stand in PostgreSQL's text format already."""
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        chunk: list[str] = []
        for line in lines:
            chunk.append(line)
            if len(chunk) == CHUNK:
                copy.write("".join(chunk))
                chunk.clear()
        copy.write("".join(chunk))


def go_on_counting(cursor: CursorWrapper, *tables: str) -> None:
    """Let the next id of each table come after those that were written with their ids."""
    for table in tables:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            " HAVING max(id) IS NOT NULL"
        )


@contextmanager
def without_triggers(cursor: CursorWrapper, *tables: str) -> Iterator[None]:
    """Let the tables' own triggers rest; those of foreign keys stay."""
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@contextmanager
def without_indexes(cursor: CursorWrapper, table: str) -> Iterator[None]:
    """Take a table's indexes, foreign keys and exclusion constraints off, and build them again.

    The primary key and the checks stay. Building checks every row, so what comes back is valid.
    """
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        f" WHERE conrelid = '{table}'::regclass AND contype IN ('f', 'u', 'x') ORDER BY oid"
    )
    constraints = cursor.fetchall()
    for name, _ in constraints:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        f" WHERE indrelid = '{table}'::regclass AND NOT indisprimary ORDER BY indexrelid"
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _, definition in indexes:
        cursor.execute(definition)
    for name, definition in constraints:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
