"""How full each day of a month is: booked minutes over working minutes.

Working time is hours less time off and closures. Booked time is what visits take, their buffers
included; a hold is not counted. So a day can be more than full, when it was overbooked or booked
outside hours. The database adds up the visits, however many there are.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Sum
from django.db.models.functions import TruncDate

from facilities.models import Doctor, Facility
from scheduling.availability import Period, day_bounds, without
from scheduling.calendars import Calendar
from scheduling.models.hours import Absence, Closure
from scheduling.querysets import AppointmentQuerySet
from scheduling.status import Status
from scheduling.weekdays import place

MINUTE = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DayLoad:
    """A day of the month; times are minutes, summed over the doctors."""

    day: date
    visits: int
    booked: int
    working: int
    closures: list[Absence]
    time_off: list[Absence]

    @property
    def percent(self) -> int | None:
        """Return how full the day is, or None where nobody works."""
        return round(100 * self.booked / self.working) if self.working else None

    @property
    def bar(self) -> int:
        """Return how much of the bar is filled, from 0 to 100."""
        return min(100, self.percent or 0)

    @property
    def booked_hours(self) -> float:
        return self.booked / 60

    @property
    def working_hours(self) -> float:
        return self.working / 60


def days_of_month(day: date) -> list[date]:
    """Return every day of the month that a day lies in."""
    first = day.replace(day=1)
    month = (first + n * ONE_DAY for n in range(31))
    return [each for each in month if each.month == day.month]


def loads(
    facility: Facility, doctors: list[Doctor], days: list[date], appointments: AppointmentQuerySet
) -> list[DayLoad]:
    """Return how full some days in a row are, in two queries."""
    taken = _taken(facility, doctors, days, appointments)
    calendar = Calendar.load(facility, doctors, days[0], days[-1])
    calendars = [(doctor, _own(calendar, doctor)) for doctor in doctors]
    return [_load(facility, day, calendars, taken.get(day, (0, 0))) for day in days]


def weeks(days: list[DayLoad]) -> list[list[DayLoad | None]]:
    """Return the days in weeks, with None before and after the month."""
    cells: list[DayLoad | None] = [None] * place(days[0].day.isoweekday()) + days
    cells += [None] * (-len(cells) % 7)
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]


def _taken(
    facility: Facility, doctors: list[Doctor], days: list[date], appointments: AppointmentQuerySet
) -> dict[date, tuple[int, int]]:
    """Return for each local day how many visits there are and how many minutes they take."""
    first, last = (day_bounds(day, facility.tz) for day in (days[0], days[-1]))
    visits: Any = (
        appointments.holding_time()
        .exclude(status=Status.PENDING)
        .filter(facility=facility, doctor__in=doctors)
        .filter(starts_at__gte=first.starts_at, starts_at__lt=last.ends_at)
        .order_by()
        .values(day=TruncDate("starts_at", tzinfo=facility.tz))
        .annotate(visits=Count("pk"), taken=Sum(F("blocked_until") - F("starts_at")))
    )
    return {each["day"]: (each["visits"], each["taken"] // MINUTE) for each in visits}


def _own(calendar: Calendar, doctor: Doctor) -> Calendar:
    """Return the part of a calendar that is about one doctor."""
    return Calendar(
        calendar.facility,
        [hours for hours in calendar.hours if hours.doctor_id == doctor.pk],
        [away for away in calendar.time_off if away.doctor_id == doctor.pk],
        calendar.closures,
    )


def _load(
    facility: Facility,
    day: date,
    calendars: list[tuple[Doctor, Calendar]],
    taken: tuple[int, int],
) -> DayLoad:
    bounds, working = day_bounds(day, facility.tz), timedelta()
    absences: dict[tuple[type, int], Absence] = {}
    for doctor, calendar in calendars:
        away = calendar.absences(bounds, doctor)
        absences |= {(type(each), each.pk): each for each in away}
        gone = [Period(each.starts_at, each.ends_at) for each in away]
        left = without(calendar.hours_on(day, doctor), gone)
        working += sum((period.duration for period in left), timedelta())
    visits, minutes = taken
    return DayLoad(
        day,
        visits,
        minutes,
        working // MINUTE,
        [each for each in absences.values() if isinstance(each, Closure)],
        [each for each in absences.values() if not isinstance(each, Closure)],
    )
