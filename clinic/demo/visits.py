"""The appointments of the demo clinic, each with the events that led to where it stands."""

import random
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

import pgtrigger
from django.db import connection
from django.db.models import Min, OuterRef, Subquery

from accounts.models import User
from clinic.demo import course
from clinic.demo.places import WEEK, Site
from facilities.models import Doctor, Room
from patients.models import Patient
from scheduling.agenda import DoctorDay, doctor_days
from scheduling.availability import Period
from scheduling.calendars import local
from scheduling.models import Appointment, AppointmentEvent, AppointmentType

BATCH = 1000
QUARTER = timedelta(minutes=15)
CANCELLED_INSTEAD = 0.2
# Days back from which on doctors are differently busy, and by how much.
RECENT, BUSY = 10, (0.22, 0.05, 0.3, 0.12, -0.05, 0.17, 0.26)

# How often each kind of visit is wanted, and why.
WANTED = {
    "Check-up": (30, ("Annual check-up", "Blood pressure", "Feeling tired", "Headaches")),
    "Follow-up": (16, ("Test results", "Medication review", "After surgery", "Blood pressure")),
    "New patient": (10, ("First visit", "Moved to town", "Second opinion")),
    "Physical exam": (14, ("Sports physical", "Pre-employment", "Back pain", "Knee pain")),
    "Vaccination": (6, ("Flu shot", "Tetanus booster", "Travel vaccines")),
    "Minor procedure": (6, ("Mole removal", "Stitches out", "Joint injection")),
    "Heart consultation": (20, ("Palpitations", "ECG review", "Chest discomfort")),
    "Skin check": (20, ("Rash", "Mole check", "Eczema")),
    "Well-child visit": (40, ("Growth check", "School form", "Ear ache", "Cough")),
}


@dataclass
class Diary:
    """What the visits of one site are drawn from."""

    site: Site
    types: list[AppointmentType]
    users: dict[str, User]
    rng: random.Random
    now: datetime

    def __post_init__(self) -> None:
        self.today = local(self.now, self.site.facility).date()
        self.waiting = deque(self.rng.sample(self.site.patients, len(self.site.patients)))
        self.visits: dict[date, dict[int, list[Period]]] = defaultdict(dict)
        rooms = list(Room.objects.filter(facility=self.site.facility).order_by("pk"))
        doctors = list(self.site.facility.doctors.order_by("pk"))
        self.rooms: dict[int, Room] = {
            doctor.pk: room for doctor, room in zip(doctors, rooms, strict=False)
        }
        self.staff = course.Staff(**self.users).at(self.site.facility)

    def next_patient(self, day: date, period: Period) -> Patient | None:
        """Return whoever waits longest, preferably somebody who is not seen on this day yet."""
        for may_come_twice in (False, True):
            for _ in range(len(self.waiting)):
                patient = self.waiting.popleft()
                self.waiting.append(patient)
                visits = self.visits[day].setdefault(patient.pk, [])
                if not visits or (may_come_twice and not _meets(period, visits)):
                    visits.append(period)
                    return patient
        return None

    def types_for(self, doctor: Doctor) -> list[AppointmentType]:
        return [
            kind
            for kind in self.types
            if kind.care_type is None or kind.care_type.name == doctor.specialization
        ]

    def fullness(self, day: date, doctor: Doctor) -> float:
        """Return the share of a doctor's working time that is booked on a day."""
        ahead, weekday = (day - self.today).days, day.isoweekday()
        is_open_all_week = self.site.plan.open_on == WEEK
        if ahead == 0:
            return 0.78 if is_open_all_week else 0.65
        share = 0.62 if ahead < 0 else max(0.15, 0.64 - 0.045 * ahead)
        if ahead < -RECENT:
            # Further back doctors differ, and weeks begin full.
            share += BUSY[int((doctor.licence_number or "0")[-2:]) % len(BUSY)] - 0.02 * weekday
        return share * (0.7 if weekday > 5 else 1) * (1 if is_open_all_week else 0.6)


def write(
    sites: list[Site],
    types: list[AppointmentType],
    users: dict[str, User],
    rng: random.Random,
    *,
    now: datetime,
    days_back: int,
    days_ahead: int,
) -> None:
    """Write appointments for each day from `days_back` ago to `days_ahead` ahead."""
    for site in sites:
        diary = Diary(site, types, users, rng, now)
        doctors = list(site.facility.doctors.order_by("pk"))
        first = diary.today - timedelta(days=days_back)
        last = diary.today + timedelta(days=days_ahead)
        days = doctor_days(site.facility, doctors, first, last)
        made = (
            visit
            for day in sorted(days, key=lambda each: (each.day, each.doctor.pk))
            for visit in _visits(diary, day)
        )
        while batch := list(islice(made, BATCH)):
            _save(batch)


def _visits(diary: Diary, day: DoctorDay) -> Iterator[course.Visit]:
    """Yield the visits of one doctor's day: it is tiled with visits, then thinned out."""
    tiles = [tile for period in day.free for tile in _tiles(diary, day.doctor, period)]
    working = sum((period.duration for period in day.free), timedelta())
    most = working * diary.fullness(day.day, day.doctor)
    held = sum((_length(kind) for _at, kind in tiles), timedelta())
    dropped = []
    while held > most:
        at, kind = tiles.pop(diary.rng.randrange(len(tiles)))
        held -= _length(kind)
        dropped.append((at, kind))
    for at, kind in sorted(tiles, key=lambda tile: tile[0]):
        yield from _visit(diary, day, at, kind, is_cancelled=False)
    for at, kind in dropped:
        if diary.rng.random() < CANCELLED_INSTEAD * diary.fullness(day.day, day.doctor):
            yield from _visit(diary, day, at, kind, is_cancelled=True)


def _tiles(
    diary: Diary, doctor: Doctor, period: Period
) -> Iterator[tuple[datetime, AppointmentType]]:
    kinds, at = diary.types_for(doctor), period.starts_at
    while fitting := [kind for kind in kinds if at + _length(kind) <= period.ends_at]:
        kind = diary.rng.choices(fitting, [WANTED[kind.name][0] for kind in fitting])[0]
        yield at, kind
        at += _length(kind)


def _meets(period: Period, others: list[Period]) -> bool:
    return any(
        period.starts_at < each.ends_at and period.ends_at > each.starts_at for each in others
    )


def _length(kind: AppointmentType) -> timedelta:
    return kind.duration + kind.buffer


def _visit(
    diary: Diary, day: DoctorDay, at: datetime, kind: AppointmentType, *, is_cancelled: bool
) -> Iterator[course.Visit]:
    patient = diary.next_patient(day.day, Period(at, at + kind.duration))
    if patient is None:
        return
    online = kind.bookable_online and diary.rng.random() < 0.2
    appointment = Appointment(
        patient=patient,
        doctor=day.doctor,
        facility=diary.site.facility,
        room=diary.rooms.get(day.doctor.pk),
        type=kind,
        starts_at=at,
        ends_at=at + kind.duration,
        blocked_until=at + _length(kind),
        reason=diary.rng.choice(WANTED[kind.name][1]),
        source=Appointment.Source.ONLINE if online else Appointment.Source.DESK,
    )
    yield course.run(
        appointment,
        diary.rng,
        now=diary.now,
        is_today=day.day == diary.today,
        is_cancelled=is_cancelled,
        staff=diary.staff,
    )


def _save(visits: Iterable[course.Visit]) -> None:
    appointments = [appointment for appointment, _events in visits]
    # What is history cannot be booked; the other rules hold for it as well.
    with pgtrigger.ignore("scheduling.Appointment:appointment_not_past"):
        Appointment.objects.bulk_create(appointments)
    AppointmentEvent.objects.bulk_create(
        event for _appointment, events in visits for event in events
    )
    written = Appointment.objects.filter(pk__in=[each.pk for each in appointments])
    booked = AppointmentEvent.objects.filter(appointment=OuterRef("pk")).values("appointment")
    written.update(created_at=Subquery(booked.annotate(first=Min("at")).values("first")))
    # Batch by batch: all of them at the end would take longer than a statement may.
    connection.check_constraints()
