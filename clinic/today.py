"""Where the clinic stands today, facility by facility: what the admin begins with.

Each facility's today is the day that its own clock shows. The statements are as many for a hundred
facilities as for one.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, Greatest

from accounts.models import User
from facilities.models import CareType, Doctor, Facility
from patients.models import Patient, Registration
from scheduling.availability import day_bounds
from scheduling.models import (
    Appointment,
    Closure,
    FreeTime,
    FreeTimeHorizon,
    TimeOff,
    WaitlistEntry,
    WorkingHours,
)
from scheduling.status import Status

HERE = (Status.ARRIVED, Status.CHECKED_IN, Status.FULFILLED)


@dataclass(frozen=True)
class Figures:
    """One facility today; `free` is the time that can still be booked, None where not worked out.

    `to_move` counts the visits to come that stand in somebody's time off or in a closure.
    """

    facility: Facility
    day: date
    booked: int
    arrived: int
    missed: int
    free: timedelta | None
    waiting: int
    registrations: int
    to_move: int

    @property
    def free_hours(self) -> float | None:
        return None if self.free is None else self.free.total_seconds() / 3600


@dataclass(frozen=True)
class Set:
    """What a clinic needs before somebody can be booked, and what waits for no facility."""

    facility: bool
    care_type: bool
    doctor: bool
    hours: bool
    patient: bool
    waiting: int
    registrations: int

    @property
    def is_complete(self) -> bool:
        return all([self.facility, self.care_type, self.doctor, self.hours, self.patient])


def figures(now: datetime) -> list[Figures]:
    """Return the figures of the facilities in use, by name: four statements."""
    facilities = list(_counted(now))
    zones = {facility.timezone: facility.tz for facility in facilities}
    days = {zone: now.astimezone(tz).date() for zone, tz in zones.items()}
    visits, left = _visits(zones, days), _free(days, now)
    known = FreeTimeHorizon.known_until(now.date())

    def free(facility: Facility) -> timedelta | None:
        is_known = days[facility.timezone] < known
        return left.get(facility.pk, timedelta()) if is_known else None

    return [
        Figures(
            facility=facility,
            day=days[facility.timezone],
            booked=visits[facility.pk][Status.BOOKED],
            arrived=sum(visits[facility.pk][status] for status in HERE),
            missed=visits[facility.pk][Status.NOSHOW],
            free=free(facility),
            waiting=facility.waiting,
            registrations=facility.registrations,
            to_move=facility.to_move,
        )
        for facility in facilities
    ]


def settled(user: User) -> Set:
    """Say which of the first steps are done, in one statement."""
    rows: dict[str, Any] = {
        "facility": Facility.objects.active(),
        "care_type": CareType.objects.all(),
        "doctor": Doctor.objects.active(),
        "hours": WorkingHours.objects.all(),
        "patient": Patient.objects.active(),
    }
    done = {name: Exists(queryset) for name, queryset in rows.items()}
    asked: Any = User.objects.filter(pk=user.pk).annotate(
        **{f"has_{name}": exists for name, exists in done.items()},
        waiting=_number(_waiting().filter(facility__isnull=True)),
        registrations=_number(_registrations().filter(place__isnull=True)),
    )
    found = asked.get()
    return Set(
        **{name: getattr(found, f"has_{name}") for name in rows},
        waiting=found.waiting,
        registrations=found.registrations,
    )


def _counted(now: datetime) -> Iterable[Any]:
    away = TimeOff.objects.filter(
        doctor=OuterRef("doctor"),
        starts_at__lt=OuterRef("ends_at"),
        ends_at__gt=OuterRef("starts_at"),
    )
    closed = Closure.objects.filter(
        facility=OuterRef("facility"),
        starts_at__lt=OuterRef("ends_at"),
        ends_at__gt=OuterRef("starts_at"),
    )
    to_move = Appointment.objects.expected(now).filter(Exists(away) | Exists(closed))
    here = OuterRef("pk")
    return Facility.objects.active().annotate(
        waiting=_number(_waiting().filter(facility=here)),
        registrations=_number(_registrations().filter(place=here)),
        to_move=_number(to_move.filter(facility=here)),
    )


def _number(rows: "QuerySet[Any]") -> Coalesce:
    """Return how many rows there are, as an annotation."""
    counted = rows.order_by().annotate(every=Value(1)).values("every")
    count = counted.annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(count, output_field=IntegerField()), 0)


def _waiting() -> "QuerySet[WaitlistEntry]":
    return WaitlistEntry.objects.filter(status=WaitlistEntry.Status.WAITING)


def _registrations() -> "QuerySet[Any]":
    waiting = Registration.objects.filter(status=Registration.Status.WAITING)
    return waiting.annotate(place=Coalesce("facility", "candidate__facility"))


def _visits(zones: dict[str, Any], days: dict[str, date]) -> "dict[int, dict[str, int]]":
    today = Q(pk__in=[])
    for zone, tz in zones.items():
        bounds = day_bounds(days[zone], tz)
        today |= Q(
            facility__timezone=zone, starts_at__gte=bounds.starts_at, starts_at__lt=bounds.ends_at
        )
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = Appointment.objects.filter(today).order_by().values_list("facility", "status")
    for facility, status, count in rows.annotate(count=Count("pk")):
        counts[facility][status] = count
    return counts


def _free(days: dict[str, date], now: datetime) -> dict[int, timedelta]:
    today = Q(pk__in=[])
    for zone, day in days.items():
        today |= Q(facility__timezone=zone, day=day)
    left = ExpressionWrapper(
        F("ends_at") - Greatest("starts_at", Value(now)), output_field=DurationField()
    )
    rows = FreeTime.objects.filter(today, ends_at__gt=now, doctor__is_active=True)
    return dict(rows.order_by().values_list("facility").annotate(left=Sum(left)))
