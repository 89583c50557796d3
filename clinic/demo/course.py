"""The course that an appointment of the demo clinic takes up to now."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from accounts.models import User
from facilities.models import Facility
from scheduling.models import Appointment, AppointmentEvent
from scheduling.status import Status

CANCEL_REASONS = ("Patient is ill", "Patient found another time", "No transport", "Work conflict")
WAYS: dict[Status, tuple[Status, ...]] = {
    Status.BOOKED: (),
    Status.ARRIVED: (Status.ARRIVED,),
    Status.CHECKED_IN: (Status.ARRIVED, Status.CHECKED_IN),
    Status.FULFILLED: (Status.ARRIVED, Status.CHECKED_IN, Status.FULFILLED),
    Status.NOSHOW: (Status.NOSHOW,),
    Status.CANCELLED: (Status.CANCELLED,),
}
MINUTE = timedelta(minutes=1)


class Visit(NamedTuple):
    appointment: Appointment
    events: list[AppointmentEvent]


@dataclass(frozen=True)
class Staff:
    """Who does what; where reception and nurse do not work, the administrator does it."""

    admin: User
    reception: User
    doctor: User
    nurse: User

    def at(self, facility: Facility) -> "Staff":
        here = {user.pk for user in facility.staff.all()}
        desk = self.reception if self.reception.pk in here else self.admin
        nurse = self.nurse if self.nurse.pk in here else self.admin
        return Staff(self.admin, desk, self.doctor, nurse)

    def who(self, status: Status, appointment: Appointment) -> User:
        if status == Status.CHECKED_IN:
            return self.nurse
        own = appointment.doctor.user_id == self.doctor.pk
        return self.doctor if status == Status.FULFILLED and own else self.reception


def run(
    appointment: Appointment,
    rng: random.Random,
    *,
    now: datetime,
    is_today: bool,
    is_cancelled: bool,
    staff: Staff,
) -> Visit:
    """Give the appointment the status it has at `now`, and the events that led there."""
    status = Status.CANCELLED if is_cancelled else status_at(appointment, rng, now, is_today)
    at = min(appointment.starts_at, now) - timedelta(hours=rng.randint(20, 400))
    events = [_event(appointment, AppointmentEvent.Kind.BOOKED, "", Status.BOOKED, at)]
    before = Status.BOOKED
    for step in WAYS[status]:
        at = min(now, max(at + MINUTE, appointment.starts_at + _delay(step, appointment, rng)))
        if step == Status.CANCELLED:
            # Mostly late, now and then soon after the booking.
            latest = min(now, appointment.starts_at)
            at = latest - (latest - events[0].at) * rng.betavariate(1, 4)
        events.append(_event(appointment, AppointmentEvent.Kind.STATUS, before, step, at))
        before = step
    for event in events:
        event.by = staff.who(Status(event.to_status), appointment)
    if is_cancelled:
        appointment.cancel_reason = events[-1].reason = rng.choice(CANCEL_REASONS)
    appointment.status, appointment.version = status, len(events)
    appointment.created_by = events[0].by
    return Visit(appointment, events)


def status_at(
    appointment: Appointment, rng: random.Random, now: datetime, is_today: bool
) -> Status:
    """Return how far a kept appointment has come: some patients are late, some never come."""
    chance = rng.random()
    if appointment.ends_at <= now:
        if is_today and now - appointment.ends_at < 20 * MINUTE and chance < 0.5:
            return Status.CHECKED_IN
        return Status.NOSHOW if chance > (0.97 if is_today else 0.94) else Status.FULFILLED
    if appointment.starts_at <= now:
        return Status.CHECKED_IN if chance < 0.8 else Status.ARRIVED
    if appointment.starts_at - now <= 25 * MINUTE and chance < 0.6:
        return Status.ARRIVED
    return Status.BOOKED


def _delay(step: Status, appointment: Appointment, rng: random.Random) -> timedelta:
    """Return how long after its start the step is taken."""
    if step == Status.ARRIVED:
        return -rng.randint(3, 14) * MINUTE
    if step == Status.CHECKED_IN:
        # Whoever comes late in the morning or in the afternoon pays for the delays before.
        late = (appointment.starts_at.hour * 60 + appointment.starts_at.minute) % 300 // 60
        return (rng.randint(-2, 4) + late * rng.choice((0, 0, 1, 2, 5))) * MINUTE
    if step == Status.FULFILLED:
        return appointment.duration + rng.randint(-3, 22) * MINUTE
    return rng.randint(15, 25) * MINUTE


def _event(
    appointment: Appointment, kind: str, before: str, after: Status, at: datetime
) -> AppointmentEvent:
    return AppointmentEvent(
        appointment=appointment,
        kind=kind,
        at=at,
        from_status=before,
        to_status=after,
        from_starts_at=appointment.starts_at,
        to_starts_at=appointment.starts_at,
        from_ends_at=appointment.ends_at,
        to_ends_at=appointment.ends_at,
        from_doctor=appointment.doctor,
        to_doctor=appointment.doctor,
        from_room=appointment.room,
        to_room=appointment.room,
    )
