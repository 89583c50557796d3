"""The steps of a visit that the desk offers as buttons."""

from datetime import datetime
from typing import NamedTuple

from accounts.models import User
from scheduling import permissions, rules
from scheduling.models import Appointment
from scheduling.status import Status


class Step(NamedTuple):
    status: Status
    label: str
    url_name: str
    key: str


STEPS = (
    Step(Status.ARRIVED, "Arrived", "scheduling:arrive", "a"),
    Step(Status.CHECKED_IN, "Check in", "scheduling:check-in", "i"),
    Step(Status.FULFILLED, "Done", "scheduling:fulfil", "d"),
    Step(Status.NOSHOW, "No-show", "scheduling:noshow", "n"),
)


def offered(appointment: Appointment, user: User, now: datetime) -> list[Step]:
    """Return the steps to show, most likely first."""
    open_now = rules.open_steps(appointment, now)
    return [
        step
        for step in STEPS
        if step.status in open_now and user.has_perm(permissions.STEP[step.status])
    ]
