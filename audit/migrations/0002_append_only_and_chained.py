"""The access log refuses changes and links itself into a chain of hashes.

These are plain triggers and not django-pgtrigger's, which every session can tell to be ignored.
The functions that write the chain act as the owner of the tables: a role that may only insert
events adds links through them and in no other way.
"""

from django.db import migrations

GUARDED = ("audit_accessevent", "audit_accesslink")

# The owner alone can open a door for maintenance, for one kind of change in one transaction:
# SET LOCAL audit.maintenance = 'delete'.
REFUSE = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('audit.maintenance', true) = lower(TG_OP) AND pg_has_role(
        current_user, (SELECT relowner FROM pg_catalog.pg_class WHERE oid = TG_RELID), 'MEMBER'
    ) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION USING ERRCODE = '23514', TABLE = TG_TABLE_NAME,
        CONSTRAINT = 'access_log_is_only_added_to',
        MESSAGE = 'The access log is only added to: its rows are never changed or deleted.';
END $$;
"""
GUARD = """
CREATE TRIGGER access_log_is_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER access_log_is_only_added_to;
"""

STAMP = """
CREATE FUNCTION audit_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER access_is_stamped BEFORE INSERT ON audit_accessevent
    FOR EACH ROW EXECUTE FUNCTION audit_stamp();
"""

# `audit.verifying` writes the same text in Python.
CONTENT = """
CREATE FUNCTION audit_content(e audit_accessevent) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
        e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        e.user_id, e.user_name, e.role, e.patient_id, e.what, e.route, e.path,
        e.reason, e.break_glass, e.request_id, e.network
    )::text
$$;
"""

LINK = """
CREATE FUNCTION audit_link(events bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    last audit_accesslink;
    event audit_accessevent;
BEGIN
    SELECT * INTO last FROM audit_accesslink ORDER BY position DESC LIMIT 1;
    last.position := coalesce(last.position, 0);
    last.hash := coalesce(last.hash, '');
    FOR event IN SELECT * FROM audit_accessevent WHERE id = ANY(events) ORDER BY id LOOP
        last.position := last.position + 1;
        last.hash := encode(
            sha256(convert_to(last.hash || audit_content(event), 'UTF8')), 'hex'
        );
        INSERT INTO audit_accesslink (position, event_id, hash, linked_at)
            VALUES (last.position, event.id, last.hash, clock_timestamp());
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION audit_link(bigint[]) FROM PUBLIC;
"""

# One writer at a time holds the end of the chain. The others never wait for it: they leave their
# events to whoever has it next. What was committed before the lock was free is seen by the one
# who takes it, since each statement of a function looks anew, unless the isolation forbids that.
CHAIN = """
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, {schema}, pg_temp AS $$
DECLARE
    fresh bigint[] := (SELECT array_agg(id) FROM new_rows);
    left_over bigint[];
BEGIN
    IF fresh IS NULL THEN
        RETURN NULL;
    END IF;
    IF current_setting('transaction_isolation') = 'read committed'
        AND pg_try_advisory_xact_lock(7301403)
    THEN
        WITH gone AS (DELETE FROM audit_unlinkedevent RETURNING event_id)
        SELECT array_agg(event_id) INTO left_over FROM gone;
        PERFORM audit_link(fresh || left_over);
    ELSE
        INSERT INTO audit_unlinkedevent (event_id) SELECT unnest(fresh);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER access_is_chained AFTER INSERT ON audit_accessevent
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION audit_chain();
"""

AWAY = """
DROP TRIGGER access_is_chained ON audit_accessevent;
DROP TRIGGER access_is_stamped ON audit_accessevent;
DROP TRIGGER access_log_is_only_added_to ON audit_accessevent;
DROP TRIGGER access_log_is_only_added_to ON audit_accesslink;
DROP FUNCTION audit_chain();
DROP FUNCTION audit_link(bigint[]);
DROP FUNCTION audit_content(audit_accessevent);
DROP FUNCTION audit_stamp();
DROP FUNCTION audit_refuse_change();
"""


def add(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        schema = cursor.fetchone()[0]
        cursor.execute(REFUSE + STAMP + CONTENT + LINK)
        cursor.execute(CHAIN.format(schema=schema))
        for table in GUARDED:
            cursor.execute(GUARD.format(table=table))


def remove(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(AWAY)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_access_log")]
    operations = [migrations.RunPython(add, remove)]
