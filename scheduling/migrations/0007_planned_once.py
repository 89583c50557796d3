"""What every booking asks and does, as functions whose plans a connection makes once and keeps.

Making the plan of one of these took the server up to ten times as long as carrying it out.
"""

from django.db import migrations

ONE_PLAN = "plan_cache_mode = force_generic_plan"

LOCK = f"""
CREATE FUNCTION scheduling_lock(doctors bigint[], patients bigint[], rooms bigint[]) RETURNS void
LANGUAGE plpgsql SET {ONE_PLAN} AS $$
-- Doctors, then patients, then rooms, each by id: where all lock in one order, no two can wait for
-- each other.
BEGIN
    PERFORM FROM facilities_doctor WHERE id = ANY(doctors) ORDER BY id FOR NO KEY UPDATE;
    PERFORM FROM patients_patient WHERE id = ANY(patients) ORDER BY id FOR NO KEY UPDATE;
    PERFORM FROM facilities_room WHERE id = ANY(rooms) ORDER BY id FOR NO KEY UPDATE;
END $$;
"""

TAKEN = f"""
CREATE FUNCTION scheduling_taken(doctor bigint, patient bigint, since timestamptz, until timestamptz)
RETURNS text LANGUAGE plpgsql STABLE SET {ONE_PLAN} AS $$
-- The exclusion constraint that a booking in this period would break now; their indexes answer.
BEGIN
    IF EXISTS (
        SELECT FROM scheduling_appointment
        WHERE doctor_id = doctor AND overbook = 0::smallint
            AND tstzrange(starts_at, blocked_until, '[)') && tstzrange(since, until)
            AND status IN ('pending', 'booked', 'arrived', 'checked-in', 'fulfilled')
            AND (hold_expires_at IS NULL OR hold_expires_at > clock_timestamp())
    ) THEN
        RETURN 'appointment_doctor_free';
    END IF;
    IF EXISTS (
        SELECT FROM scheduling_appointment
        WHERE patient_id = patient
            AND tstzrange(starts_at, ends_at, '[)') && tstzrange(since, until)
            AND status IN ('pending', 'booked', 'arrived', 'checked-in', 'fulfilled')
            AND (hold_expires_at IS NULL OR hold_expires_at > clock_timestamp())
    ) THEN
        RETURN 'appointment_patient_free';
    END IF;
    RETURN NULL;
END $$;
"""

CALENDAR_COLUMNS = """
    kind text, id bigint, doctor_id bigint, away_from timestamptz, away_until timestamptz,
    reason varchar, weekday smallint, opens_at time, closes_at time, weeks smallint,
    valid_from date, valid_until date
"""

CALENDAR = f"""
CREATE FUNCTION scheduling_calendar(
    facility bigint, doctors bigint[], first date, last date, since timestamptz, until timestamptz
) RETURNS TABLE ({CALENDAR_COLUMNS}) LANGUAGE plpgsql STABLE SET {ONE_PLAN} AS $$
-- The doctors' hours at a facility on some days, their time off, and the facility's closures.
BEGIN
    RETURN QUERY
    SELECT 'hours', h.id, h.doctor_id, NULL::timestamptz, NULL::timestamptz, ''::varchar,
        h.weekday, h.starts_at, h.ends_at, h.weeks, h.valid_from, h.valid_until
    FROM scheduling_workinghours h
    JOIN facilities_doctor_facilities works USING (doctor_id, facility_id)
    WHERE h.doctor_id = ANY(doctors) AND h.facility_id = facility
        AND h.valid_from <= last AND (h.valid_until IS NULL OR h.valid_until >= first)
        AND (h.weekday - extract(isodow FROM first)::int + 7) % 7 <= last - first;
    RETURN QUERY
    SELECT 'time off', t.id, t.doctor_id, t.starts_at, t.ends_at, t.reason,
        NULL::smallint, NULL::time, NULL::time, NULL::smallint, NULL::date, NULL::date
    FROM scheduling_timeoff t
    WHERE t.doctor_id = ANY(doctors) AND t.starts_at < until AND t.ends_at > since
    ORDER BY t.starts_at;
    RETURN QUERY
    SELECT 'closure', c.id, NULL::bigint, c.starts_at, c.ends_at, c.reason,
        NULL::smallint, NULL::time, NULL::time, NULL::smallint, NULL::date, NULL::date
    FROM scheduling_closure c
    WHERE c.facility_id = facility AND c.starts_at < until AND c.ends_at > since
    ORDER BY c.starts_at;
END $$;
"""

LOCK_APPOINTMENT = f"""
CREATE FUNCTION scheduling_lock_appointment(which bigint, doctor bigint, patient bigint, room bigint)
RETURNS SETOF scheduling_appointment LANGUAGE plpgsql SET {ONE_PLAN} AS $$
-- The appointment as it stands, locked before what it occupies and what it is to occupy.
DECLARE
    own scheduling_appointment;
BEGIN
    SELECT * INTO own FROM scheduling_appointment WHERE id = which FOR NO KEY UPDATE;
    IF FOUND THEN
        PERFORM scheduling_lock(
            ARRAY[own.doctor_id, doctor], ARRAY[own.patient_id, patient], ARRAY[own.room_id, room]
        );
        RETURN NEXT own;
    END IF;
END $$;
"""

LOCK_FOR_BOOKING = f"""
CREATE FUNCTION scheduling_lock_for_booking(
    doctor bigint, patient bigint, room bigint,
    facility bigint, first date, last date, since timestamptz, until timestamptz
) RETURNS TABLE ({CALENDAR_COLUMNS}) LANGUAGE plpgsql SET {ONE_PLAN} AS $$
-- Locks, and only then asks when the doctor is there: a statement of a volatile function sees what
-- has been committed before it, by whoever had the locks.
BEGIN
    PERFORM scheduling_lock(ARRAY[doctor], ARRAY[patient], ARRAY[room]);
    RETURN QUERY
    SELECT * FROM scheduling_calendar(facility, ARRAY[doctor], first, last, since, until);
END $$;
"""

REFRESH = "ALTER FUNCTION scheduling_refresh_free_time(bigint, date, date)"


def dropped(name, arguments):
    return f"DROP FUNCTION {name}({arguments})"


class Migration(migrations.Migration):

    dependencies = [
        ("scheduling", "0006_waitlist"),
    ]

    operations = [
        migrations.RunSQL(LOCK, dropped("scheduling_lock", "bigint[], bigint[], bigint[]")),
        migrations.RunSQL(TAKEN, dropped("scheduling_taken", "bigint, bigint, timestamptz, timestamptz")),
        migrations.RunSQL(
            CALENDAR,
            dropped("scheduling_calendar", "bigint, bigint[], date, date, timestamptz, timestamptz"),
        ),
        migrations.RunSQL(
            LOCK_APPOINTMENT,
            dropped("scheduling_lock_appointment", "bigint, bigint, bigint, bigint"),
        ),
        migrations.RunSQL(
            LOCK_FOR_BOOKING,
            dropped(
                "scheduling_lock_for_booking",
                "bigint, bigint, bigint, bigint, date, date, timestamptz, timestamptz",
            ),
        ),
        migrations.RunSQL(f"{REFRESH} SET {ONE_PLAN}", f"{REFRESH} RESET plan_cache_mode"),
    ]
