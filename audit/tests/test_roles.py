"""What the roles of the database can and cannot do, tried as these roles."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from audit.models import AccessEvent, AccessLink
from audit.tests.rows import seen
from audit.verifying import verify

pytestmark = pytest.mark.django_db


def named(role: str) -> str:
    """Return the role's name for this test database: roles belong to the whole server."""
    return f"{connection.settings_dict['NAME']}_{role}"


def create_roles() -> None:
    call_command("create_database_roles", "--app", named("app"), "--auditor", named("auditor"))


@pytest.fixture(autouse=True)
def _roles(db) -> None:
    create_roles()


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{named(role)}"')
        yield
        cursor.execute("RESET ROLE")


def refused(role: str, statement: str) -> None:
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner|read-only"),
        transaction.atomic(),
        acting_as(role),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


CHANGES_TABLES = [
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "ALTER TABLE patients_patient ADD COLUMN mine int",
    "DROP TABLE patients_patient",
    "TRUNCATE patients_patient CASCADE",
    "ALTER TABLE audit_accessevent DISABLE TRIGGER ALL",
    "DROP TRIGGER access_is_chained ON audit_accessevent",
    "ALTER FUNCTION audit_content RENAME TO mine",
    "CREATE ROLE mine",
    "DELETE FROM django_migrations",
]
CHANGES_THE_LOG = [
    "UPDATE audit_accessevent SET reason = 'x'",
    "DELETE FROM audit_accessevent",
    "TRUNCATE audit_accessevent",
    "UPDATE audit_accesslink SET hash = 'x'",
    "DELETE FROM audit_accesslink",
    "INSERT INTO audit_accesslink SELECT 9, 9, 'x', now()",
    "INSERT INTO audit_unlinkedevent VALUES (9)",
    "DELETE FROM audit_unlinkedevent",
    "SELECT audit_link('{1}')",
]


@pytest.mark.parametrize("statement", [*CHANGES_TABLES, *CHANGES_THE_LOG])
@pytest.mark.parametrize("role", ["app", "auditor"])
def test_neither_changes_tables_or_the_log(role, statement):
    refused(role, statement)


def test_what_the_app_adds_to_the_log_is_chained():
    with acting_as("app"):
        seen()
        assert verify().head.position == 1


def test_the_app_works_with_tables_that_were_made_after_its_role():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE later (id bigserial, name text)")
    with acting_as("app"), connection.cursor() as cursor:
        cursor.execute("INSERT INTO later (name) VALUES ('a')")
        cursor.execute("UPDATE later SET name = 'b'")
        cursor.execute("DELETE FROM later")
        assert cursor.rowcount == 1


def test_an_auditor_reads_the_log_and_proves_it():
    seen()
    with acting_as("auditor"):
        assert AccessEvent.objects.count() == AccessLink.objects.count() == 1
        call_command("verify_audit")


@pytest.mark.parametrize("table", ["patients_patient", "accounts_user", "scheduling_appointment"])
def test_an_auditor_reads_nothing_else(table):
    refused("auditor", f"SELECT * FROM {table}")
    refused("auditor", "INSERT INTO audit_accessevent DEFAULT VALUES")


def test_rights_that_were_given_by_hand_are_taken_back():
    with connection.cursor() as cursor:
        cursor.execute(f'GRANT ALL ON audit_accessevent, audit_accesslink TO "{named("app")}"')
        cursor.execute(f'GRANT ALL ON patients_patient TO "{named("auditor")}"')
    create_roles()
    refused("app", "DELETE FROM audit_accessevent")
    refused("app", "TRUNCATE audit_accessevent")
    refused("auditor", "SELECT * FROM patients_patient")


def test_a_role_that_could_pass_over_its_grants_is_refused():
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER ROLE "{named("app")}" CREATEROLE')
    with pytest.raises(CommandError, match="may do more than change rows"):
        create_roles()


@pytest.mark.parametrize("role", ["app", "auditor"])
@pytest.mark.parametrize("mighty", ["pg_write_all_data", "{owner}", "{maker}", "{group}"])
def test_a_role_that_could_take_on_the_might_of_another_is_refused(role, mighty):
    """`group` may do nothing itself, and is a member of one who may make roles."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = f'"{cursor.fetchone()[0]}"'
        maker, group = (f'"{named(each)}"' for each in ("maker", "group"))
        cursor.execute(f"CREATE ROLE {maker} CREATEROLE; CREATE ROLE {group}")
        cursor.execute(f"GRANT {maker} TO {group}")
        taken_on = mighty.format(owner=owner, maker=maker, group=group)
        cursor.execute(f'GRANT {taken_on} TO "{named(role)}"')
    with pytest.raises(CommandError, match=f"{named(role)} is a member of .* REVOKE"):
        create_roles()


def test_a_role_in_a_group_that_may_nothing_is_taken():
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE ROLE "{named("group")}"')
        cursor.execute(f'GRANT "{named("group")}" TO "{named("app")}"')
    create_roles()


def test_who_may_not_create_roles_is_told_what_to_do():
    with (
        pytest.raises(CommandError, match="Run this as the owner"),
        transaction.atomic(),
        acting_as("app"),
    ):
        call_command("create_database_roles", "--app", "another", "--auditor", "one_more")


@pytest.mark.django_db(transaction=True)
def test_a_role_signs_in_with_its_password(monkeypatch):
    monkeypatch.setitem(os.environ, "DATABASE_APP_PASSWORD", "one that is long")
    create_roles()
    try:
        known = connection.settings_dict
        there = {"host": known["HOST"], "port": known["PORT"], "dbname": known["NAME"]}
        who = {"user": named("app"), "password": "one that is long"}
        with (
            psycopg.connect(**there, **who) as signed_in,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            signed_in.execute("UPDATE audit_accessevent SET reason = ''")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(**there, **who | {"password": "another"})
    finally:
        drop_roles()


@pytest.mark.django_db(transaction=True)
def test_servers_that_start_at_once_make_the_roles_once():
    def start() -> None:
        try:
            create_roles()
        finally:
            connection.close()

    drop_roles()
    try:
        with ThreadPoolExecutor(6) as pool:
            for each in [pool.submit(start) for _ in range(6)]:
                each.result()
        create_roles()
    finally:
        drop_roles()


def drop_roles() -> None:
    with connection.cursor() as cursor:
        for role in ("app", "auditor"):
            cursor.execute(f'DROP OWNED BY "{named(role)}"')
            cursor.execute(f'DROP ROLE "{named(role)}"')
