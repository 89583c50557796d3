"""When the doctors of the demo clinic are there, and when they are not."""

from datetime import date, datetime, time, timedelta

from clinic.demo.people import visiting
from clinic.demo.places import WEEK, WORKDAYS, Site
from facilities.models import Doctor, Facility
from scheduling.availability import instant_of_hours
from scheduling.calendars import local
from scheduling.models import Closure, TimeOff, WorkingHours

Blocks = tuple[tuple[time, time], tuple[time, time]]

# Days with a lunch break, long ones where the doors are open all week.
LONG_DAYS: tuple[Blocks, ...] = (
    ((time(8), time(12)), (time(13), time(17))),
    ((time(7, 30), time(11, 30)), (time(12), time(14, 30))),
    ((time(11), time(15)), (time(15, 30), time(18, 30))),
)
SHORT_DAYS: tuple[Blocks, ...] = (
    ((time(8, 30), time(11, 30)), (time(12, 15), time(14, 15))),
    ((time(9), time(12)), (time(13), time(15, 30))),
)
VISITING_ON = (2, 4)
# Where the doors are open all week: five or six doctors on workdays, four at weekends.
ROTA = (
    *((1, 2, 3, 5), (1, 3, 4, 6), (1, 2, 5, 7), (3, 4, 5, 6), (1, 2, 6, 7), (2, 3, 4, 5)),
    *((1, 3, 5, 7), (4, 5, 6, 7), (1, 2, 3, 4)),
)


def write(sites: list[Site], now: datetime, days_back: int) -> None:
    """Write weekly hours: four days where the doors are open all week, two elsewhere."""
    since = now.date() - timedelta(days=max(days_back, 1) + 365)
    guests = {doctor.pk for _site, doctor in visiting(sites)}
    rows = [
        row
        for site in sites
        for index, doctor in enumerate(site.doctors)
        for weekday in _weekdays(site, index, is_guest_elsewhere=doctor.pk in guests)
        for row in _day(doctor, site.facility, weekday, index, site.plan.open_on, since)
    ]
    rows += [
        row
        for index, (site, doctor) in enumerate(visiting(sites))
        for weekday in VISITING_ON
        for row in _day(doctor, site.facility, weekday, index, site.plan.open_on, since)
    ]
    WorkingHours.objects.bulk_create(rows, batch_size=1000)


def _weekdays(site: Site, index: int, *, is_guest_elsewhere: bool) -> list[int]:
    """Return the weekdays of a site's doctor, spread so that every open day has some."""
    if site.plan.open_on == WEEK:
        days = list(ROTA[index % len(ROTA)])
    else:
        days = [WORKDAYS[(index * 2 + turn * 2) % len(WORKDAYS)] for turn in range(2)]
    return [day for day in days if not (is_guest_elsewhere and day in VISITING_ON)]


def _day(
    doctor: Doctor,
    facility: Facility,
    weekday: int,
    index: int,
    open_on: tuple[int, ...],
    since: date,
) -> list[WorkingHours]:
    days = LONG_DAYS if open_on == WEEK else SHORT_DAYS
    return [
        WorkingHours(
            doctor=doctor,
            facility=facility,
            weekday=weekday,
            starts_at=starts_at,
            ends_at=ends_at,
            valid_from=since,
        )
        for starts_at, ends_at in days[index % len(days)]
    ]


def write_absences(sites: list[Site], now: datetime) -> None:
    """Write a week of leave and an afternoon's course at the first site, and a closure elsewhere.

    The closure is next week, at the second site where there is one, on Wednesday from noon.
    """
    first, other = sites[0], sites[min(1, len(sites) - 1)]
    for doctor, ahead, days, at, reason in (
        (first.doctors[-1:], 2, 7, time(0), "Annual leave"),
        (first.doctors[1:2], 1, 0, time(13), "Training course"),
    ):
        start = local(now, first.facility).date() + timedelta(days=ahead)
        for away in doctor:
            TimeOff.objects.create(
                doctor=away,
                starts_at=instant_of_hours(start, at, first.facility.tz),
                ends_at=instant_of_hours(
                    start + timedelta(days=days), at if days else time(18), first.facility.tz
                ),
                reason=reason,
            )
    today = local(now, other.facility).date()
    wednesday = today + timedelta(days=7 - today.isoweekday() + 3)
    Closure.objects.create(
        facility=other.facility,
        starts_at=instant_of_hours(wednesday, time(12), other.facility.tz),
        ends_at=instant_of_hours(wednesday, time(18), other.facility.tz),
        reason="Staff training",
    )
