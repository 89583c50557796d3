"""When doctors of a facility are there: their weekly hours less time off and closures."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from facilities.models import Doctor, Facility
from scheduling.availability import Period, covers, hours_period
from scheduling.models.hours import Absence, Closure, TimeOff, WorkingHours
from scheduling.statements import calendar_rows, lock_for_booking

if TYPE_CHECKING:
    from scheduling.models.appointment import Appointment


@dataclass(frozen=True)
class Calendar:
    """The rows that say when doctors of one facility are there on some days."""

    facility: Facility
    hours: list[WorkingHours]
    time_off: list[TimeOff]
    closures: list[Closure]

    @classmethod
    def load(cls, facility: Facility, doctors: list[Doctor], first: date, last: date) -> "Calendar":
        """Load the days from `first` to `last`, both included, in one query."""
        return cls.of_rows(facility, calendar_rows(facility, doctors, first, last))

    @classmethod
    def of_rows(cls, facility: Facility, rows: Iterable[tuple[Any, ...]]) -> "Calendar":
        """Return the calendar that such rows as `calendar_rows()` returns make up."""
        calendar = cls(facility, [], [], [])
        for kind, pk, doctor, starts_at, ends_at, reason, *hours in rows:
            absence = {"pk": pk, "starts_at": starts_at, "ends_at": ends_at, "reason": reason}
            if kind == "hours":
                own = [pk, doctor, facility.pk, *hours]
                calendar.hours.append(WorkingHours.from_db(None, (), own))
            elif kind == "time off":
                calendar.time_off.append(TimeOff(doctor_id=doctor, **absence))
            else:
                calendar.closures.append(Closure(facility=facility, **absence))
        return calendar

    def hours_on(self, day: date, doctor: Doctor) -> list[Period]:
        """Return the doctor's working hours on this local day as instants, sorted."""
        periods = (
            hours_period(day, hours.starts_at, hours.ends_at, self.facility.tz)
            for hours in self.hours
            if hours.doctor_id == doctor.pk and hours.applies_on(day)
        )
        return sorted(period for period in periods if period.starts_at < period.ends_at)

    def absences(self, within: Period, doctor: Doctor) -> list[Absence]:
        """Return the doctor's time off and the facility's closures that touch a period."""
        own = [away for away in self.time_off if away.doctor_id == doctor.pk]
        return [
            absence
            for absence in [*self.closures, *own]
            if absence.starts_at < within.ends_at and absence.ends_at > within.starts_at
        ]


def local(at: datetime, facility: Facility) -> datetime:
    """Return an instant as the facility's wall clock shows it."""
    return at.astimezone(facility.tz)


def locked_for_booking(appointment: "Appointment") -> Calendar:
    """Lock what a new appointment is to occupy; return the calendar of its days thereafter."""
    rows = lock_for_booking(appointment, *_first_and_last_day(appointment))
    return Calendar.of_rows(appointment.facility, rows)


def _first_and_last_day(appointment: "Appointment") -> tuple[date, date]:
    starts_at, ends_at = appointment.starts_at, appointment.ends_at
    facility = appointment.facility
    return local(starts_at, facility).date(), local(ends_at, facility).date()


def refuse_closed_time(appointment: "Appointment", calendar: Calendar | None = None) -> None:
    """Raise ValidationError unless the doctor is there for the whole appointment.

    The calendar of its days is loaded unless it is given.
    Codes: `facility_closed`, `doctor_away`, `outside_hours`.
    """
    facility, doctor = appointment.facility, appointment.doctor
    wanted = Period(appointment.starts_at, appointment.ends_at)
    first, last = _first_and_last_day(appointment)
    calendar = calendar or Calendar.load(facility, [doctor], first, last)
    for absence in calendar.absences(wanted, doctor):
        until = date_format(local(absence.ends_at, facility), "MONTH_DAY_TIME_FORMAT")
        if isinstance(absence, Closure):
            raise ValidationError(
                _("%(facility)s is closed until %(time)s. Choose a later time.")
                % {"facility": facility, "time": until},
                code="facility_closed",
            )
        raise ValidationError(
            _("%(doctor)s is away until %(time)s. Choose a later time or another doctor.")
            % {"doctor": doctor, "time": until},
            code="doctor_away",
        )
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    if not covers([hours for day in days for hours in calendar.hours_on(day, doctor)], wanted):
        raise ValidationError(
            _(
                "%(doctor)s does not work at %(facility)s at that time. Choose a time within the "
                "hours shown on the day board."
            )
            % {"doctor": doctor, "facility": facility},
            code="outside_hours",
        )
