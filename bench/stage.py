"""What the clients of `bench.contention` race for: a facility of their own in the large network.

Beside it stands the floor: a bare table with the columns and the exclusion constraints of the
appointments' table, without any other index, key, check or trigger, and empty: nothing that keeps
double bookings out can be faster.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone

from facilities.models import Doctor, Facility
from patients.models import Patient
from scheduling.models import WorkingHours

NAME = "Contention"
DOCTORS, CLIENTS, PATIENTS_EACH = 40, 64, 8
SLOTS, SLOT = 64, timedelta(minutes=15)
OPENS, CLOSES = time(6), time(22)
ZONE = "America/Chicago"
DAYS_AHEAD = 100  # past everything that the network has booked
APPOINTMENTS, FLOOR = "scheduling_appointment", "bench_floor"

HERE = f"(SELECT id FROM facilities_facility WHERE name = '{NAME}')"
CLEAR = f"""
    DELETE FROM scheduling_appointmentevent WHERE appointment_id IN
        (SELECT id FROM {APPOINTMENTS} WHERE facility_id IN {HERE});
    DELETE FROM {APPOINTMENTS} WHERE facility_id IN {HERE};
    DELETE FROM patients_patient WHERE facility_id IN {HERE};
"""
BUILD_FLOOR = f"""
    CREATE TABLE {FLOOR} (LIKE {APPOINTMENTS} INCLUDING DEFAULTS INCLUDING IDENTITY)
"""
EXCLUSIONS = f"""
    SELECT pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = '{APPOINTMENTS}'::regclass AND contype = 'x'
"""
OVERLAPS = """
    SELECT count(*) FROM {table} a JOIN {table} b
    ON a.id < b.id AND (a.doctor_id = b.doctor_id AND a.overbook = b.overbook
                        OR a.patient_id = b.patient_id)
    AND tstzrange(a.starts_at, a.blocked_until) && tstzrange(b.starts_at, b.blocked_until)
    WHERE a.facility_id IN {here} AND b.facility_id IN {here}
    AND a.status = 'booked' AND b.status = 'booked'
"""
FREE = """
    UPDATE {table} SET status = 'cancelled', cancel_reason = 'The race is over'
    WHERE facility_id IN {here} AND status = 'booked'
"""


def build() -> None:
    """Make the stage, in place of what a broken-off race left."""
    remove()
    _build_floor()
    with transaction.atomic():
        facility = Facility.objects.create(name=NAME, timezone=ZONE, capacity=10_000)
        doctors = [
            Doctor.objects.create(name=f"Dr. Racer {number:02}", specialization="Family medicine")
            for number in range(DOCTORS)
        ]
        facility.doctors.set(doctors)
        WorkingHours.objects.bulk_create(
            WorkingHours(
                doctor=doctor,
                facility=facility,
                weekday=weekday,
                starts_at=OPENS,
                ends_at=CLOSES,
                valid_from=date(2020, 1, 1),
            )
            for doctor in doctors
            for weekday in range(1, 8)
        )
        Patient.objects.bulk_create(
            Patient(
                given_name=f"Runner {number}",
                family_name="Racer",
                date_of_birth=date(1980, 1, 1),
                facility=facility,
            )
            for number in range(CLIENTS * PATIENTS_EACH)
        )


def _build_floor() -> None:
    with connection.cursor() as cursor:
        cursor.execute(EXCLUSIONS)
        exclusions = [definition for (definition,) in cursor.fetchall()]
        cursor.execute(BUILD_FLOOR)
        for definition in exclusions:
            cursor.execute(f"ALTER TABLE {FLOOR} ADD {definition}")


def remove() -> None:
    """Take the stage down."""
    with connection.cursor() as cursor:
        cursor.execute(CLEAR)
        cursor.execute(f"DROP TABLE IF EXISTS {FLOOR}")
    Doctor.objects.filter(facilities__name=NAME).delete()
    Facility.objects.filter(name=NAME).delete()


def slots() -> list[datetime]:
    """Return the 64 starts of one day, a quarter of an hour apart."""
    zone = ZoneInfo(ZONE)
    day = timezone.now().astimezone(zone).date() + timedelta(days=DAYS_AHEAD)
    first = datetime.combine(day, OPENS, zone)
    return [first + number * SLOT for number in range(SLOTS)]


def overlaps(table: str) -> int:
    """Count the pairs of booked rows that share a doctor or a patient and a minute."""
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS.format(table=table, here=HERE))
        return int(cursor.fetchone()[0])


def free(table: str) -> None:
    """Give every slot that is still taken away again."""
    with connection.cursor() as cursor:
        cursor.execute(FREE.format(table=table, here=HERE))


def deadlocks() -> int:
    """Return how often the server has broken a deadlock in this database, retried ones too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
