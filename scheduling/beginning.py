"""What a clinic still needs before its first appointment, step by step.

Asked only while nothing has ever been booked: see `steps`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from accounts.models import User
from facilities.models import Facility
from scheduling.board import VISITS, Board
from scheduling.models import Appointment, AppointmentType, WorkingHours

ADMINS_NAMED = 3


@dataclass(frozen=True)
class Step:
    """One line of the list: what is there already, and where this person goes on, if they may."""

    name: str
    there: str
    is_done: bool
    address: str
    is_needed: bool = True


def is_beginning(user: User, board: Board) -> bool:
    """Say whether nothing has been booked yet where this person works.

    No query unless the board is empty, and then one that stops at the first appointment.
    """
    if any(item.kind in VISITS for column in board.columns for item in column.items):
        return False
    return not Appointment.objects.at_facilities_of(user).exists()


def steps(user: User, facility: Facility | None) -> list[Step]:
    """Return the steps to a first appointment at a facility, or to a first facility."""
    added = "admin:facilities_facility_add" if facility is None else ""
    name = gettext("Facility")
    first = Step(name, str(facility or ""), facility is not None, open_to(user, added))
    return [first, *(make(user, facility) for make in OTHERS)] if facility else [first]


def open_to(user: User, name: str, *args: Any) -> str:
    """Return the address of a page of the admin, for who may use it."""
    return reverse(name, args=args) if name and user.is_admin else ""


def doctors(user: User, facility: Facility) -> Step:
    n = facility.doctors.active().count()
    there = ngettext("%(n)d doctor works here.", "%(n)d doctors work here.", n) % {"n": n}
    address = open_to(user, "admin:facilities_doctor_add")
    return Step(gettext("Doctors"), there if n else "", n > 0, address)


def hours(user: User, facility: Facility) -> Step:
    active = facility.doctors.active()
    have = WorkingHours.objects.filter(facility=facility).values("doctor")
    n = active.filter(pk__in=have).count()
    there = ngettext("%(n)d doctor has hours here.", "%(n)d doctors have hours here.", n)
    lacking = active.filter(~Q(pk__in=have)).order_by("name").first() or active.first()
    may = lacking is not None and (user.is_admin or lacking.user_id == user.pk)
    address = reverse("scheduling:add-hours", args=[lacking.pk]) if lacking and may else ""
    return Step(gettext("Working hours"), there % {"n": n} if n else "", n > 0, address)


def types(user: User, facility: Facility) -> Step:
    n = AppointmentType.objects.count()
    there = ngettext("There is %(n)d type.", "There are %(n)d types.", n) % {"n": n}
    if not n:
        there = gettext("Not needed: without one a visit takes 30 minutes.")
    address = open_to(user, "admin:scheduling_appointmenttype_add")
    return Step(gettext("Types of appointment"), there, n > 0, address, is_needed=False)


def staff(user: User, facility: Facility) -> Step:
    n = facility.staff.filter(is_active=True).count()
    there = ngettext("%(n)d person works here.", "%(n)d people work here.", n) % {"n": n}
    address = open_to(user, "admin:accounts_user_add")
    return Step(gettext("Staff"), there if n else "", n > 0, address)


def appointment(user: User, facility: Facility) -> Step:
    may = user.has_perm("scheduling.book_appointment")
    address = reverse("scheduling:first-openings") if may else ""
    return Step(gettext("First appointment"), "", is_done=False, address=address)


OTHERS: tuple[Callable[[User, Facility], Step], ...] = (doctors, hours, types, staff, appointment)


def who_can() -> list[str]:
    """Return the names of a few administrators, who can take every step."""
    admins = User.objects.filter(role=User.Role.ADMIN, is_active=True)
    return [str(admin) for admin in admins[:ADMINS_NAMED]]


def shown(user: User, facility: Facility | None) -> dict[str, Any]:
    """Return what the list's template shows."""
    listed = steps(user, facility)
    asks = any(not step.is_done and step.is_needed and not step.address for step in listed)
    return {"beginning": listed, "who_can": who_can() if asks else []}
