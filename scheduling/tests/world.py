"""A small world in which much happens at once: few doctors, patients, rooms and times.

One facility lies where it is early, so that today's visits are ahead and can take their steps. The
other changes its clocks within the days that are looked at, if it does so within half a year.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from accounts.tests.factories import UserFactory
from facilities.models import Doctor, Facility, Room
from facilities.tests.factories import DoctorFactory, FacilityFactory, RoomFactory
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.availability import day_bounds, instant_of_hours
from scheduling.models import AppointmentType, FreeTimeHorizon, WorkingHours
from scheduling.tests.factories import AppointmentTypeFactory, early_facility

DAY = timedelta(days=1)
SPAN = 4
MIDNIGHT = time(0)


@dataclass
class World:
    facilities: list[Facility] = field(default_factory=list)
    doctors: list[Doctor] = field(default_factory=list)
    patients: list[Patient] = field(default_factory=list)
    newcomer: Patient | None = None
    rooms: list[Room] = field(default_factory=list)
    types: list[AppointmentType | None] = field(default_factory=list)
    users: list[Any] = field(default_factory=list)
    first_days: list[date] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)

    @classmethod
    def made(cls) -> "World":
        early, changing = early_facility(), FacilityFactory(timezone="America/Chicago")
        long = AppointmentTypeFactory(duration_minutes=45, buffer_minutes=15)
        world = cls(
            facilities=[early, changing],
            doctors=[DoctorFactory(facilities=[early, changing]) for _ in range(3)],
            patients=PatientFactory.create_batch(3),
            newcomer=PatientFactory(),
            rooms=[RoomFactory(facility=early), RoomFactory(facility=changing)],
            types=[None, long, AppointmentTypeFactory(duration_minutes=20)],
            users=[None, *(UserFactory() for _ in range(2))],
        )
        world._set_clock(timezone.now().astimezone(early.tz).date())
        world._set_hours()
        FreeTimeHorizon.extend(timezone.now().date())
        return world

    @property
    def days(self) -> list[date]:
        """Return every day on which something may happen."""
        return [first + n * DAY for first in self.first_days for n in range(SPAN)]

    def _set_clock(self, today: date) -> None:
        early, changing = self.facilities
        change = next(
            (
                today + n * DAY
                for n in range(SPAN + 2, 150)
                if day_bounds(today + n * DAY, changing.tz).duration != DAY
            ),
            today + (SPAN + 2) * DAY,
        )
        self.first_days = [today, change - DAY]
        quarter = timedelta(minutes=15)
        nine = instant_of_hours(today, time(9), early.tz)
        night = day_bounds(change, changing.tz).starts_at
        self.times = [
            *(nine + n * quarter for n in range(9)),
            *(nine + DAY + 2 * n * quarter for n in range(4)),
            *(night + n * quarter for n in range(-4, 18, 2)),
            nine - DAY,
            nine + timedelta(minutes=2),
        ]

    def _set_hours(self) -> None:
        early, changing = self.facilities
        first, second, third = self.doctors
        weeks = WorkingHours.Weeks
        for doctor, facility, starts_at, ends_at, which in [
            (first, early, time(8), time(18), weeks.EVERY),
            (first, changing, MIDNIGHT, time(6), weeks.EVERY),
            (second, early, MIDNIGHT, MIDNIGHT, weeks.EVERY),
            (third, changing, MIDNIGHT, MIDNIGHT, weeks.A),
            (third, changing, time(1), time(2, 30), weeks.B),
            (third, early, time(7), time(12), weeks.B),
        ]:
            for weekday in range(1, 8):
                WorkingHours.objects.create(
                    doctor=doctor,
                    facility=facility,
                    weekday=weekday,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    weeks=which,
                    valid_from=date(2020, 1, 1),
                )
