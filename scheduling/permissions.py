"""Who may take which step of a visit, or take it back: the permission that each step needs."""

from datetime import datetime

from django.core.exceptions import PermissionDenied

from accounts.models import User
from scheduling import rules
from scheduling.models import Appointment, AppointmentEvent
from scheduling.status import Status

STEP = {
    Status.ARRIVED: "scheduling.arrive_appointment",
    Status.CHECKED_IN: "scheduling.arrive_appointment",
    Status.FULFILLED: "scheduling.fulfil_appointment",
    Status.NOSHOW: "scheduling.noshow_appointment",
    Status.CANCELLED: "scheduling.cancel_appointment",
    Status.BOOKED: "scheduling.book_appointment",
    # Nobody but an administrator changes an appointment past its steps.
    Status.ENTERED_IN_ERROR: "scheduling.change_appointment",
}


def to_undo(event: AppointmentEvent) -> str:
    """Return the permission that the change itself needs: who may do it may take it back."""
    if event.kind == AppointmentEvent.Kind.MOVED:
        return "scheduling.reschedule_appointment"
    return STEP[Status(event.to_status)]


def undo(appointment: Appointment, *, by: User, version: int | None = None) -> None:
    """Take the last change back for who may make such a change; raise PermissionDenied for others.

    Raises ValidationError as `Appointment.undo()` does.
    """

    def judge(event: AppointmentEvent) -> None:
        if not by.has_perm(to_undo(event)):
            raise PermissionDenied

    appointment.undo(by=by, version=version, judge=judge)


def may_move(user: User, appointment: Appointment) -> bool:
    """Say whether the visit can be moved now, by a patient only before they have arrived."""
    return appointment.is_movable and not rules.is_with_the_desk(appointment, user)


def steps_of(user: User, appointment: Appointment, now: datetime) -> list[Status]:
    """Return the steps that this person may take at `now`, in the order of a visit."""
    if appointment.is_held_by_other(user) and not user.is_admin:
        return []
    open_now = rules.open_steps(appointment, now)
    if not appointment.holds_time_at(now):
        open_now -= {Status.BOOKED}
    if rules.is_with_the_desk(appointment, user):
        open_now -= {Status.CANCELLED}
    return [step for step in Status if step in open_now and user.has_perm(STEP[step])]
