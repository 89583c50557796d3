import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from audit.models import APPEND_ONLY, AccessEvent, AccessLink
from audit.tests.rows import seen

pytestmark = pytest.mark.django_db


def refused(statement: str) -> str:
    """Return the constraint that refuses a statement."""
    with (
        pytest.raises(IntegrityError) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    return refusal.value.__cause__.diag.constraint_name


@pytest.mark.parametrize("model", APPEND_ONLY)
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"], ids=str.split
)
def test_the_database_refuses_to_change_the_log(model, statement):
    seen()
    column, table = model._meta.pk.column, model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL audit.maintenance = ''")
    sql = statement.format(table, column, column)
    assert refused(sql) == "access_log_is_only_added_to"
    assert model.objects.count() == 1


def test_a_change_is_refused_where_no_row_is_meant():
    assert refused("DELETE FROM audit_accessevent WHERE id = 0") == "access_log_is_only_added_to"


def test_the_owner_may_delete_what_has_been_kept_long_enough():
    seen()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL audit.maintenance = 'delete'")
        cursor.execute("DELETE FROM audit_accessevent")
        assert refused("UPDATE audit_accessevent SET reason = 'x'")
    assert not AccessEvent.objects.exists()


def test_the_switch_for_maintenance_is_the_owners_alone():
    seen()
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE clinic_test_nobody")
        cursor.execute("GRANT SELECT, UPDATE, DELETE ON audit_accessevent TO clinic_test_nobody")
        cursor.execute("SET LOCAL ROLE clinic_test_nobody")
        cursor.execute("SET LOCAL audit.maintenance = 'delete'")
        assert refused("DELETE FROM audit_accessevent") == "access_log_is_only_added_to"
        cursor.execute("RESET ROLE")


def test_the_database_says_when_it_was():
    before = timezone.now()
    event = seen()
    assert before <= event.at <= timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO audit_accessevent (at, user_id, user_name, role, patient_id, what, route,
                path, reason, request_id, network)
            VALUES ('2001-01-01', 1, '', '', 1, '', '', '', '', '', '')"""
        )
    assert AccessEvent.objects.latest("pk").at >= before
    assert AccessLink.objects.count() == 2
