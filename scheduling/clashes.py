"""What stands in the way of a series: every clash at once, each with the nearest free time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.formats import date_format

from scheduling import alternatives
from scheduling.availability import Period
from scheduling.calendars import local

if TYPE_CHECKING:
    from scheduling.models import Appointment
    from scheduling.openings import Slot

# Refusals that another time cures. Any other refusal holds for the whole series and is raised as
# it is, instead of once for each appointment.
CURED_BY_ANOTHER_TIME = {
    "doctor_busy",
    "patient_busy",
    "room_busy",
    "facility_closed",
    "doctor_away",
    "outside_hours",
    "in_the_past",
}


@dataclass
class Clash:
    """One appointment of a series that cannot be had as wanted.

    `index` is its number in the rule, from 0; of a move, the id of the appointment. `lost` is the
    appointment as it was wanted, unsaved.
    """

    index: int
    lost: "Appointment"
    code: str
    message: str
    moving: "Appointment | None" = None
    alternative: "Slot | None" = None

    @property
    def starts_at(self) -> datetime:
        return self.lost.starts_at

    def __str__(self) -> str:
        start = local(self.starts_at, self.lost.facility)
        return f"{date_format(start, 'WEEKDAY_TIME_FORMAT')}: {self.message}"


class SeriesClash(ValidationError):  # noqa: N818 - named like the ValidationError it is
    """Some appointments of a series cannot be had: `clashes` lists them all. Nothing was saved.

    `held` are the times of those that could be had.
    """

    def __init__(self, clashes: list[Clash], held: list[Period]) -> None:
        self.clashes = sorted(clashes, key=lambda clash: clash.starts_at)
        self.held = held
        super().__init__([ValidationError(str(each), code=each.code) for each in self.clashes])

    def offer_alternatives(self, now: datetime) -> None:
        """Find each clash the nearest free time that no other appointment of the series takes.

        Called after the rollback, so that the search reads what is booked and nothing else.
        """
        taken = list(self.held)
        for clash in self.clashes:
            found = alternatives.alternatives(
                clash.lost, now=now, count=1, moving=clash.moving, taken=taken
            )
            if found:
                clash.alternative = found[0]
                buffer = clash.lost.blocked_until - clash.lost.ends_at
                taken.append(Period(found[0].starts_at, found[0].ends_at + buffer))


class Attempt:
    """The tries of one series: which could be had, and which clashed."""

    def __init__(self) -> None:
        self.clashes: list[Clash] = []
        self.held: list[Period] = []

    @contextmanager
    def of(
        self, index: int, wanted: "Appointment", moving: "Appointment | None" = None
    ) -> Iterator[None]:
        """Note how the block ends: a refusal that another time cures becomes a clash."""
        try:
            yield
        except ValidationError as error:
            code = "" if hasattr(error, "error_dict") else error.error_list[0].code or ""
            if code not in CURED_BY_ANOTHER_TIME:
                raise
            self.clashes.append(Clash(index, wanted, code, error.messages[0], moving))
        else:
            self.held.append(Period(wanted.starts_at, wanted.blocked_until))

    def has_lost(self, index: int) -> bool:
        return any(clash.index == index for clash in self.clashes)

    def conclude(self) -> None:
        """Raise SeriesClash unless everything could be had."""
        if self.clashes:
            raise SeriesClash(self.clashes, self.held)
