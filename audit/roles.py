"""What the roles of the database may do: the owner makes it, the app works in it, an auditor reads.

The owner is whoever migrates. The app changes rows and no tables; of the access log it can read and
add rows, and nothing else: not even a flaw in the application changes what is logged. The auditor
reads the log and who is in it by number, and nothing of a patient.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from audit.models import APPEND_ONLY, UnlinkedEvent

APP, AUDITOR = "clinic_app", "clinic_auditor"
# Written by functions of the owner alone.
OWNERS = (*(model._meta.db_table for model in APPEND_ONLY[1:]), UnlinkedEvent._meta.db_table)  # noqa: SLF001
LOG = (*(model._meta.db_table for model in APPEND_ONLY), UnlinkedEvent._meta.db_table)  # noqa: SLF001
EVENTS = APPEND_ONLY[0]._meta.db_table  # noqa: SLF001

# The same number in each process.
LOCK = 7301404
# Every role whose rights this one has or could take on, itself among them.
MIGHT = """
    SELECT rolname FROM pg_roles
    WHERE pg_has_role(%(role)s, oid, 'MEMBER') AND (
        rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
        OR rolname = current_user OR rolname LIKE 'pg\\_%%'
    ) ORDER BY rolname = %(role)s DESC, rolname LIMIT 1
"""

Grants = Iterator[sql.Composed]


def create(  # nosec B107 # without one it cannot sign in
    app: str = APP,
    auditor: str = AUDITOR,
    app_password: str = "",
    auditor_password: str = "",
) -> None:
    """Make both roles or bring them up to date; call it as the owner, after each migration.

    With a password a role may sign in by it; without one its way of signing in stays as it is. Two
    servers that start at once do it one after the other. Raises TooMightyError, and changes nothing
    then.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("SELECT current_database(), current_schema()")
        database, schema = map(sql.Identifier, cursor.fetchone())
        names = {"database": database, "schema": schema}
        for role, password in ((app, app_password), (auditor, auditor_password)):
            _make(cursor, role, password)
        for statement in _shared(app, auditor, names):
            cursor.execute(statement)
        for grant in (*_of_app(app, names), *_of_auditor(auditor, names)):
            cursor.execute(grant)


class TooMightyError(Exception):
    """A role that could pass over its grants; the message says which and what to do."""


def _make(cursor: Any, role: str, password: str) -> None:
    cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
    if cursor.fetchone() is None:
        cursor.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
    cursor.execute(MIGHT, {"role": role})
    if mighty := cursor.fetchone():
        raise TooMightyError(_refusal(role, mighty[0]))
    if password:
        # Hashed here: the server may log what it is told.
        hashed = cursor.connection.pgconn.encrypt_password(
            password.encode(), role.encode(), b"scram-sha-256"
        )
        login = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
        cursor.execute(login.format(sql.Identifier(role), sql.Literal(hashed.decode())))


def _refusal(role: str, mighty: str) -> str:
    if mighty == role:
        return f"The role {role} may do more than change rows. Take that from it, or name another."
    return (
        f"The role {role} is a member of {mighty}, who may do more than change rows. "
        f"REVOKE {mighty} FROM {role}, or name another."
    )


def _shared(app: str, auditor: str, names: dict[str, Any]) -> Grants:
    """Take from everybody what the server gives to everybody, and let the two in."""
    yield sql.SQL("REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC").format(**names)
    yield sql.SQL("REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC").format(**names)
    for role in map(sql.Identifier, (app, auditor)):
        yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {}").format(role, **names)
        yield sql.SQL("GRANT CONNECT ON DATABASE {database} TO {}").format(role, **names)
        yield sql.SQL("GRANT USAGE ON SCHEMA {schema} TO {}").format(role, **names)


def _of_app(app: str, names: dict[str, Any]) -> Grants:
    named = names | {"role": sql.Identifier(app)}
    rows, numbers = "SELECT, INSERT, UPDATE, DELETE", "USAGE, SELECT"
    for each in (
        f"GRANT {rows} ON ALL TABLES IN SCHEMA {{schema}} TO {{role}}",
        f"GRANT {numbers} ON ALL SEQUENCES IN SCHEMA {{schema}} TO {{role}}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {{schema}} GRANT {rows} ON TABLES TO {{role}}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {{schema}} GRANT {numbers} ON SEQUENCES TO {{role}}",
        "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
        f"REVOKE UPDATE, DELETE ON {EVENTS} FROM {{role}}",
        *(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {{role}}" for table in OWNERS),
    ):
        yield sql.SQL(each).format(**named)


def _of_auditor(auditor: str, names: dict[str, Any]) -> Grants:
    named = names | {"role": sql.Identifier(auditor)}
    for table in LOG:
        yield sql.SQL(f"GRANT SELECT ON {table} TO {{role}}").format(**named)
