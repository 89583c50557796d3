"""The statements behind the figures. Wall-clock times follow `facilities_zoneoffset`.

Each takes the values of `Scope.values`.
"""

# The offsets that a facility's clock has within the period.
CLOCK = """
clock AS MATERIALIZED (
    SELECT f.id AS facility_id, z.utc_offset,
        coalesce(z.since, '-infinity') AS since, coalesce(z.until, 'infinity') AS until
    FROM facilities_facility f
    JOIN facilities_zoneoffset z ON z.zone = f.timezone
    WHERE f.id = ANY(%(facilities)s)
        AND coalesce(z.since, '-infinity') < %(until)s AND coalesce(z.until, 'infinity') > %(since)s
)"""
# What was booked for some day of the period, whatever became of it. A hold is nobody's visit.
VISIT = """
visit AS (
    SELECT a.id, a.doctor_id, a.status, a.starts_at, a.ends_at, a.blocked_until,
        a.starts_at AT TIME ZONE 'UTC' + clock.utc_offset AS local_start
    FROM scheduling_appointment a
    JOIN clock ON clock.facility_id = a.facility_id
        AND a.starts_at >= clock.since AND a.starts_at < clock.until
    WHERE a.starts_at >= %(since)s AND a.starts_at < %(until)s
        AND a.facility_id = ANY(%(facilities)s)
        AND a.status NOT IN ('pending', 'entered-in-error')
        AND a.patient_id IS NOT NULL
        AND (%(doctors)s::bigint[] IS NULL OR a.doctor_id = ANY(%(doctors)s))
        AND a.starts_at AT TIME ZONE 'UTC' + clock.utc_offset >= %(first)s::date
        AND a.starts_at AT TIME ZONE 'UTC' + clock.utc_offset < %(last)s::date + 1
)"""
# Working hours of each day as instants. On a day of 23 or 25 hours `scheduling_instant` knows.
SHIFT = """
days AS (
    SELECT %(first)s::date + n AS day
    FROM generate_series(0, %(last)s::date - %(first)s::date) AS n
), offsets AS MATERIALIZED (
    SELECT zones.timezone, days.day, extract(isodow FROM days.day)::integer AS weekday,
        1 + (days.day - DATE '2000-01-03') / 7 %% 2 AS week, zone.utc_offset
    FROM (
        SELECT DISTINCT timezone FROM facilities_facility WHERE id = ANY(%(facilities)s)
    ) AS zones
    CROSS JOIN days
    LEFT JOIN facilities_zoneoffset zone ON zone.zone = zones.timezone
        AND coalesce(zone.since, '-infinity')
            <= (days.day::timestamp - zone.utc_offset) AT TIME ZONE 'UTC'
        AND coalesce(zone.until, 'infinity')
            >= ((days.day + 1)::timestamp - zone.utc_offset) AT TIME ZONE 'UTC'
), local_shift AS (
    SELECT h.doctor_id, h.facility_id, offsets.weekday, offsets.timezone, offsets.utc_offset,
        offsets.day + h.starts_at AS starts_at,
        CASE WHEN h.ends_at = TIME '00:00' THEN (offsets.day + 1)::timestamp
        ELSE offsets.day + h.ends_at END AS ends_at
    FROM scheduling_workinghours h
    JOIN facilities_facility f ON f.id = h.facility_id
    JOIN offsets ON offsets.timezone = f.timezone AND offsets.weekday = h.weekday
        AND offsets.day >= h.valid_from
        AND (h.valid_until IS NULL OR offsets.day <= h.valid_until)
        AND (h.weeks = 0 OR h.weeks = offsets.week)
    WHERE h.facility_id = ANY(%(facilities)s)
        AND (%(doctors)s::bigint[] IS NULL OR h.doctor_id = ANY(%(doctors)s))
), shift AS (
    SELECT doctor_id, facility_id, weekday,
        CASE WHEN utc_offset IS NULL THEN scheduling_instant(starts_at, timezone)
        ELSE (starts_at - utc_offset) AT TIME ZONE 'UTC' END AS starts_at,
        CASE WHEN utc_offset IS NULL THEN scheduling_instant(ends_at, timezone)
        ELSE (ends_at - utc_offset) AT TIME ZONE 'UTC' END AS ends_at
    FROM local_shift
)"""
# An absence is taken off once, whether the doctor is away, the facility closed, or both.
WORKED = """
away AS (
    SELECT doctor_id, range_agg(tstzrange(starts_at, ends_at)) AS times
    FROM scheduling_timeoff WHERE starts_at < %(until)s AND ends_at > %(since)s
    GROUP BY doctor_id
), closed AS (
    SELECT facility_id, range_agg(tstzrange(starts_at, ends_at)) AS times
    FROM scheduling_closure
    WHERE starts_at < %(until)s AND ends_at > %(since)s AND facility_id = ANY(%(facilities)s)
    GROUP BY facility_id
), worked AS (
    SELECT shift.doctor_id, shift.weekday,
        extract(epoch FROM sum(
            greatest(shift.ends_at - shift.starts_at, interval '0')
            - CASE WHEN away.times IS NULL AND closed.times IS NULL THEN interval '0' ELSE (
                SELECT coalesce(sum(upper(part) - lower(part)), interval '0')
                FROM unnest(
                    (coalesce(away.times, '{}') + coalesce(closed.times, '{}'))
                    * tstzmultirange(tstzrange(
                        shift.starts_at, greatest(shift.starts_at, shift.ends_at)
                    ))
                ) AS part
            ) END
        ))::float8 / 60 AS minutes
    FROM shift
    LEFT JOIN away USING (doctor_id)
    LEFT JOIN closed USING (facility_id)
    GROUP BY shift.doctor_id, shift.weekday
)"""
UTILISATION = f"""
WITH {CLOCK}, {VISIT}, {SHIFT}, {WORKED}, booked AS (
    SELECT doctor_id, extract(isodow FROM local_start)::integer AS weekday,
        extract(epoch FROM sum(blocked_until - starts_at))::float8 / 60 AS minutes
    FROM visit WHERE status IN ('booked', 'arrived', 'checked-in', 'fulfilled')
    GROUP BY 1, 2
)
SELECT d.id, d.name, weekday, coalesce(worked.minutes, 0), coalesce(booked.minutes, 0)
FROM worked FULL JOIN booked USING (doctor_id, weekday)
JOIN facilities_doctor d ON d.id = doctor_id
ORDER BY d.name, d.id, weekday
"""
NOSHOWS = f"""
WITH {CLOCK}, {VISIT}
SELECT date_trunc('week', local_start)::date AS week,
    count(*) FILTER (WHERE status = 'noshow'), count(*)
FROM visit WHERE status IN ('noshow', 'arrived', 'checked-in', 'fulfilled')
GROUP BY week ORDER BY week
"""
# A hold that was given up is no cancellation, even where the patient was known.
CANCELLATIONS = f"""
WITH {CLOCK}, {VISIT}, cancelled AS (
    SELECT visit.starts_at - event.at AS notice, event.from_status
    FROM visit
    LEFT JOIN LATERAL (
        SELECT e.at, e.from_status FROM scheduling_appointmentevent e
        WHERE e.appointment_id = visit.id AND e.to_status = 'cancelled'
        ORDER BY e.id DESC LIMIT 1
    ) AS event ON true
    WHERE visit.status = 'cancelled'
), noticed AS (
    SELECT CASE
        WHEN notice IS NULL THEN 'unknown'
        WHEN notice <= interval '0' THEN 'after'
        WHEN notice < interval '24 hours' THEN 'day'
        WHEN notice < interval '72 hours' THEN 'three'
        WHEN notice < interval '168 hours' THEN 'week'
        ELSE 'more' END AS notice
    FROM cancelled WHERE from_status IS DISTINCT FROM 'pending'
)
SELECT notice, count(*) FROM noticed GROUP BY notice
UNION ALL SELECT 'kept', count(*) FROM visit WHERE status <> 'cancelled'
"""
# A step counts unless it was taken back later.
WAITING = f"""
WITH {CLOCK}, {VISIT}, step AS (
    SELECT visit.id, visit.local_start,
        max(e.at) FILTER (WHERE e.kind = 'undone' AND e.from_status = 'arrived') AS not_arrived,
        max(e.at) FILTER (WHERE e.kind = 'undone' AND e.from_status = 'checked-in') AS not_in,
        max(e.at) FILTER (WHERE e.kind = 'status' AND e.to_status = 'arrived') AS arrived_at,
        max(e.at) FILTER (WHERE e.kind = 'status' AND e.to_status = 'checked-in') AS checked_in_at,
        max(e.at) FILTER (WHERE e.kind = 'status' AND e.to_status = 'fulfilled') AS done_at
    FROM visit
    JOIN scheduling_appointmentevent e ON e.appointment_id = visit.id
    WHERE visit.status = 'fulfilled' AND e.kind IN ('status', 'undone')
    GROUP BY visit.id, visit.local_start
), seen AS (
    SELECT extract(hour FROM local_start)::integer AS hour, done_at,
        CASE WHEN arrived_at > not_arrived IS NOT FALSE THEN arrived_at END AS arrived_at,
        CASE WHEN checked_in_at > not_in IS NOT FALSE THEN checked_in_at END AS checked_in_at
    FROM step
), taken AS (
    SELECT hour,
        (extract(epoch FROM checked_in_at - arrived_at) / 60)::float8 AS wait,
        (extract(epoch FROM done_at - checked_in_at) / 60)::float8 AS visit
    FROM seen
)
SELECT hour,
    count(wait), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY wait),
    count(visit), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY visit)
FROM taken
WHERE wait IS NOT NULL OR visit IS NOT NULL
GROUP BY GROUPING SETS ((hour), ()) ORDER BY hour NULLS LAST
"""
# The first full five minutes of free time, then each quarter of an hour of the clock, as
# `availability.starts` has it; openings of one doctor that do not overlap, as `openings` has them.
THIRD_NEXT = """
WITH held AS (
    SELECT doctor_id, range_agg(tstzrange(starts_at, blocked_until)) AS times
    FROM scheduling_appointment
    WHERE status = 'pending' AND hold_expires_at > %(now)s
    GROUP BY doctor_id
), doctor AS (
    SELECT DISTINCT d.id, d.name
    FROM facilities_doctor d
    JOIN facilities_doctor_facilities df ON df.doctor_id = d.id
    WHERE d.is_active AND df.facility_id = ANY(%(facilities)s)
        AND (%(doctors)s::bigint[] IS NULL OR d.id = ANY(%(doctors)s))
)
SELECT doctor.id, doctor.name, third.facility_id, third.starts_at
FROM doctor
LEFT JOIN LATERAL (
    SELECT stretch.facility_id, opening AS starts_at
    FROM (
        SELECT f.facility_id, first_start, upper(rest) AS ends_at,
            date_bin('15 minutes', first_start + %(needs)s + interval '899.999999 seconds',
                     TIMESTAMPTZ '2000-01-01 00:00Z') AS second_start
        FROM scheduling_freetime f
        JOIN facilities_doctor_facilities df
            ON df.doctor_id = f.doctor_id AND df.facility_id = f.facility_id
        LEFT JOIN held ON held.doctor_id = f.doctor_id
        CROSS JOIN LATERAL unnest(
            tstzmultirange(tstzrange(f.starts_at, f.ends_at)) - coalesce(held.times, '{}')
        ) AS rest
        CROSS JOIN LATERAL (
            SELECT date_bin('5 minutes',
                greatest(lower(rest), %(now)s) + interval '299.999999 seconds',
                TIMESTAMPTZ '2000-01-01 00:00Z') AS first_start
        ) AS at
        WHERE f.doctor_id = doctor.id AND f.facility_id = ANY(%(facilities)s)
            AND f.day >= %(yesterday)s AND f.minutes >= %(minutes)s
            AND upper(rest) > %(now)s AND first_start + %(needs)s <= upper(rest)
        ORDER BY f.day, lower(rest) LIMIT 3
    ) AS stretch
    CROSS JOIN LATERAL (
        SELECT stretch.first_start AS opening
        UNION ALL
        SELECT generate_series(second_start, stretch.ends_at - %(needs)s, %(needs)s)
    ) AS openings
    ORDER BY opening OFFSET 2 LIMIT 1
) AS third ON true
ORDER BY doctor.name, doctor.id
"""
