"""What somebody looks for, and who can be asked for it at all."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from typing import NamedTuple

from facilities.models import CareType, Doctor, Facility, Room
from facilities.zip_codes import centroid, miles_between
from patients.models import Patient
from scheduling.availability import DEFAULT_DURATION, Period
from scheduling.models import Appointment, AppointmentType

# From when and until when a visit may start; no end is the end of the day.
MORNING, AFTERNOON = (time(0), time(12)), (time(12), None)


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for. Whatever is left out does not matter.

    Days and times of day are those of each facility. A type brings its length, its buffer and the
    doctors who offer it. A visit that is `moving` does not stand in its own way. What is `taken` is
    not offered, though it is free: somebody is about to take it. A visit may be wanted to start
    within a period of instants, as one that is booked online.
    """

    first: date
    last: date | None = None
    duration: timedelta = DEFAULT_DURATION
    buffer: timedelta = timedelta()
    type: AppointmentType | None = None
    care_type: CareType | None = None
    specialization: str = ""
    doctors: list[Doctor] | None = None
    facilities: list[Facility] | None = None
    zip_code: str = ""
    miles: float | None = None
    from_time: time | None = None
    to_time: time | None = None
    weekdays: frozenset[int] = field(default_factory=frozenset)
    patient: Patient | None = None
    room: Room | None = None
    moving: Appointment | None = None
    taken: tuple[Period, ...] = ()
    starting: Period | None = None

    @property
    def needs(self) -> timedelta:
        return self.duration + self.buffer

    def suits(self, day: date) -> bool:
        return not self.weekdays or day.isoweekday() in self.weekdays

    @property
    def anywhere(self) -> "Wanted":
        """Return the same, at whatever distance."""
        return replace(self, miles=None)


class Place(NamedTuple):
    """A doctor at a facility, by their ids, how far that is, and its time zone."""

    doctor: int
    facility: int
    miles: float | None
    zone: str


def places_for(wanted: Wanted) -> list[Place]:
    """Return who can be asked at all, in one query: active doctors where they work."""
    through = Doctor.facilities.through.objects.filter(
        doctor__is_active=True, facility__is_active=True
    )
    if wanted.type:
        offering = Doctor.objects.filter(wanted.type.offering)
        through = through.filter(doctor__in=offering)
    if wanted.care_type:
        through = through.filter(
            doctor__care_types=wanted.care_type, facility__care_types=wanted.care_type
        )
    if wanted.specialization:
        through = through.filter(doctor__specialization__iexact=wanted.specialization)
    if wanted.doctors is not None:
        through = through.filter(doctor__in=wanted.doctors)
    if wanted.facilities is not None:
        through = through.filter(facility__in=wanted.facilities)
    columns = ("doctor_id", "facility_id", "facility__zip_code", "facility__timezone")
    return list(_near(wanted, through.values_list(*columns)))


def _near(wanted: Wanted, pairs: Iterable[tuple[int, int, str, str]]) -> Iterator[Place]:
    here = centroid(wanted.zip_code) if wanted.zip_code else None
    distances: dict[str, float | None] = {}
    for doctor, facility, zip_code, zone in pairs:
        if zip_code not in distances:
            there = centroid(zip_code) if here else None
            distances[zip_code] = miles_between(here, there) if here and there else None
        miles = distances[zip_code]
        if wanted.miles is None or (miles is not None and miles <= wanted.miles):
            yield Place(doctor, facility, miles, zone)
