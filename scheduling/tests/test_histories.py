"""Random histories: whatever the desk does, in whatever order, the promises hold after each step.

A short run is part of every test run. `CLINIC_HISTORIES=500` asks for so many histories of a
hundred steps each.
"""

import os
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from scheduling import rules
from scheduling.availability import Period
from scheduling.models import (
    Appointment,
    Closure,
    TimeOff,
    WorkingHours,
)
from scheduling.tests.history import History, codes_of, few, many
from scheduling.tests.history_of_searches import Search
from scheduling.tests.history_of_series import Series
from scheduling.tests.history_of_waiting import Waitlist
from scheduling.tests.world import DAY, World

LONG = int(os.environ.get("CLINIC_HISTORIES", "0"))
SETTINGS = settings(
    max_examples=LONG or 20,
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

    @rule(moment=st.integers(0, 8), doctor=st.sampled_from([0, 1]), patient=few, kind=few)
    def book_today(self, **chosen: int) -> None:
        visit = self.visit(by=0, **chosen)
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
        held = self.some(which, "pending")
        a_second_ago = timezone.now() - timedelta(seconds=1)
        Appointment.objects.filter(pk=held.pk).update(hold_expires_at=a_second_ago)
        self.has_changed = True
        others = Appointment.objects.holding_time().filter(doctor=held.doctor, overbook=0)
        if not others.overlapping(Period(held.starts_at, held.blocked_until)).exists():
            assert "doctor_busy" not in self.would_refuse(held)

    def would_refuse(self, held: Appointment) -> list[str | None]:
        """Say why a newcomer could not have the time of a hold that has expired."""
        where = {"doctor": held.doctor, "facility": held.facility, "by": None}
        when = {"starts_at": held.starts_at, "ends_at": held.ends_at}
        try:
            with transaction.atomic():
                Appointment.objects.book(patient=self.world.newcomer, **where, **when)
                transaction.set_rollback(True)
        except ValidationError as refusal:
            return codes_of(refusal)
        return []

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

    @rule(which=many, steps=st.lists(st.booleans(), min_size=1, max_size=4))
    @precondition(lambda self: self.some(0, "booked", "arrived", "checked-in"))
    def come(self, which: int, steps: list[bool]) -> None:
        """Take one step after another, or the last one back."""
        visit = self.some(which, "booked", "arrived", "checked-in")
        for forward in steps:
            now = timezone.now()
            ways = sorted(rules.open_steps(visit, now) & {"arrived", "checked-in", "fulfilled"})
            if forward and ways:
                self.do(ways[0], lambda: STEPS[ways[0]](visit, by=None))  # noqa: B023 - called at once
            else:
                self.do("undo", lambda: visit.undo(by=None))
            self.promises_are_kept()


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

    @rule(model=st.sampled_from([TimeOff, Closure]))
    def end_absence(self, model: Any) -> None:
        if absence := model.objects.order_by("pk").last():
            self.do("end absence", absence.delete)

    @rule(model=st.sampled_from([TimeOff, Closure]), whose=st.integers(0, 2), length=lengths)
    def change_absence(self, model: Any, whose: int, length: timedelta) -> None:
        absence = model.objects.order_by("pk").last()
        if absence is None:
            return
        if model is TimeOff:
            absence.doctor = self.world.doctors[whose]
        absence.ends_at = absence.starts_at + length
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


class Histories(Visits, Hours, Search, Series, Waitlist):
    """Everything at once."""


@pytest.mark.django_db
def test_whatever_is_done_in_whatever_order_the_promises_are_kept():
    Histories.world = World.made()
    Histories.ends.clear()
    run_state_machine_as_test(Histories, settings=SETTINGS)
    print("\n".join(f"{count:6} {end}" for end, count in sorted(Histories.ends.items())))
    assert len([end for end in Histories.ends if end.endswith("done")]) > 10
