"""What is free nearest to a time that could not be had."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from scheduling.agenda import doctors_of
from scheduling.availability import Period
from scheduling.calendars import local
from scheduling.models import Appointment
from scheduling.openings import Slot, free_starts
from scheduling.wanted import Wanted

WITHIN = timedelta(days=14)
ANOTHER_DOCTOR_COSTS = timedelta(hours=2)


def alternatives(
    lost: Appointment,
    *,
    now: datetime,
    count: int = 4,
    within: timedelta = WITHIN,
    moving: Appointment | None = None,
    taken: Sequence[Period] = (),
    starting: Period | None = None,
) -> list[Slot]:
    """Return the free slots nearest to a time that could not be had, best first.

    The same doctor is preferred to another of the same specialization by two hours. What is
    `taken`, as by the rest of a series, is left out, where the visit that is `moving` is already,
    and what does not start in the period `starting`, if one is given.
    """
    facility = lost.facility
    wanted_at = max(lost.starts_at, now)
    first = local(max(wanted_at - timedelta(days=1), now), facility).date()
    slots = free_starts(
        Wanted(
            first=first,
            last=first + within,
            duration=lost.duration,
            buffer=lost.blocked_until - lost.ends_at,
            type=lost.type,
            doctors=[
                doctor
                for doctor in doctors_of(facility)
                if doctor.specialization == lost.doctor.specialization or doctor == lost.doctor
            ],
            facilities=[facility],
            patient=lost.patient,
            room=lost.room,
            moving=moving,
            taken=tuple(taken),
            starting=starting,
        ),
        now=now,
    )

    if moving and lost.room == moving.room:
        slots = [slot for slot in slots if not _is_where_it_is(slot, moving)]

    def cost(slot: Slot) -> timedelta:
        other = ANOTHER_DOCTOR_COSTS if slot.doctor != lost.doctor else timedelta()
        return abs(slot.starts_at - wanted_at) + other

    return _apart(sorted(slots, key=cost), count)


def _is_where_it_is(slot: Slot, moving: Appointment) -> bool:
    return (slot.doctor, slot.starts_at) == (moving.doctor, moving.starts_at)


def _apart(slots: list[Slot], count: int) -> list[Slot]:
    """Keep the first `count` slots that do not overlap one kept before with the same doctor."""
    kept: list[Slot] = []
    for slot in slots:
        if len(kept) == count:
            break
        if not any(
            slot.doctor == other.doctor
            and slot.starts_at < other.ends_at
            and slot.ends_at > other.starts_at
            for other in kept
        ):
            kept.append(slot)
    return kept
