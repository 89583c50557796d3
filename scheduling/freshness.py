"""Whether what a page of the desk shows is still so, asked in one statement.

A page that refreshes itself asks every few seconds, and nearly always nothing has changed. So the
database reads all that a board is drawn from, and answers with a digest alone. A digest misses
nothing that a greatest `updated_at` would miss: a hold that runs out, a row that is deleted, hours
that end.
"""

from datetime import date, datetime, timedelta

from django.db.models import CharField
from django.db.models.expressions import RawSQL

from accounts.models import User
from facilities.models import Facility

# The outer query is on the facility. What is booked elsewhere with its doctors counts too: a board
# shows that they are not free.
_DIGEST = """(
    WITH period AS MATERIALIZED (
        SELECT
            scheduling_instant(%s::date::timestamp, facilities_facility.timezone) AS since,
            scheduling_instant(%s::date::timestamp, facilities_facility.timezone) AS until
    ),
    doctor AS MATERIALIZED (
        SELECT d.id, d.is_active, d.updated_at FROM facilities_doctor d WHERE d.id IN (
            SELECT works.doctor_id FROM facilities_doctor_facilities works
            WHERE works.facility_id = facilities_facility.id
            UNION ALL
            SELECT here.doctor_id FROM scheduling_appointment here, period
            WHERE here.facility_id = facilities_facility.id AND here.starts_at < period.until
                AND here.starts_at > period.since - interval '24 hours'
        )
    ),
    visit AS (
        SELECT a.id, a.version, a.status, a.updated_at, a.hold_expires_at > %s AS is_held,
            patient.updated_at AS known, kind.name, kind.colour
        FROM scheduling_appointment a
        CROSS JOIN period
        LEFT JOIN patients_patient patient ON patient.id = a.patient_id
        LEFT JOIN scheduling_appointmenttype kind ON kind.id = a.type_id
        WHERE a.starts_at < period.until AND a.starts_at > period.since - interval '24 hours'
            AND a.blocked_until > period.since
            AND (a.facility_id = facilities_facility.id OR a.doctor_id IN (SELECT id FROM doctor))
    ),
    calendar AS (
        SELECT found.* FROM period, scheduling_calendar(
            facilities_facility.id, ARRAY(SELECT id FROM doctor),
            %s::date, %s::date, period.since, period.until
        ) AS found
    )
    SELECT md5(concat_ws('|',
        facilities_facility.updated_at,
        (SELECT string_agg(doctor::text, ';' ORDER BY doctor.id) FROM doctor),
        (SELECT string_agg(visit::text, ';' ORDER BY visit.id) FROM visit),
        (SELECT string_agg(calendar::text, ';' ORDER BY calendar::text) FROM calendar)
    ))
)"""


def state_of(user: User, facility_id: int, first: date, last: date, *, now: datetime) -> str | None:
    """Return a digest of what this person is shown of a facility on some local days.

    It differs as soon as anything does. None stands for a facility that this person does not see.
    """
    values = (first, last + timedelta(days=1), now, first, last)
    digest = RawSQL(_DIGEST, values, output_field=CharField())  # nosec B611 # noqa: S611 - no text but _DIGEST
    facilities = Facility.objects.visible_to(user).active().filter(pk=facility_id)
    return facilities.values_list(digest, flat=True).first()
