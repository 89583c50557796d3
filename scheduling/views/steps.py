"""The steps of a visit that the desk offers as buttons."""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from scheduling import permissions, rules
from scheduling.models import Appointment
from scheduling.status import Status

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class Step(NamedTuple):
    status: Status
    label: "StrPromise"
    url_name: str
    key: str


STEPS = (
    Step(Status.ARRIVED, _("Arrived"), "scheduling:arrive", "a"),
    Step(Status.CHECKED_IN, _("Check in"), "scheduling:check-in", "i"),
    Step(Status.FULFILLED, _("Done"), "scheduling:fulfil", "d"),
    Step(Status.NOSHOW, _("No-show"), "scheduling:noshow", "n"),
)


def offered(appointment: Appointment, user: User, now: datetime) -> list[Step]:
    """Return the steps to show, most likely first."""
    open_now = rules.open_steps(appointment, now)
    return [
        step
        for step in STEPS
        if step.status in open_now and user.has_perm(permissions.STEP[step.status])
    ]
