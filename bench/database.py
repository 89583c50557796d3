"""Where the network lives: a database of its own on the server that the application uses.

A database that is whole bears its fingerprint as a comment: the parameters it was made with, the
day, the migrations and the generator's own source. One with another fingerprint is made anew, and
so is one of some days ago, whose full fortnight is partly over.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader

from bench.plan import Plan

PREFIX = "bench_clinic"
GOOD_FOR = timedelta(days=3)
GENERATOR = ("diary", "kinds", "loading", "places", "plan", "rows", "visits", "writing")


def use(database: str, options: str = "") -> None:
    """Turn Django to another database of the same server, without pool and without time limits.

    `options` are server settings for each connection, such as `-c statement_timeout=5s`.
    """
    connections.close_all()
    connection.settings_dict["NAME"] = database
    connection.settings_dict["OPTIONS"] = {"pool": False, "options": options}


def connect(database: str, **options: Any) -> psycopg.Connection[tuple[Any, ...]]:
    """Open a plain connection to a database of the application's server."""
    known = connection.settings_dict
    return psycopg.connect(
        host=known["HOST"] or None,
        port=known["PORT"] or None,
        user=known["USER"] or None,
        password=known["PASSWORD"] or None,
        dbname=database,
        **options,
    )


@contextmanager
def server() -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Connect to the server's own database, to make and drop others."""
    with connect("postgres", autocommit=True) as connected:
        yield connected


def fingerprint(plan: Plan) -> dict[str, Any]:
    """Return what two databases have in common when one can stand for the other."""
    migrations = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    source = hashlib.sha256("".join(map(str, sorted(migrations))).encode())
    for name in GENERATOR:
        source.update((Path(__file__).parent / f"{name}.py").read_bytes())
    return asdict(plan) | {"made_by": source.hexdigest()[:16]}


def is_ready(plan: Plan, today: date) -> bool:
    """Say whether the plan's database is there, whole, and recent."""
    with server() as connected:
        found = connected.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [plan.database],
        ).fetchone()
    if not found or not found[0]:
        return False
    known = json.loads(found[0])
    made = date.fromisoformat(known.pop("day"))
    return bool(known == fingerprint(plan) and today - GOOD_FOR < made <= today)


def create(plan: Plan) -> None:
    """Make the plan's database empty and migrated, and turn Django to it."""
    create_empty(plan.database)


def create_empty(name: str) -> None:
    """Make a database, empty and migrated, in place of one of this name; turn Django to it."""
    use(name)
    with server() as connected:
        connected.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connected.execute(f'CREATE DATABASE "{name}"')
    call_command("migrate", interactive=False, verbosity=0)


def mark(plan: Plan, today: date) -> None:
    """Sign the plan's database as whole."""
    signed = json.dumps(fingerprint(plan) | {"day": str(today)})
    with server() as connected:
        connected.execute(f"COMMENT ON DATABASE \"{plan.database}\" IS '{signed}'")


def remove_all() -> list[str]:
    """Drop every database that was made here; return their names."""
    with server() as connected:
        found = connected.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX]
        ).fetchall()
        for (name,) in found:
            connected.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    return [name for (name,) in found]


if __name__ == "__main__":
    if sys.argv[1:] != ["clean"]:
        sys.exit("Use: python -m bench.database clean")
    print("Removed:", ", ".join(remove_all()) or "nothing was there")
