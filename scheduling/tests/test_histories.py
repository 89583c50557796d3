"""Random histories: whatever the desk does, in whatever order, the promises hold after each step.

A short run is part of every test run. `CLINIC_HISTORIES=500` asks for so many histories of a
hundred steps each.
"""

import os
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from scheduling.calendars import local
from scheduling.models import (
    Appointment,
    AppointmentSeries,
    Closure,
    TimeOff,
    WaitlistEntry,
    WorkingHours,
)
from scheduling.openings import Slot, find_openings
from scheduling.recurrence import Weekly
from scheduling.tests.history import History, few, many
from scheduling.tests.world import DAY, World
from scheduling.wanted import Wanted

LONG = int(os.environ.get("CLINIC_HISTORIES", "0"))
SETTINGS = settings(
    max_examples=LONG or 25,
    stateful_step_count=100 if LONG else 25,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
    phases=set(Phase) - {Phase.explain},
)

lengths = st.sampled_from([timedelta(minutes=30), timedelta(hours=1), timedelta(hours=5), 2 * DAY])
STEPS: dict[str, Callable[..., None]] = {
    "arrived": Appointment.mark_arrived,
    "checked-in": Appointment.check_in,
    "fulfilled": Appointment.fulfil,
    "noshow": Appointment.mark_noshow,
    "entered-in-error": Appointment.mark_entered_in_error,
}


class Visits(History):
    """The life of single visits."""

    @rule(moment=many, doctor=few, patient=few, kind=few, by=few, override=st.booleans())
    def book(self, override: bool, **chosen: int) -> None:
        visit = self.visit(**chosen) | {"override": "In pain" if override else ""}
        self.do("book", lambda: Appointment.objects.book(**visit))

    @rule(moment=many, doctor=few, patient=few, kind=few, by=few)
    def hold(self, patient: int, **chosen: int) -> None:
        visit = self.visit(patient=patient, **chosen)
        if patient == 3:
            del visit["patient"]
        self.do("hold", lambda: Appointment.objects.hold(now=timezone.now(), **visit))

    @rule(which=many, patient=few, kind=few, by=few)
    @precondition(lambda self: self.some(0, "pending"))
    def confirm(self, which: int, patient: int, kind: int, by: int) -> None:
        held = self.some(which, "pending")
        world = self.world
        self.do(
            "confirm",
            lambda: held.confirm(
                patient=world.patients[patient % 3],
                type=world.types[kind % 3],
                by=world.users[by % 3],
            ),
        )

    @rule(which=many)
    @precondition(lambda self: self.some(0, "pending"))
    def expire(self, which: int) -> None:
        held = Appointment.objects.filter(pk=self.some(which, "pending").pk)
        held.update(hold_expires_at=timezone.now() - timedelta(seconds=1))

    @rule(which=many, moment=many, doctor=few, override=st.booleans(), stale=few)
    @precondition(lambda self: self.some(0))
    def move(self, which: int, moment: int, doctor: int, override: bool, stale: int) -> None:
        visit = self.some(which)
        to = {
            "starts_at": self.at(moment),
            "doctor": [*self.world.doctors, None][doctor],
            "override": "In pain" if override else "",
            "version": 1 if stale == 3 else None,
        }
        self.do("move", lambda: visit.reschedule(by=None, **to))

    @rule(which=many)
    @precondition(lambda self: self.some(0))
    def cancel(self, which: int) -> None:
        visit = self.some(which)
        self.do("cancel", lambda: visit.cancel("Patient is ill", by=None))

    @rule(which=many, days=st.sampled_from([0, 0, 0, 1]))
    @precondition(lambda self: self.some(0))
    def undo(self, which: int, days: int) -> None:
        visit, now = self.some(which), timezone.now() + days * DAY
        self.do("undo", lambda: visit.undo(by=None, now=now))

    @rule(which=many, step=st.sampled_from(sorted(STEPS)), late=st.booleans())
    @precondition(lambda self: self.some(0))
    def step(self, which: int, step: str, late: bool) -> None:
        visit = self.some(which)
        now = {"now": visit.starts_at + DAY} if step == "noshow" and late else {}
        self.do(step, lambda: STEPS[step](visit, by=None, **now))


class Hours(History):
    """When doctors are there: absences come and go, and so do working hours."""

    @rule(whose=few, moment=many, length=lengths)
    def be_absent(self, whose: int, moment: int, length: timedelta) -> None:
        period = {"starts_at": self.at(moment), "ends_at": self.at(moment) + length}
        facilities = dict(enumerate(self.world.facilities))
        if facility := facilities.get(whose):
            self.do("close", lambda: Closure.objects.create(facility=facility, **period))
        else:
            doctor = self.world.doctors[whose - 1]
            self.do("go away", lambda: TimeOff.objects.create(doctor=doctor, **period))

    @rule(model=st.sampled_from([TimeOff, Closure]), whose=few, length=lengths)
    def change_absence(self, model: Any, whose: int, length: timedelta) -> None:
        absence = model.objects.order_by("pk").last()
        if absence is None:
            return
        if whose == 3:
            absence.delete()
        elif model is TimeOff:
            absence.doctor = self.world.doctors[whose]
        absence.ends_at = absence.starts_at + length
        if absence.pk:
            self.do("change absence", absence.save)

    @rule(which=many, change=st.sampled_from(["shorter", "longer", "weeks", "until", "delete"]))
    def change_hours(self, which: int, change: str) -> None:
        rows = WorkingHours.objects.order_by("pk")
        if not rows:
            return
        row = rows[which % len(rows)]
        self.do(f"hours {change}", lambda: _change(row, change, self.world.first_days[0]))


def _change(hours: WorkingHours, change: str, today: date) -> None:
    match change:
        case "delete":
            hours.delete()
            return
        case "shorter":
            hours.starts_at = time(9)
        case "longer":
            hours.ends_at = time(0)
        case "weeks":
            hours.weeks = (hours.weeks + 1) % 3
        case "until":
            hours.valid_until = today + DAY
    hours.full_clean()
    hours.save()


class Search(History):
    """What the search finds can be booked; what it finds here is taken back."""

    @rule(first=st.sampled_from([0, 1]), kind=few, patient=few, doctor=few)
    def find(self, first: int, kind: int, patient: int, doctor: int) -> None:
        world, chosen = self.world, self.world.types[kind % 3]
        wanted = {"patient": world.patients[patient % 3], "type": chosen}
        length = {"duration": chosen.duration, "buffer": chosen.buffer} if chosen else {}
        doctors = world.doctors[doctor : doctor + 1] or None
        found = find_openings(
            Wanted(first=world.first_days[first], doctors=doctors, **wanted, **length),
            now=timezone.now(),
        )
        assert found or WorkingHours.objects.count() < 20
        for slot in found:
            with transaction.atomic():
                where = {"doctor": slot.doctor, "facility": slot.facility}
                Appointment.objects.book(starts_at=slot.starts_at, by=None, **where, **wanted)
                transaction.set_rollback(True)
        self.ends["find: done"] += 1


class Series(History):
    """Visits that repeat, on up to three days in a row."""

    @rule(moment=many, doctor=few, patient=few, kind=few, by=few, days=st.sampled_from([2, 3]))
    def book_series(self, days: int, **chosen: int) -> None:
        visit = self.visit(**chosen)
        first = local(visit["starts_at"], visit["facility"]).date()
        weekdays = sorted((first + n * DAY).isoweekday() for n in range(days))
        visit["rule"] = str(Weekly(1, tuple(weekdays), count=days))
        self.do("series", lambda: AppointmentSeries.objects.book(**visit))

    def repeated(self, which: int) -> Appointment | None:
        rows = Appointment.objects.exclude(series=None).order_by("pk")
        return rows[which % len(rows)] if rows else None

    @rule(which=many, moment=many, doctor=few)
    @precondition(lambda self: self.repeated(0))
    def move_series(self, which: int, moment: int, doctor: int) -> None:
        visit = self.repeated(which)
        to = {"starts_at": self.at(moment), "doctor": [*self.world.doctors, None][doctor]}
        self.do("move series", lambda: visit.series.move_from(visit, by=None, **to))

    @rule(which=many)
    @precondition(lambda self: self.repeated(0))
    def cancel_series(self, which: int) -> None:
        visit = self.repeated(which)
        self.do("cancel series", lambda: visit.series.cancel_from(visit, "Moved away", by=None))


class Waitlist(History):
    """Patients who wait, and are booked, or give up."""

    @rule(patient=few, facility=st.sampled_from([0, 1]), kind=few)
    def wait(self, patient: int, facility: int, kind: int) -> None:
        world = self.world
        wish = {"facility": world.facilities[facility], "type": world.types[kind % 3]}
        who = world.patients[patient % 3]
        self.do("wait", lambda: WaitlistEntry.objects.add(patient=who, by=None, **wish))

    def waiting(self, which: int) -> WaitlistEntry | None:
        rows = WaitlistEntry.objects.order_by("pk")
        return rows[which % len(rows)] if rows else None

    @rule(which=many, moment=many, doctor=few)
    @precondition(lambda self: self.waiting(0))
    def book_who_waits(self, which: int, moment: int, doctor: int) -> None:
        entry, at = self.waiting(which), self.at(moment)
        visit = self.visit(moment, doctor, 0, 0, 0)
        slot = Slot(visit["doctor"], visit["facility"], at, at + timedelta(hours=1))
        self.do("book who waits", lambda: entry.book(slot, by=None))

    @rule(which=many, appointment=many)
    @precondition(lambda self: self.waiting(0))
    def stop_waiting(self, which: int, appointment: int) -> None:
        entry, visit = self.waiting(which), self.some(appointment, "booked")
        if visit:
            self.do("stop waiting", lambda: entry.close(visit, by=None))
        else:
            self.do("give up waiting", lambda: entry.remove("Moved away", by=None))


class Histories(Visits, Hours, Search, Series, Waitlist):
    """Everything at once."""


@pytest.mark.django_db
def test_whatever_is_done_in_whatever_order_the_promises_are_kept():
    Histories.world = World.made()
    Histories.ends.clear()
    run_state_machine_as_test(Histories, settings=SETTINGS)
    print("\n".join(f"{count:6} {end}" for end, count in sorted(Histories.ends.items())))
    assert len([end for end in Histories.ends if end.endswith("done")]) > 10
