"""Writes a network into an empty database, in one transaction."""

from collections.abc import Callable
from datetime import date

from django.db.backends.utils import CursorWrapper

from bench import visits
from bench.loading import (
    copy_lines,
    copy_rows,
    go_on_counting,
    rebuild_derived,
    without_indexes,
    without_triggers,
)
from bench.places import draw
from bench.plan import Plan
from bench.rows import patient_rows, place_rows, time_rows

APPOINTMENTS, EVENTS = "scheduling_appointment", "scheduling_appointmentevent"
AT_REST = ("scheduling_workinghours", "scheduling_timeoff", "scheduling_closure", APPOINTMENTS)
WITH_OWN_IDS = (
    *("facilities_facility", "facilities_caretype", "facilities_room", "facilities_doctor"),
    *("patients_patient", "scheduling_appointmenttype"),
)

# The events of a booking; those of history are left out, since nothing measured here reads them.
BOOKED = f"""
    INSERT INTO {EVENTS} (appointment_id, kind, at, reason, from_status, to_status, from_starts_at,
        to_starts_at, from_ends_at, to_ends_at, from_doctor_id, to_doctor_id, from_room_id,
        to_room_id)
    SELECT id, 'booked', created_at, '', '', status, starts_at, starts_at, ends_at, ends_at,
        doctor_id, doctor_id, room_id, room_id
    FROM {APPOINTMENTS} WHERE status = 'booked'
"""


def write(cursor: CursorWrapper, plan: Plan, today: date, say: Callable[[str], None]) -> None:
    """Write the network that `plan` describes, as seen on `today`; `say` hears each step's name.

    The tables must be empty, and the transaction is the caller's.
    """
    network = draw(plan, today)
    with without_triggers(cursor, *AT_REST):
        say("places and people")
        everything = (*place_rows(network), *time_rows(network, today))
        for table in (*everything, patient_rows(plan, network, today)):
            copy_rows(cursor, *table)
        go_on_counting(cursor, *WITH_OWN_IDS)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with without_indexes(cursor, APPOINTMENTS):
            say("appointments")
            drawn = visits.lines(plan, network, today)
            copy_lines(cursor, APPOINTMENTS, visits.COLUMNS, drawn)
            say("indexes and constraints of appointments")
        with without_indexes(cursor, EVENTS):
            say("events")
            cursor.execute(BOOKED)
        say("derived tables")
        rebuild_derived(cursor)
