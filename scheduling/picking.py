"""An appointment that is picked up: the board then offers the places where it can be put down.

A place is a start at which the whole visit fits. The version that was picked up belongs to it: once
the appointment has changed, by whomever, it is picked up no longer.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from accounts.models import User
from facilities.models import Doctor, Facility, Room
from scheduling.availability import Period
from scheduling.board import ROW, Board, Column, Item, rows_between
from scheduling.models import Appointment
from scheduling.openings import Slot, free_starts
from scheduling.status import Status
from scheduling.wanted import Wanted

# How many rows a place takes; fewer where the next one begins before.
PLACE_ROWS = 3


@dataclass(frozen=True)
class Pickup:
    """An appointment and the version of it that somebody picked up."""

    appointment: Appointment
    version: int

    @property
    def is_over(self) -> bool:
        return self.version != self.appointment.version or not self.appointment.is_movable

    @property
    def carried(self) -> str:
        """Return what every address on the board carries along."""
        return f"&moving={self.appointment.pk}&version={self.version}"


def pickup(user: User, pk: int | None, version: int | None, facility: Facility) -> Pickup | None:
    """Return what an address names as picked up, if this person may move it at this facility.

    Without a version it is the appointment as it stands.
    """
    if pk is None or not user.has_perm("scheduling.reschedule_appointment"):
        return None
    appointments = Appointment.objects.visible_to(user).exclude(status=Status.PENDING)
    related = ("patient", "doctor", "facility", "room", "type")
    found = appointments.filter(pk=pk, facility=facility).select_related(*related).first()
    return Pickup(found, found.version if version is None else version) if found else None


def places(
    appointment: Appointment,
    day: date,
    doctors: list[Doctor],
    now: datetime,
    room: Room | None = None,
) -> list[Slot]:
    """Return the times of a day that an appointment could move to; its own is none of them.

    Unless it is to have another `room` than its own.
    """
    changes_room = room is not None and room != appointment.room
    wanted = Wanted(
        first=day,
        last=day,
        duration=appointment.duration,
        buffer=appointment.blocked_until - appointment.ends_at,
        type=appointment.type,
        doctors=doctors,
        facilities=[appointment.facility],
        patient=appointment.patient,
        room=room or appointment.room,
        moving=appointment,
    )
    own = (appointment.doctor, appointment.starts_at)
    slots = free_starts(wanted, now=now)
    return [slot for slot in slots if changes_room or (slot.doctor, slot.starts_at) != own]


def with_places(board: Board, appointment: Appointment, now: datetime) -> Board:
    """Return the board with the places for an appointment in place of free time.

    Where the appointment stands now, its outline does.
    """
    doctors = [column.doctor for column in board.columns]
    starts: dict[int, list[datetime]] = {doctor.pk: [] for doctor in doctors}
    for slot in places(appointment, board.day, doctors, now):
        starts[slot.doctor.pk].append(slot.starts_at)
    columns = [
        _with_places(column, board, starts[column.doctor.pk], appointment)
        for column in board.columns
    ]
    return replace(board, columns=columns)


def _with_places(
    column: Column, board: Board, starts: list[datetime], appointment: Appointment
) -> Column:
    kept = [item for item in column.items if item.kind != "free"]
    at = Period(appointment.starts_at, appointment.ends_at)
    is_here = column.doctor == appointment.doctor
    if is_here and board.period.starts_at <= at.starts_at < board.period.ends_at:
        kept.append(_item("moving", at, board, appointment))
    for start, following in zip(starts, [*starts[1:], None], strict=False):
        latest = start + PLACE_ROWS * ROW
        until = min(latest, following) if following else latest
        kept.append(_item("place", Period(start, until), board))
    return replace(column, items=sorted(kept, key=lambda item: (item.row, item.lane)))


def _item(kind: str, at: Period, board: Board, appointment: Appointment | None = None) -> Item:
    """Return what stands on the board for a period, within the rows that are shown."""
    ends_at = min(at.ends_at, board.period.ends_at)
    row, last = (rows_between(board.period.starts_at, edge) for edge in (at.starts_at, ends_at))
    return Item(kind, *at, board.facility.tz, row, max(last - row, 1), appointment)
