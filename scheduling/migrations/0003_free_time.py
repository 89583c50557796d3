"""Free time, worked out ahead for searching: tables, SQL functions, and the triggers that keep it."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

INSTANT = """
CREATE FUNCTION scheduling_instant(local timestamp, zone_name text) RETURNS timestamptz
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
-- The instant of a wall-clock time: of two the earlier, inside a gap the end of the gap. Under each
-- offset that can be meant the time is one instant; before that offset holds, its start is.
    SELECT min(greatest((local - utc_offset) AT TIME ZONE 'UTC', since))
    FROM facilities_zoneoffset
    WHERE zone = zone_name
        AND (until IS NULL OR until > (local - utc_offset) AT TIME ZONE 'UTC')
        AND (since IS NULL OR since < local AT TIME ZONE 'UTC' + interval '2 days')
$$;
"""

FREE_TIME = """
CREATE FUNCTION scheduling_free_time(whose bigint[], first date, last date, besides bigint)
RETURNS TABLE (doctor_id bigint, facility_id bigint, day date, starts_at timestamptz, ends_at timestamptz)
LANGUAGE sql STABLE AS $$
    WITH days AS (
        SELECT first + n AS day FROM generate_series(0, last - first) AS n
    ), clock AS MATERIALIZED (
        -- The one offset of a zone around a day; none around a day on which the clocks change.
        SELECT zones.timezone, days.day, zone.utc_offset
        FROM (
            SELECT DISTINCT f.timezone FROM scheduling_workinghours h
            JOIN facilities_facility f ON f.id = h.facility_id WHERE h.doctor_id = ANY(whose)
        ) AS zones
        CROSS JOIN days
        LEFT JOIN facilities_zoneoffset zone ON zone.zone = zones.timezone
            AND (zone.since IS NULL OR zone.since <= (days.day - 1)::timestamp AT TIME ZONE 'UTC')
            AND (zone.until IS NULL OR zone.until > (days.day + 3)::timestamp AT TIME ZONE 'UTC')
    ), local_shift AS (
        SELECT h.doctor_id, h.facility_id, clock.day, clock.timezone, clock.utc_offset,
            clock.day + h.starts_at AS starts_at,
            CASE WHEN h.ends_at = TIME '00:00' THEN (clock.day + 1)::timestamp
            ELSE clock.day + h.ends_at END AS ends_at
        FROM scheduling_workinghours h
        JOIN facilities_facility f ON f.id = h.facility_id
        JOIN clock ON clock.timezone = f.timezone
            AND extract(isodow FROM clock.day) = h.weekday
            AND clock.day >= h.valid_from AND (h.valid_until IS NULL OR clock.day <= h.valid_until)
            AND (h.weeks = 0 OR h.weeks = 1 + (clock.day - DATE '2000-01-03') / 7 % 2)
        WHERE h.doctor_id = ANY(whose)
    ), shift AS (
        SELECT s.doctor_id, s.facility_id, s.day,
            CASE WHEN s.utc_offset IS NULL THEN scheduling_instant(s.starts_at, s.timezone)
            ELSE (s.starts_at - s.utc_offset) AT TIME ZONE 'UTC' END AS starts_at,
            CASE WHEN s.utc_offset IS NULL THEN scheduling_instant(s.ends_at, s.timezone)
            ELSE (s.ends_at - s.utc_offset) AT TIME ZONE 'UTC' END AS ends_at
        FROM local_shift s
    ), work AS (
        SELECT shift.doctor_id, shift.facility_id, shift.day,
            range_agg(tstzrange(shift.starts_at, shift.ends_at)) AS hours
        FROM shift WHERE shift.starts_at < shift.ends_at
        GROUP BY shift.doctor_id, shift.facility_id, shift.day
    )
    SELECT work.doctor_id, work.facility_id, work.day, lower(free), upper(free)
    FROM work
    CROSS JOIN LATERAL unnest(
        work.hours
        - coalesce((
            SELECT range_agg(tstzrange(a.starts_at, a.blocked_until))
            FROM scheduling_appointment a
            WHERE a.doctor_id = work.doctor_id
                AND a.status IN ('booked', 'arrived', 'checked-in', 'fulfilled')
                AND a.starts_at < upper(work.hours)
                AND a.starts_at > lower(work.hours) - interval '24 hours'
                AND a.blocked_until > lower(work.hours)
                AND a.id IS DISTINCT FROM besides
        ), '{}')
        - coalesce((
            SELECT range_agg(tstzrange(t.starts_at, t.ends_at))
            FROM scheduling_timeoff t
            WHERE t.doctor_id = work.doctor_id
                AND t.starts_at < upper(work.hours) AND t.ends_at > lower(work.hours)
        ), '{}')
        - coalesce((
            SELECT range_agg(tstzrange(c.starts_at, c.ends_at))
            FROM scheduling_closure c
            WHERE c.facility_id = work.facility_id
                AND c.starts_at < upper(work.hours) AND c.ends_at > lower(work.hours)
        ), '{}')
    ) AS free
$$;
"""

REFRESH = """
CREATE FUNCTION scheduling_refresh_free_time(whose bigint, first date, last date) RETURNS void
LANGUAGE plpgsql AS $$
-- Works out a doctor's days anew, as far as they are kept at all. The doctor is locked first: then
-- no other writer can work out the same day from what it saw before this one committed.
DECLARE
    known date;
BEGIN
    PERFORM 1 FROM facilities_doctor WHERE id = whose FOR NO KEY UPDATE;
    SELECT kept_until - 1 INTO known FROM scheduling_freetimehorizon;
    last := least(last, known);
    first := greatest(first, current_date - 1);
    IF known IS NULL OR first > last THEN
        RETURN;
    END IF;
    DELETE FROM scheduling_freetime WHERE doctor_id = whose AND day BETWEEN first AND last;
    INSERT INTO scheduling_freetime (doctor_id, facility_id, day, starts_at, ends_at)
    SELECT doctor_id, facility_id, day, starts_at, ends_at
    FROM scheduling_free_time(ARRAY[whose], first, last, NULL);
END $$;
"""

TAKE = """
CREATE FUNCTION scheduling_take_free_time(whose bigint, since timestamptz, until timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
-- Cuts a new appointment out of the free time of its doctor, who is locked as in a refresh.
BEGIN
    PERFORM 1 FROM facilities_doctor WHERE id = whose FOR NO KEY UPDATE;
    WITH gone AS (
        DELETE FROM scheduling_freetime f
        WHERE f.doctor_id = whose
            AND f.day BETWEEN (since AT TIME ZONE 'UTC')::date - 1
                AND (until AT TIME ZONE 'UTC')::date + 1
            AND f.starts_at < until AND f.ends_at > since
        RETURNING f.*
    )
    INSERT INTO scheduling_freetime (doctor_id, facility_id, day, starts_at, ends_at)
    SELECT gone.doctor_id, gone.facility_id, gone.day, lower(rest), upper(rest)
    FROM gone CROSS JOIN LATERAL unnest(
        tstzmultirange(tstzrange(gone.starts_at, gone.ends_at))
        - tstzmultirange(tstzrange(since, until))
    ) AS rest;
END $$;
"""

# Other clock changes than were known make what was worked out by them worthless.
OFFSETS_CHANGED = """
CREATE FUNCTION scheduling_zone_offsets_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM scheduling_freetimehorizon;
    RETURN NULL;
END $$;
CREATE TRIGGER free_time_on_offsets_change AFTER INSERT OR UPDATE OR DELETE ON facilities_zoneoffset
FOR EACH STATEMENT EXECUTE FUNCTION scheduling_zone_offsets_changed();
"""

DROP_OFFSETS_CHANGED = """
DROP TRIGGER free_time_on_offsets_change ON facilities_zoneoffset;
DROP FUNCTION scheduling_zone_offsets_changed();
"""

# A facility that changes its zone changes what its hours mean.
ZONE_CHANGED = """
CREATE FUNCTION scheduling_facility_zone_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose bigint;
BEGIN
    -- The facility's row is locked by the change itself, so that hours are entered before or after.
    FOR whose IN
        SELECT DISTINCT doctor_id FROM scheduling_workinghours
        WHERE facility_id = NEW.id ORDER BY doctor_id
    LOOP
        PERFORM scheduling_refresh_free_time(whose, current_date - 1, DATE '9999-12-31');
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER free_time_on_zone_change AFTER UPDATE OF timezone ON facilities_facility
FOR EACH ROW WHEN (OLD.timezone IS DISTINCT FROM NEW.timezone)
EXECUTE FUNCTION scheduling_facility_zone_changed();
"""

DROP_ZONE_CHANGED = """
DROP TRIGGER free_time_on_zone_change ON facilities_facility;
DROP FUNCTION scheduling_facility_zone_changed();
"""


def dropped(name, arguments):
    return f"DROP FUNCTION {name}({arguments})"


class Migration(migrations.Migration):

    dependencies = [
        ("facilities", "0004_zone_offset"),
        ("scheduling", "0002_rules_complete"),
    ]

    operations = [
        migrations.CreateModel(
            name='FreeTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('minutes', models.GeneratedField(db_persist=True, expression=models.Func(models.F('ends_at'), models.F('starts_at'), arg_joiner=' - ', output_field=models.IntegerField(), template='CAST(EXTRACT(EPOCH FROM (%(expressions)s)) / 60 AS integer)'), output_field=models.IntegerField())),
            ],
        ),
        migrations.CreateModel(
            name='FreeTimeHorizon',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateField()),
                ('kept_until', models.DateField()),
            ],
        ),
        migrations.AddField(
            model_name='freetime',
            name='doctor',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='facilities.doctor'),
        ),
        migrations.AddField(
            model_name='freetime',
            name='facility',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='facilities.facility'),
        ),
        migrations.AddIndex(
            model_name='freetime',
            index=models.Index(fields=['doctor', 'day', 'minutes'], include=('facility', 'starts_at', 'ends_at'), name='free_time_doctor_day'),
        ),
        migrations.AddIndex(
            model_name='freetime',
            index=models.Index(fields=['day', 'minutes'], include=('doctor', 'facility', 'starts_at', 'ends_at'), name='free_time_day_minutes'),
        ),
        migrations.RunSQL(INSTANT, dropped("scheduling_instant", "timestamp, text")),
        migrations.RunSQL(FREE_TIME, dropped("scheduling_free_time", "bigint[], date, date, bigint")),
        migrations.RunSQL(REFRESH, dropped("scheduling_refresh_free_time", "bigint, date, date")),
        migrations.RunSQL(TAKE, dropped("scheduling_take_free_time", "bigint, timestamptz, timestamptz")),
        migrations.RunSQL(OFFSETS_CHANGED, DROP_OFFSETS_CHANGED),
        migrations.RunSQL(ZONE_CHANGED, DROP_ZONE_CHANGED),
        pgtrigger.migrations.AddTrigger(
            model_name='appointment',
            trigger=pgtrigger.compiler.Trigger(name='free_time_on_insert', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE taken record;', func="\n            FOR taken IN SELECT id, doctor_id, starts_at, blocked_until FROM new_rows WHERE status IN ('booked', 'arrived', 'checked-in', 'fulfilled') ORDER BY doctor_id\n            LOOP\n                PERFORM scheduling_take_free_time(\n                    taken.doctor_id, taken.starts_at, taken.blocked_until\n                );\n            END LOOP;\n            RETURN NULL;\n        ", hash='4438f669fc5570be048beb9dd7282db446517946', level='STATEMENT', operation='INSERT', pgid='pgtrigger_free_time_on_insert_63a4d', referencing='REFERENCING NEW TABLE AS new_rows ', table='scheduling_appointment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='appointment',
            trigger=pgtrigger.compiler.Trigger(name='free_time_on_update', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE doctor_days record;', func="\n            FOR doctor_days IN\n                WITH touched AS ((SELECT id, doctor_id, starts_at, blocked_until FROM old_rows WHERE status IN ('booked', 'arrived', 'checked-in', 'fulfilled') EXCEPT SELECT id, doctor_id, starts_at, blocked_until FROM new_rows WHERE status IN ('booked', 'arrived', 'checked-in', 'fulfilled')) UNION ALL (SELECT id, doctor_id, starts_at, blocked_until FROM new_rows WHERE status IN ('booked', 'arrived', 'checked-in', 'fulfilled') EXCEPT SELECT id, doctor_id, starts_at, blocked_until FROM old_rows WHERE status IN ('booked', 'arrived', 'checked-in', 'fulfilled'))), days AS (SELECT doctor_id, ((starts_at AT TIME ZONE 'UTC')::date - 1) AS first,\n            ((blocked_until AT TIME ZONE 'UTC')::date + 1) AS last\n        FROM touched)\n                SELECT doctor_id, min(first) AS first, max(last) AS last FROM days\n                GROUP BY doctor_id, (first - DATE '2000-01-03') / 7 ORDER BY doctor_id\n            LOOP\n                PERFORM scheduling_refresh_free_time(\n                    doctor_days.doctor_id, doctor_days.first, doctor_days.last\n                );\n            END LOOP;\n            RETURN NULL;\n        ", hash='5a192a737426e3f2a4a513bb61d3a6d6122528f5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_free_time_on_update_26170', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='scheduling_appointment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='appointment',
            trigger=pgtrigger.compiler.Trigger(name='free_time_on_delete', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE doctor_days record;', func="\n            FOR doctor_days IN\n                WITH touched AS (SELECT id, doctor_id, starts_at, blocked_until FROM old_rows WHERE status IN ('booked', 'arrived', 'checked-in', 'fulfilled')), days AS (SELECT doctor_id, ((starts_at AT TIME ZONE 'UTC')::date - 1) AS first,\n            ((blocked_until AT TIME ZONE 'UTC')::date + 1) AS last\n        FROM touched)\n                SELECT doctor_id, min(first) AS first, max(last) AS last FROM days\n                GROUP BY doctor_id, (first - DATE '2000-01-03') / 7 ORDER BY doctor_id\n            LOOP\n                PERFORM scheduling_refresh_free_time(\n                    doctor_days.doctor_id, doctor_days.first, doctor_days.last\n                );\n            END LOOP;\n            RETURN NULL;\n        ", hash='e40099cb81cd6a61b57042a71541a5216dccf434', level='STATEMENT', operation='DELETE', pgid='pgtrigger_free_time_on_delete_0535c', referencing='REFERENCING OLD TABLE AS old_rows ', table='scheduling_appointment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closure',
            trigger=pgtrigger.compiler.Trigger(name='free_time_on_insert', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE doctor_days record;', func="\n    PERFORM 1 FROM facilities_facility\n    WHERE id IN (SELECT facility_id FROM (SELECT id, facility_id, starts_at, ends_at FROM new_rows) AS touched) ORDER BY id FOR NO KEY UPDATE;\n\n            FOR doctor_days IN\n                WITH touched AS (SELECT id, facility_id, starts_at, ends_at FROM new_rows), days AS (SELECT hours.doctor_id, ((touched.starts_at AT TIME ZONE 'UTC')::date - 1) AS first,\n            ((touched.ends_at AT TIME ZONE 'UTC')::date + 1) AS last\n        FROM touched JOIN scheduling_workinghours hours USING (facility_id))\n                SELECT doctor_id, min(first) AS first, max(last) AS last FROM days\n                GROUP BY doctor_id, (first - DATE '2000-01-03') / 7 ORDER BY doctor_id\n            LOOP\n                PERFORM scheduling_refresh_free_time(\n                    doctor_days.doctor_id, doctor_days.first, doctor_days.last\n                );\n            END LOOP;\n            RETURN NULL;\n        ", hash='9b8027ddc34c59ed05f0a50fe6a775ed926b7552', level='STATEMENT', operation='INSERT', pgid='pgtrigger_free_time_on_insert_850e6', referencing='REFERENCING NEW TABLE AS new_rows ', table='scheduling_closure', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closure',
            trigger=pgtrigger.compiler.Trigger(name='free_time_on_update', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE doctor_days record;', func="\n    PERFORM 1 FROM facilities_facility\n    WHERE id IN (SELECT facility_id FROM ((SELECT id, facility_id, starts_at, ends_at FROM old_rows EXCEPT SELECT id, facility_id, starts_at, ends_at FROM new_rows) UNION ALL (SELECT id, facility_id, starts_at, ends_at FROM new_rows EXCEPT SELECT id, facility_id, starts_at, ends_at FROM old_rows)) AS touched) ORDER BY id FOR NO KEY UPDATE;\n\n            FOR doctor_days IN\n                WITH touched AS ((SELECT id, facility_id, starts_at, ends_at FROM old_rows EXCEPT SELECT id, facility_id, starts_at, ends_at FROM new_rows) UNION ALL (SELECT id, facility_id, starts_at, ends_at FROM new_rows EXCEPT SELECT id, facility_id, starts_at, ends_at FROM old_rows)), days AS (SELECT hours.doctor_id, ((touched.starts_at AT TIME ZONE 'UTC')::date - 1) AS first,\n            ((touched.ends_at AT TIME ZONE 'UTC')::date + 1) AS last\n        FROM touched JOIN scheduling_workinghours hours USING (facility_id))\n                SELECT doctor_id, min(first) AS first, max(last) AS last FROM days\n                GROUP BY doctor_id, (first - DATE '2000-01-03') / 7 ORDER BY doctor_id\n            LOOP\n                PERFORM scheduling_refresh_free_time(\n                    doctor_days.doctor_id, doctor_days.first, doctor_days.last\n                );\n            END LOOP;\n            RETURN NULL;\n        ", hash='cfdf87a218744ff21a9b5292d9d723b2a8e0d390', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_free_time_on_update_66594', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='scheduling_closure', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closure',
            trigger=pgtrigger.compiler.Trigger(name='free_time_on_delete', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE doctor_days record;', func="\n    PERFORM 1 FROM facilities_facility\n    WHERE id IN (SELECT facility_id FROM (SELECT id, facility_id, starts_at, ends_at FROM old_rows) AS touched) ORDER BY id FOR NO KEY UPDATE;\n\n            FOR doctor_days IN\n                WITH touched AS (SELECT id, facility_id, starts_at, ends_at FROM old_rows), days AS (SELECT hours.doctor_id, ((touched.starts_at AT TIME ZONE 'UTC')::date - 1) AS first,\n            ((touched.ends_at AT TIME ZONE 'UTC')::date + 1) AS last\n        FROM touched JOIN scheduling_workinghours hours USING (facility_id))\n                SELECT doctor_id, min(first) AS first, max(last) AS last FROM days\n                GROUP BY doctor_id, (first - DATE '2000-01-03') / 7 ORDER BY doctor_id\n            LOOP\n                PERFORM scheduling_refresh_free_time(\n                    doctor_days.doctor_id, doctor_days.first, doctor_days.last\n                );\n            END LOOP;\n            RETURN NULL;\n        ", hash='43b164faaa9dd2cdc535ad6124544b7b6d95eba9', level='STATEMENT', operation='DELETE', pgid='pgtrigger_free_time_on_delete_70e90', referencing='REFERENCING OLD TABLE AS old_rows ', table='scheduling_closure', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeoff',
            trigger=pgtrigger.compiler.Trigger(name='free_time_on_insert', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE doctor_days record;', func="\n            FOR doctor_days IN\n                WITH touched AS (SELECT id, doctor_id, starts_at, ends_at FROM new_rows), days AS (SELECT doctor_id, ((starts_at AT TIME ZONE 'UTC')::date - 1) AS first, ((ends_at AT TIME ZONE 'UTC')::date + 1) AS last\n        FROM touched)\n                SELECT doctor_id, min(first) AS first, max(last) AS last FROM days\n                GROUP BY doctor_id, (first - DATE '2000-01-03') / 7 ORDER BY doctor_id\n            LOOP\n                PERFORM scheduling_refresh_free_time(\n                    doctor_days.doctor_id, doctor_days.first, doctor_days.last\n                );\n            END LOOP;\n            RETURN NULL;\n        ", hash='de5ee975c501245324b3c7dad3e8aa417824faae', level='STATEMENT', operation='INSERT', pgid='pgtrigger_free_time_on_insert_60ae9', referencing='REFERENCING NEW TABLE AS new_rows ', table='scheduling_timeoff', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeoff',
            trigger=pgtrigger.compiler.Trigger(name='free_time_on_update', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE doctor_days record;', func="\n            FOR doctor_days IN\n                WITH touched AS ((SELECT id, doctor_id, starts_at, ends_at FROM old_rows EXCEPT SELECT id, doctor_id, starts_at, ends_at FROM new_rows) UNION ALL (SELECT id, doctor_id, starts_at, ends_at FROM new_rows EXCEPT SELECT id, doctor_id, starts_at, ends_at FROM old_rows)), days AS (SELECT doctor_id, ((starts_at AT TIME ZONE 'UTC')::date - 1) AS first, ((ends_at AT TIME ZONE 'UTC')::date + 1) AS last\n        FROM touched)\n                SELECT doctor_id, min(first) AS first, max(last) AS last FROM days\n                GROUP BY doctor_id, (first - DATE '2000-01-03') / 7 ORDER BY doctor_id\n            LOOP\n                PERFORM scheduling_refresh_free_time(\n                    doctor_days.doctor_id, doctor_days.first, doctor_days.last\n                );\n            END LOOP;\n            RETURN NULL;\n        ", hash='98f395775bff1345f5ac5d870cb1a8f188803ecc', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_free_time_on_update_84a58', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='scheduling_timeoff', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeoff',
            trigger=pgtrigger.compiler.Trigger(name='free_time_on_delete', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE doctor_days record;', func="\n            FOR doctor_days IN\n                WITH touched AS (SELECT id, doctor_id, starts_at, ends_at FROM old_rows), days AS (SELECT doctor_id, ((starts_at AT TIME ZONE 'UTC')::date - 1) AS first, ((ends_at AT TIME ZONE 'UTC')::date + 1) AS last\n        FROM touched)\n                SELECT doctor_id, min(first) AS first, max(last) AS last FROM days\n                GROUP BY doctor_id, (first - DATE '2000-01-03') / 7 ORDER BY doctor_id\n            LOOP\n                PERFORM scheduling_refresh_free_time(\n                    doctor_days.doctor_id, doctor_days.first, doctor_days.last\n                );\n            END LOOP;\n            RETURN NULL;\n        ", hash='ec84c54b1ed4673d9e828d29632e5474486bfda3', level='STATEMENT', operation='DELETE', pgid='pgtrigger_free_time_on_delete_f238a', referencing='REFERENCING OLD TABLE AS old_rows ', table='scheduling_timeoff', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workinghours',
            trigger=pgtrigger.compiler.Trigger(name='free_time_on_insert', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE doctor_days record;', func="\n    PERFORM 1 FROM facilities_facility\n    WHERE id IN (SELECT facility_id FROM (SELECT id, doctor_id, facility_id, weekday, weeks, starts_at, ends_at, valid_from,\n            valid_until\n        FROM new_rows) AS touched) ORDER BY id FOR SHARE;\n\n            FOR doctor_days IN\n                WITH touched AS (SELECT id, doctor_id, facility_id, weekday, weeks, starts_at, ends_at, valid_from,\n            valid_until\n        FROM new_rows), days AS (SELECT doctor_id, valid_from AS first, coalesce(valid_until, DATE '9999-12-31') AS last\n        FROM touched)\n                SELECT doctor_id, min(first) AS first, max(last) AS last FROM days\n                GROUP BY doctor_id, (first - DATE '2000-01-03') / 7 ORDER BY doctor_id\n            LOOP\n                PERFORM scheduling_refresh_free_time(\n                    doctor_days.doctor_id, doctor_days.first, doctor_days.last\n                );\n            END LOOP;\n            RETURN NULL;\n        ", hash='dd986e65dceb87f5d3013b0c1781b15523f781cd', level='STATEMENT', operation='INSERT', pgid='pgtrigger_free_time_on_insert_5607d', referencing='REFERENCING NEW TABLE AS new_rows ', table='scheduling_workinghours', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workinghours',
            trigger=pgtrigger.compiler.Trigger(name='free_time_on_update', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE doctor_days record;', func="\n    PERFORM 1 FROM facilities_facility\n    WHERE id IN (SELECT facility_id FROM ((SELECT id, doctor_id, facility_id, weekday, weeks, starts_at, ends_at, valid_from,\n            valid_until\n        FROM old_rows EXCEPT SELECT id, doctor_id, facility_id, weekday, weeks, starts_at, ends_at, valid_from,\n            valid_until\n        FROM new_rows) UNION ALL (SELECT id, doctor_id, facility_id, weekday, weeks, starts_at, ends_at, valid_from,\n            valid_until\n        FROM new_rows EXCEPT SELECT id, doctor_id, facility_id, weekday, weeks, starts_at, ends_at, valid_from,\n            valid_until\n        FROM old_rows)) AS touched) ORDER BY id FOR SHARE;\n\n            FOR doctor_days IN\n                WITH touched AS ((SELECT id, doctor_id, facility_id, weekday, weeks, starts_at, ends_at, valid_from,\n            valid_until\n        FROM old_rows EXCEPT SELECT id, doctor_id, facility_id, weekday, weeks, starts_at, ends_at, valid_from,\n            valid_until\n        FROM new_rows) UNION ALL (SELECT id, doctor_id, facility_id, weekday, weeks, starts_at, ends_at, valid_from,\n            valid_until\n        FROM new_rows EXCEPT SELECT id, doctor_id, facility_id, weekday, weeks, starts_at, ends_at, valid_from,\n            valid_until\n        FROM old_rows)), days AS (SELECT doctor_id, valid_from AS first, coalesce(valid_until, DATE '9999-12-31') AS last\n        FROM touched)\n                SELECT doctor_id, min(first) AS first, max(last) AS last FROM days\n                GROUP BY doctor_id, (first - DATE '2000-01-03') / 7 ORDER BY doctor_id\n            LOOP\n                PERFORM scheduling_refresh_free_time(\n                    doctor_days.doctor_id, doctor_days.first, doctor_days.last\n                );\n            END LOOP;\n            RETURN NULL;\n        ", hash='93a2760e99c2b7f9433a3e63bedc923b3a184139', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_free_time_on_update_190e0', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='scheduling_workinghours', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='workinghours',
            trigger=pgtrigger.compiler.Trigger(name='free_time_on_delete', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE doctor_days record;', func="\n    PERFORM 1 FROM facilities_facility\n    WHERE id IN (SELECT facility_id FROM (SELECT id, doctor_id, facility_id, weekday, weeks, starts_at, ends_at, valid_from,\n            valid_until\n        FROM old_rows) AS touched) ORDER BY id FOR SHARE;\n\n            FOR doctor_days IN\n                WITH touched AS (SELECT id, doctor_id, facility_id, weekday, weeks, starts_at, ends_at, valid_from,\n            valid_until\n        FROM old_rows), days AS (SELECT doctor_id, valid_from AS first, coalesce(valid_until, DATE '9999-12-31') AS last\n        FROM touched)\n                SELECT doctor_id, min(first) AS first, max(last) AS last FROM days\n                GROUP BY doctor_id, (first - DATE '2000-01-03') / 7 ORDER BY doctor_id\n            LOOP\n                PERFORM scheduling_refresh_free_time(\n                    doctor_days.doctor_id, doctor_days.first, doctor_days.last\n                );\n            END LOOP;\n            RETURN NULL;\n        ", hash='83a6972aa74620a74a0631418262391084fe4771', level='STATEMENT', operation='DELETE', pgid='pgtrigger_free_time_on_delete_29952', referencing='REFERENCING OLD TABLE AS old_rows ', table='scheduling_workinghours', when='AFTER')),
        ),
    ]
