"""What could not be had, as an appointment, so that others like it can be looked for."""

from datetime import datetime, timedelta
from typing import Any

from facilities.models import Doctor, Room
from scheduling.availability import DEFAULT_DURATION
from scheduling.models import Appointment
from scheduling.querysets import Visit

# Refusals that another time would not meet.
ANOTHER_TIME_HELPS = frozenset(
    {
        *("doctor_busy", "patient_busy", "room_busy", "hold_lost"),
        *("outside_hours", "doctor_away", "facility_closed", "in_the_past"),
        *("too_soon", "too_far_ahead"),
    }
)


def unbooked(visit: Visit) -> Appointment:
    """Return the appointment that could not be booked."""
    kind = visit.get("type")
    length = kind.duration if kind else DEFAULT_DURATION
    ends_at = visit.get("ends_at") or visit["starts_at"] + length
    return Appointment(
        patient=visit.get("patient"),
        doctor=visit["doctor"],
        facility=visit["facility"],
        room=visit.get("room"),
        type=kind,
        starts_at=visit["starts_at"],
        ends_at=ends_at,
        blocked_until=ends_at + (kind.buffer if kind else timedelta()),
    )


def unconfirmed(hold: Appointment, said: dict[str, Any]) -> Appointment:
    """Return the appointment that a hold could not become."""
    same_type = said.get("type", hold.type) == hold.type
    return unbooked(
        Visit(
            patient=said.get("patient") or hold.patient,
            doctor=hold.doctor,
            facility=hold.facility,
            room=said.get("room") or hold.room,
            type=said.get("type", hold.type),
            starts_at=hold.starts_at,
            ends_at=said.get("ends_at") or (hold.ends_at if same_type else None),
            by=None,
        )
    )


def unmoved(
    appointment: Appointment, starts_at: datetime, doctor: Doctor | None, room: Room | None
) -> Appointment:
    """Return an appointment as it could not be moved."""
    shift = starts_at - appointment.starts_at
    return Appointment(
        patient=appointment.patient,
        doctor=doctor or appointment.doctor,
        facility=appointment.facility,
        room=room or appointment.room,
        type=appointment.type,
        starts_at=starts_at,
        ends_at=appointment.ends_at + shift,
        blocked_until=appointment.blocked_until + shift,
    )
