"""Sets of appointments and hours, and the way in for new appointments."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Required, TypedDict, Unpack

from django.db import connection, models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from accounts.models import User
from facilities.models import Doctor, Facility, Room
from facilities.refusals import refusal
from patients.models import Patient
from scheduling.availability import DEFAULT_DURATION, GRID, Period, day_bounds
from scheduling.statements import broken_constraint
from scheduling.status import EXPECTED, HOLDING_TIME, Status
from scheduling.writing import one_write

if TYPE_CHECKING:
    from scheduling.models import (
        Appointment,
        AppointmentSeries,
        AppointmentType,
        Closure,
        TimeOff,
        WorkingHours,
    )


HOLD, LONGEST_HOLD = timedelta(minutes=5), timedelta(minutes=15)
# Within this time a button that is pressed once more means what it has done already.
SECOND_PRESS = timedelta(minutes=2)


class Visit(TypedDict, total=False):
    """What is said of a visit when it is booked or held."""

    patient: Patient | None
    doctor: Required[Doctor]
    facility: Required[Facility]
    starts_at: Required[datetime]
    by: Required[User | None]
    ends_at: datetime | None
    type: "AppointmentType | None"
    room: Room | None
    reason: str
    notes: str
    source: str
    series: "AppointmentSeries | None"


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, user: User) -> "AppointmentQuerySet":
        """Keep the appointments at this person's facilities; of doctors and patients, their own."""
        if user.is_admin:
            return self
        if user.role == User.Role.DOCTOR:
            return self.filter(doctor__user=user, facility__in=user.facilities.values("pk"))
        if user.is_clinic_staff:
            return self.filter(facility__in=user.facilities.values("pk"))
        return self.filter(patient__user=user)

    def on_day(self, day: date, facility: Facility) -> "AppointmentQuerySet":
        """Keep what touches this local day of the facility."""
        return self.overlapping(day_bounds(day, facility.tz))

    def overlapping(self, period: Period) -> "AppointmentQuerySet":
        """Keep what touches the period; the longest appointment bounds how far back to look."""
        return self.filter(
            starts_at__lt=period.ends_at,
            starts_at__gt=period.starts_at - timedelta(hours=24),
            blocked_until__gt=period.starts_at,
        )

    def during(self, period: Period) -> "AppointmentQuerySet":
        """Keep the visits that take some of the period; a buffer afterwards is no visit."""
        return self.overlapping(period).filter(ends_at__gt=period.starts_at)

    def expected(self, now: datetime) -> "AppointmentQuerySet":
        """Keep what is still to take place, or takes place now."""
        return self.upcoming(now).filter(status__in=EXPECTED)

    def at_facilities_of(self, user: User) -> "AppointmentQuerySet":
        """Keep what takes place where this person works: to be counted, whoever may read it."""
        return self.filter(facility__in=Facility.objects.visible_to(user).values("pk"))

    def holding_time(self) -> "AppointmentQuerySet":
        """Keep what occupies its doctor, patient and room; an expired hold does no longer."""
        expired = Q(status=Status.PENDING, hold_expires_at__lte=Now())
        return self.filter(~expired, status__in=HOLDING_TIME)

    def besides_past_holds(self) -> "AppointmentQuerySet":
        """Leave out what never was more than a hold, once that was given up or has run out."""
        gone = [Status.CANCELLED, Status.ENTERED_IN_ERROR]
        events: Any = self.model._meta.get_field("events").related_model  # noqa: SLF001 - documented
        given_up = events.objects.filter(
            appointment=OuterRef("pk"), from_status=Status.PENDING, to_status__in=gone
        )
        run_out = Q(status=Status.PENDING, hold_expires_at__lte=Now())
        return self.exclude(run_out).exclude(Q(status__in=gone) & Exists(given_up))

    def just_booked_by(self, user: User, *, now: datetime) -> "AppointmentQuerySet":
        """Keep what this person has booked a moment ago: what a second press would book again."""
        return self.filter(
            events__by=user,
            events__at__gt=now - SECOND_PRESS,
            events__from_status__in=["", Status.PENDING],
            events__to_status=Status.BOOKED,
        )

    def besides(self, appointment: "Appointment | None") -> "AppointmentQuerySet":
        """Leave one appointment out, if one is given."""
        return self.exclude(pk=appointment.pk) if appointment else self

    def upcoming(self, now: datetime) -> "AppointmentQuerySet":
        return self.filter(ends_at__gt=now)

    def over(self, now: datetime) -> "AppointmentQuerySet":
        """Keep what has ended or was given up, the latest first."""
        over = Q(ends_at__lte=now) | ~Q(status__in=HOLDING_TIME)
        return self.filter(over).order_by("-starts_at", "-pk")

    def book(self, *, override: str = "", **visit: Unpack[Visit]) -> "Appointment":
        """Book and return an appointment.

        Without `ends_at` it lasts as long as its type, or 30 minutes. With a reason to `override`
        the time may be taken, twice at most, or outside hours. Raises ValidationError when a rule
        or the database refuses, with a code such as `doctor_busy` or `outside_hours`.
        """
        if not override and not connection.in_atomic_block:
            self.refuse_taken(visit)
        return self._add(visit, "booked", override=override)

    def hold(self, *, now: datetime, **visit: Unpack[Visit]) -> "Appointment":
        """Keep a time for five minutes while somebody confirms, and return the hold.

        The patient may not be known yet. From the moment it expires it stands in nobody's way.
        Raises ValidationError as `book` does.
        """
        return self._add(visit, "held", status=Status.PENDING, hold_expires_at=now + HOLD)

    @one_write
    def _add(self, visit: "Visit", kind: str, *, override: str = "", **state: Any) -> "Appointment":
        starts_at, kind_of_visit = visit["starts_at"], visit.get("type")
        duration = kind_of_visit.duration if kind_of_visit else DEFAULT_DURATION
        buffer = kind_of_visit.buffer if kind_of_visit else timedelta()
        ends_at = visit.get("ends_at") or starts_at + duration
        details = {name: value for name, value in visit.items() if name not in {"by", "ends_at"}}
        appointment = self.model(
            ends_at=ends_at,
            blocked_until=ends_at + buffer,
            created_by=visit["by"],
            **details,
            **state,
        )
        appointment.clean_fields(
            exclude=["patient", "doctor", "facility", "room", "type", "series", "created_by"]
        )
        appointment.take_time(override, visit["by"])
        appointment.insert(kind, visit["by"])
        return appointment

    def refuse_taken(self, visit: "Visit") -> None:
        """Refuse at once a start that is plainly taken, before anybody is locked.

        It spares those who lose a race the way to the constraint; what it lets pass goes there.
        """
        starts_at = visit["starts_at"]
        if starts_at < timezone.now():
            return
        start = Period(starts_at, starts_at + GRID)
        if broken := broken_constraint(visit["doctor"], visit.get("patient"), start):
            raise refusal(broken)


class WorkingHoursQuerySet(models.QuerySet["WorkingHours"]):
    def visible_to(self, user: User) -> "WorkingHoursQuerySet":
        if user.is_admin:
            return self
        return self.filter(facility__staff=user) if user.is_clinic_staff else self.none()

    def valid_between(self, first: date, last: date) -> "WorkingHoursQuerySet":
        """Keep the hours that apply on some day from `first` to `last`, both included."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=first), valid_from__lte=last
        )

    def not_ended(self, today: date) -> "WorkingHoursQuerySet":
        """Keep the hours that apply today or later."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today))


def _count_during(appointments: AppointmentQuerySet, whose: str) -> Coalesce:
    """Return an annotation of absences: how many of these appointments lie in each."""
    period: Any = Period(OuterRef("starts_at"), OuterRef("ends_at"))  # type: ignore[arg-type]
    theirs = appointments.during(period).filter(**{whose: OuterRef(whose)}).order_by()
    count = theirs.values(whose).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(count, output_field=models.IntegerField()), 0)


class TimeOffQuerySet(models.QuerySet["TimeOff"]):
    def visible_to(self, user: User) -> "TimeOffQuerySet":
        if user.is_admin:
            return self
        if user.is_clinic_staff:
            return self.filter(doctor__in=Doctor.objects.visible_to(user))
        return self.none()

    def changeable_by(self, user: User) -> "TimeOffQuerySet":
        """Keep what this person may change or delete, if their role may."""
        return self.filter(doctor__in=Doctor.objects.managed_by(user))

    def upcoming(self, now: datetime) -> "TimeOffQuerySet":
        return self.filter(ends_at__gt=now)

    def counting(self, appointments: AppointmentQuerySet) -> "TimeOffQuerySet":
        """Add `to_move`: how many of these appointments lie in each absence."""
        return self.annotate(to_move=_count_during(appointments, "doctor"))

    def overlapping(self, period: Period) -> "TimeOffQuerySet":
        return self.filter(starts_at__lt=period.ends_at, ends_at__gt=period.starts_at)


class ClosureQuerySet(models.QuerySet["Closure"]):
    def visible_to(self, user: User) -> "ClosureQuerySet":
        if user.is_admin:
            return self
        return self.filter(facility__staff=user) if user.is_clinic_staff else self.none()

    def changeable_by(self, user: User) -> "ClosureQuerySet":
        """Keep what this person may change or delete, if their role may."""
        return self.visible_to(user)

    def upcoming(self, now: datetime) -> "ClosureQuerySet":
        return self.filter(ends_at__gt=now)

    def counting(self, appointments: AppointmentQuerySet) -> "ClosureQuerySet":
        """Add `to_move`: how many of these appointments lie in each absence."""
        return self.annotate(to_move=_count_during(appointments, "facility"))

    def overlapping(self, period: Period) -> "ClosureQuerySet":
        return self.filter(starts_at__lt=period.ends_at, ends_at__gt=period.starts_at)
