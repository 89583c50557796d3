"""The steps of a visit that the desk offers as buttons, and who may press or take back which."""

from datetime import datetime
from typing import NamedTuple

from accounts.models import User
from scheduling import rules
from scheduling.models import Appointment, AppointmentEvent
from scheduling.status import Status


class Step(NamedTuple):
    status: Status
    label: str
    url_name: str
    permission: str


STEPS = (
    Step(Status.ARRIVED, "Arrived", "scheduling:arrive", "scheduling.arrive_appointment"),
    Step(Status.CHECKED_IN, "Check in", "scheduling:check-in", "scheduling.arrive_appointment"),
    Step(Status.FULFILLED, "Done", "scheduling:fulfil", "scheduling.fulfil_appointment"),
    Step(Status.NOSHOW, "No-show", "scheduling:noshow", "scheduling.noshow_appointment"),
)
_PERMISSION = {step.status: step.permission for step in STEPS} | {
    Status.CANCELLED: "scheduling.cancel_appointment",
    Status.BOOKED: "scheduling.book_appointment",
}


def offered(appointment: Appointment, user: User, now: datetime) -> list[Step]:
    """Return the steps to show, most likely first."""
    open_now = rules.open_steps(appointment, now)
    return [step for step in STEPS if step.status in open_now and user.has_perm(step.permission)]


def permission_to_undo(event: AppointmentEvent) -> str:
    """Return the permission that the change itself needs: who may do it may take it back."""
    if event.kind == AppointmentEvent.Kind.MOVED:
        return "scheduling.reschedule_appointment"
    return _PERMISSION.get(Status(event.to_status), "scheduling.cancel_appointment")
