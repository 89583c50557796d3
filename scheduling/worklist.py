"""Appointments that can no longer take place as booked, and where each could move to.

A work list is never stored: it is read from what is booked, so whatever is moved or cancelled
anywhere has left it. Nothing here cancels anything. Each appointment is offered the free time
nearest to its own, by the same measure as a lost slot's alternatives. What one is offered is taken
for those after it, so that two proposals of a list share no doctor, patient or room at one time.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts.models import User
from facilities.models import Doctor, Facility
from scheduling.agenda import doctors_of
from scheduling.alternatives import ANOTHER_DOCTOR_COSTS, WITHIN
from scheduling.availability import GRID, STEP, Period, covers, starts, without
from scheduling.calendars import Calendar, local
from scheduling.models import Appointment, AppointmentType
from scheduling.openings import Slot, free_time
from scheduling.querysets import AppointmentQuerySet
from scheduling.wanted import Wanted

# Of a longer list only these are looked at; the others move up as they are dealt with.
MOST_SHOWN = 100
EARLIER_BY = timedelta(days=1)


class Proposal(NamedTuple):
    """An appointment of a work list, and the free slot nearest to it if there is one."""

    appointment: Appointment
    slot: Slot | None


class Choice(NamedTuple):
    """A move that a person has chosen, decided on a version of the appointment."""

    appointment: Appointment
    doctor: Doctor
    starts_at: datetime
    version: int


class Refusal(NamedTuple):
    appointment: Appointment
    error: ValidationError


class Gap(NamedTuple):
    """Time in which a doctor has nothing else to do, and the types of visit that are asked of them.

    A type that the doctor does not offer is not among them.
    """

    doctor: Doctor
    period: Period
    types: frozenset[int | None]


# By the id of a patient or a room: the appointments that hold them, and when.
Held = dict[int | None, list[tuple[int, Period]]]


@dataclass
class Taken:
    """What occupies patients and rooms, and doctors besides what their days show."""

    patients: dict[int | None, list[tuple[int, Period]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    rooms: dict[int, list[tuple[int, Period]]] = field(default_factory=lambda: defaultdict(list))
    doctors: dict[int, list[Period]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def load(cls, appointments: list[Appointment], now: datetime) -> "Taken":
        """Load, in one query, what else holds these appointments' patients and rooms.

        `appointments` are by start; what is later than any proposal for them is left out.
        """
        taken = cls()
        until = max(appointments[-1].starts_at, now) + WITHIN + timedelta(days=1)
        patients = {each.patient_id for each in appointments if each.patient_id}
        rooms = {each.room_id for each in appointments if each.room_id}
        held = Appointment.objects.holding_time().filter(blocked_until__gt=now, starts_at__lt=until)
        for each in held.filter(Q(patient__in=patients) | Q(room__in=rooms)):
            taken.hold(each, Period(each.starts_at, each.ends_at), each.blocked_until)
        return taken

    def hold(self, appointment: Appointment, period: Period, blocked_until: datetime) -> None:
        self.patients[appointment.patient_id].append((appointment.pk, period))
        if appointment.room_id:
            blocked = Period(period.starts_at, blocked_until)
            self.rooms[appointment.room_id].append((appointment.pk, blocked))

    def propose(self, appointment: Appointment, slot: Slot) -> None:
        """Take the slot, so that nothing else is offered it."""
        blocked_until = slot.ends_at + (appointment.blocked_until - appointment.ends_at)
        self.doctors[slot.doctor.pk].append(Period(slot.starts_at, blocked_until))
        # No appointment has this id: the proposed time counts for the appointment's own patient.
        proposed = Appointment(patient_id=appointment.patient_id, room_id=appointment.room_id, pk=0)
        self.hold(proposed, Period(slot.starts_at, slot.ends_at), blocked_until)

    def from_others(self, appointment: Appointment) -> list[Period]:
        """Return when the patient or the room is taken by anything but the appointment itself."""
        held = list(self.patients[appointment.patient_id])
        held += self.rooms[appointment.room_id] if appointment.room_id else []
        return [period for pk, period in held if pk != appointment.pk]


def stranded(doctor: Doctor, appointments: AppointmentQuerySet, now: datetime) -> list[Appointment]:
    """Return which of these appointments with the doctor lie outside the doctor's hours by now.

    What was booked outside hours on purpose, with a reason, is not among them.
    One query for the appointments, and one for each facility where there are any.
    """
    on_purpose = ~Q(override_reason="") & Q(overbook=0)
    booked = appointments.expected(now).filter(~on_purpose, doctor=doctor)
    booked = booked.order_by("facility", "starts_at")
    found: list[Appointment] = []
    for facility, group in groupby(booked, lambda each: each.facility):
        here = list(group)
        first = local(here[0].starts_at, facility).date()
        last = local(max(each.ends_at for each in here), facility).date()
        calendar = Calendar.load(facility, [doctor], first, last)
        found += [each for each in here if not _within_hours(each, calendar)]
    return sorted(found, key=lambda each: (each.starts_at, each.pk))


def _within_hours(appointment: Appointment, calendar: Calendar) -> bool:
    wanted = Period(appointment.starts_at, appointment.ends_at)
    first, last = (local(at, calendar.facility).date() for at in wanted)
    days = (first, last) if first != last else (first,)
    return covers(
        [hours for day in days for hours in calendar.hours_on(day, appointment.doctor)], wanted
    )


def proposals(appointments: Iterable[Appointment], *, now: datetime) -> list[Proposal]:
    """Return a proposal for each appointment, by start; no two of them collide.

    Takes one query, and five for each facility among the appointments, however many they are.
    """
    listed = sorted(appointments, key=lambda each: (each.starts_at, each.pk))
    taken = Taken.load(listed, now) if listed else Taken()
    gaps = {
        facility: _gaps(facility, [each for each in listed if each.facility == facility], now)
        for facility in dict.fromkeys(each.facility for each in listed)
    }
    result = []
    for each in listed:
        slot = _nearest(each, gaps[each.facility], taken, now) if each.is_movable else None
        if slot:
            taken.propose(each, slot)
        result.append(Proposal(each, slot))
    return result


def _gaps(facility: Facility, appointments: list[Appointment], now: datetime) -> list[Gap]:
    """Return the free time of all doctors who could step in, on all days that are near enough."""
    first, last = _days_near(facility, appointments, now)
    fields = {each.doctor.specialization for each in appointments}
    doctors = [doctor for doctor in doctors_of(facility) if doctor.specialization in fields]
    wanted = Wanted(first=first, last=last, duration=GRID, doctors=doctors, facilities=[facility])
    types = _types_offered({each.type for each in appointments}, doctors)
    return [
        Gap(free.doctor, Period(free.opens_at, free.ends_at), types[free.doctor.pk])
        for free in free_time(wanted, now=now)
    ]


def _types_offered(
    kinds: set[AppointmentType | None], doctors: list[Doctor]
) -> dict[int, frozenset[int | None]]:
    """Return which of some types each doctor offers, by ids; everybody gives a visit of none."""
    offered: dict[int, set[int | None]] = {doctor.pk: {None} for doctor in doctors}
    for kind in filter(None, kinds):
        for doctor in Doctor.objects.filter(kind.offering, pk__in=offered):
            offered[doctor.pk].add(kind.pk)
    return {doctor: frozenset(types) for doctor, types in offered.items()}


def _days_near(
    facility: Facility, appointments: list[Appointment], now: datetime
) -> tuple[date, date]:
    wanted = [max(each.starts_at, now) for each in appointments]
    first = local(max(min(wanted) - EARLIER_BY, now), facility).date()
    return first, local(max(wanted) + WITHIN, facility).date()


def _nearest(appointment: Appointment, gaps: list[Gap], taken: Taken, now: datetime) -> Slot | None:
    """Return the free slot nearest in time; another doctor counts as two hours."""
    wanted = max(appointment.starts_at, now)
    near = Period(max(wanted - EARLIER_BY, now), wanted + WITHIN)
    past = Period(datetime.min.replace(tzinfo=now.tzinfo), near.starts_at)
    busy = [past, *taken.from_others(appointment)]
    best: tuple[timedelta, Slot] | None = None
    for least, gap in _by_cost(appointment, gaps, near, wanted):
        if best and best[0] <= least:
            break
        extra = least - _distance(gap.period, wanted)
        for slot in _slots(appointment, gap, [*busy, *taken.doctors[gap.doctor.pk]]):
            cost = abs(slot.starts_at - wanted) + extra
            if best is None or cost < best[0]:
                best = cost, slot
    return best[1] if best else None


def _by_cost(
    appointment: Appointment, gaps: list[Gap], near: Period, wanted: datetime
) -> list[tuple[timedelta, Gap]]:
    """Return the gaps of doctors alike, each with the least that a start in it can cost."""
    own = appointment.doctor
    costs = [
        (
            _distance(gap.period, wanted)
            + (timedelta() if gap.doctor == own else ANOTHER_DOCTOR_COSTS),
            gap,
        )
        for gap in gaps
        if gap.doctor.specialization == own.specialization
        and appointment.type_id in gap.types
        and gap.period.starts_at < near.ends_at
        and gap.period.ends_at > near.starts_at
    ]
    return sorted(costs, key=lambda one: (one[0], one[1].doctor.name, one[1].doctor.pk))


def _distance(period: Period, at: datetime) -> timedelta:
    return max(period.starts_at - at, at - period.ends_at, timedelta())


def _slots(appointment: Appointment, gap: Gap, busy: list[Period]) -> Iterator[Slot]:
    needed = appointment.blocked_until - appointment.starts_at
    facility = appointment.facility
    for start in starts(without([gap.period], busy), needed, STEP, facility.tz):
        yield Slot(gap.doctor, facility, start, start + appointment.duration)


def move_each(
    choices: Iterable[Choice], *, by: User | None
) -> tuple[list[Appointment], list[Refusal]]:
    """Make each move in a transaction of its own; return what was moved and what was refused.

    What an earlier press of the same button has moved already counts as moved.
    """
    moved, refused = [], []
    for choice in choices:
        appointment, doctor, starts_at, version = choice
        try:
            appointment.reschedule(starts_at=starts_at, doctor=doctor, by=by, version=version)
        except ValidationError as error:
            if not _is_there(choice):
                refused.append(Refusal(appointment, error))
                continue
        moved.append(appointment)
    return moved, refused


def _is_there(choice: Choice) -> bool:
    appointment, doctor, starts_at, _ = choice
    same = Appointment.objects.filter(pk=appointment.pk, doctor=doctor, starts_at=starts_at)
    return same.holding_time().exists()
