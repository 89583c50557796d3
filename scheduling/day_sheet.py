"""A doctor's day as lines for paper: visits, what else is taken, absences and free gaps, by time.

Pure arithmetic over `agenda.DoctorDay`, as the board is.
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from facilities.models import Doctor, Facility
from scheduling.agenda import DoctorDay
from scheduling.availability import Period, without
from scheduling.models import Appointment, Closure
from scheduling.status import Status


class Line(NamedTuple):
    """One line of the sheet; a visit has an appointment, everything else has words."""

    at: Period
    words: str = ""
    appointment: Appointment | None = None
    is_free: bool = False


class DoctorSheet(NamedTuple):
    doctor: Doctor
    lines: list[Line]


def sheets(
    facility: Facility, days: list[DoctorDay], visible: Collection[int]
) -> tuple[list[DoctorSheet], list[Doctor]]:
    """Return a sheet for each doctor who is here that day, and the doctors who are not.

    Of appointments whose id is not in `visible`, and of those at other facilities, a line says
    only that the time is taken.
    """
    here = [
        day
        for day in days
        if day.hours or any(held.facility_id == facility.pk for held in day.appointments)
    ]
    made = [DoctorSheet(day.doctor, lines(day, facility, visible)) for day in here]
    return made, [day.doctor for day in days if day not in here]


def lines(day: DoctorDay, facility: Facility, visible: Collection[int]) -> list[Line]:
    """Return the lines of one doctor's day, by time."""
    return sorted(_lines(day, facility, visible), key=lambda line: line.at)


def _lines(day: DoctorDay, facility: Facility, visible: Collection[int]) -> Iterator[Line]:
    taken = [Period(held.starts_at, held.blocked_until) for held in day.appointments]
    for held in day.appointments:
        yield from _held(held, day, facility, visible)
    for absence in day.absences:
        away = Period(absence.starts_at, absence.ends_at)
        word = _("Closed") if isinstance(absence, Closure) else _("Away")
        for part in without(day.hours, [*without(day.hours, [away]), *taken]):
            yield Line(part, f"{word}: {absence.reason}" if absence.reason else word)
    for gap in day.free:
        yield Line(gap, pgettext("time", "Free"), is_free=True)


def _held(
    held: Appointment, day: DoctorDay, facility: Facility, visible: Collection[int]
) -> Iterator[Line]:
    at = Period(held.starts_at, held.ends_at)
    if held.facility_id != facility.pk:
        # Elsewhere matters where it takes time that would be worked here.
        if without(day.hours, without(day.hours, [at])):
            yield Line(at, _("At another facility"))
    elif held.pk not in visible:
        # Translators: a time that is taken.
        yield Line(at, _("Taken"))
    elif held.status == Status.PENDING:
        yield Line(at, _("Held while somebody books it"))
    else:
        yield Line(at, appointment=held)
