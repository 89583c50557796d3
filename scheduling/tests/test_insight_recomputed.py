"""The figures of random histories against the same worked out slowly, row by row, in Python."""

import random
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from statistics import median

import pytest
from django.utils import timezone

from facilities.tests.factories import DoctorFactory, FacilityFactory
from scheduling.availability import Period, hours_period, without
from scheduling.calendars import local
from scheduling.insight.scope import Scope
from scheduling.insight.statements import (
    CANCELLATIONS,
    NOSHOWS,
    THIRD_NEXT,
    UTILISATION,
    WAITING,
)
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    Closure,
    FreeTimeHorizon,
    TimeOff,
    WorkingHours,
)
from scheduling.openings import find_openings
from scheduling.tests.factories import AppointmentFactory, in_days
from scheduling.tests.test_insight import step, visit
from scheduling.wanted import Wanted

pytestmark = pytest.mark.django_db

# The clocks of Chicago go back on 1 November 2026.
FIRST, LAST = date(2026, 10, 26), date(2026, 11, 4)
ZONES = ("America/Chicago", "Asia/Kolkata")
STATUSES = ("fulfilled", "fulfilled", "noshow", "cancelled", "booked", "checked-in")
HELD = {"booked", "arrived", "checked-in", "fulfilled"}


class History:
    """Some doctors with their hours, absences and visits, in and around the period."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.facilities = [FacilityFactory(timezone=zone) for zone in ZONES]
        self.doctors = [DoctorFactory(facilities=[each]) for each in self.facilities * 2]
        self.days = [FIRST + timedelta(days=n) for n in range(-1, (LAST - FIRST).days + 2)]
        for doctor in self.doctors:
            self._work(doctor)
            for day in self.days:
                self._see(doctor, day)
        self._be_away()
        self.scope = Scope(self.facilities, FIRST, LAST, timezone.now())

    def _work(self, doctor) -> None:
        for weekday in self.rng.sample(range(1, 8), 5):
            for since, until in ((0, 3), (9, 12), (22, 0)):
                WorkingHours.objects.create(
                    doctor=doctor,
                    facility=doctor.facilities.get(),
                    weekday=weekday,
                    starts_at=time(since, self.rng.choice((0, 30))),
                    ends_at=time(until),
                    weeks=self.rng.choice((0, 0, 1, 2)),
                    valid_from=self.rng.choice((date(2020, 1, 1), FIRST + timedelta(days=3))),
                    valid_until=self.rng.choice((None, LAST - timedelta(days=3))),
                )

    def _see(self, doctor, day) -> None:
        tz = doctor.facilities.get().tz
        for hour in self.rng.sample(range(24), 4):
            start = datetime.combine(day, time(hour, 15), tz).astimezone(UTC)
            status = self.rng.choice(STATUSES)
            made = visit(doctor, start, status, minutes=self.rng.choice((10, 25, 40)))
            if status == "cancelled" and self.rng.random() < 0.8:
                hours = self.rng.choice((-1, 1, 24, 40, 72, 100, 168, 300))
                step(made, "cancelled", start - timedelta(hours=hours))
            if status == "fulfilled":
                self._walk_through(made, start)

    def _walk_through(self, made: Appointment, start: datetime) -> None:
        at, before = start - timedelta(minutes=9), "booked"
        for to in ("arrived", "checked-in", "fulfilled"):
            if to != "fulfilled" and self.rng.random() < 0.2:
                continue
            at += timedelta(minutes=self.rng.randint(1, 30))
            step(made, to, at, before)
            if self.rng.random() < 0.2 and to != "fulfilled":
                step(made, before, at := at + timedelta(minutes=1), to, kind="undone")
                continue
            before = to

    def _be_away(self) -> None:
        for model, whose in (
            *((TimeOff, {"doctor": doctor}) for doctor in self.doctors),
            *((Closure, {"facility": facility}) for facility in self.facilities),
        ):
            for _ in range(2):
                start = datetime.combine(
                    self.rng.choice(self.days), time(self.rng.randrange(24)), UTC
                )
                length = timedelta(hours=self.rng.choice((1, 5, 30)))
                model.objects.create(starts_at=start, ends_at=start + length, **whose)

    def visits(self) -> list[Appointment]:
        """Return the visits of the period by each facility's own days."""
        return [
            each
            for each in Appointment.objects.select_related("facility")
            if FIRST <= local(each.starts_at, each.facility).date() <= LAST
        ]


@pytest.fixture(params=range(4))
def history(request) -> History:
    return History(request.param)


def test_utilisation_is_the_same_by_hand(history):
    expected: dict = defaultdict(lambda: [0.0, 0.0])
    for doctor in history.doctors:
        facility = doctor.facilities.get()
        away = [
            Period(each.starts_at, each.ends_at)
            for each in (*doctor.time_off.all(), *facility.closures.all())
        ]
        for day in history.days:
            for hours in doctor.working_hours.all():
                if FIRST <= day <= LAST and hours.applies_on(day):
                    shift = hours_period(day, hours.starts_at, hours.ends_at, facility.tz)
                    left = without([shift], away) if shift.starts_at < shift.ends_at else []
                    worked = sum((part.duration for part in left), timedelta())
                    expected[doctor.pk, day.isoweekday()][0] += worked.total_seconds() / 60
    for each in history.visits():
        if each.status in HELD:
            weekday = local(each.starts_at, each.facility).isoweekday()
            length = each.blocked_until - each.starts_at
            expected[each.doctor_id, weekday][1] += length.total_seconds() / 60
    found = {(row[0], row[2]): [row[3], row[4]] for row in history.scope.rows(UTILISATION)}
    assert found == {key: pytest.approx(value) for key, value in expected.items()}


def test_no_shows_are_the_same_by_hand(history):
    expected = Counter()
    for each in history.visits():
        day = local(each.starts_at, each.facility).date()
        monday = day - timedelta(days=day.weekday())
        expected[monday, "due"] += each.status in {"noshow", "checked-in", "fulfilled"}
        expected[monday, "missed"] += each.status == "noshow"
    rows = history.scope.rows(NOSHOWS)
    assert {row[0] for row in rows} == {monday for monday, _what in expected}
    for monday, missed, due in rows:
        assert (missed, due) == (expected[monday, "missed"], expected[monday, "due"])


def test_cancellations_are_the_same_by_hand(history):
    expected = Counter()
    for each in history.visits():
        if each.status != "cancelled":
            expected["kept"] += 1
            continue
        event = each.events.filter(to_status="cancelled").first()
        if event is None:
            expected["unknown"] += 1
            continue
        hours = (each.starts_at - event.at).total_seconds() / 3600
        edges = ((0, "after"), (23.99, "day"), (71.99, "three"), (167.99, "week"))
        expected[next((name for edge, name in edges if hours <= edge), "more")] += 1
    assert dict(history.scope.rows(CANCELLATIONS)) == dict(expected)


def percentile(values: list[float], share: float) -> float:
    """Return the percentile between the two values that are nearest, as SQL has it."""
    ordered, at = sorted(values), share * (len(values) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def test_waiting_is_the_same_by_hand(history):
    waits, stays = defaultdict(list), defaultdict(list)
    for each in history.visits():
        if each.status != "fulfilled":
            continue
        at: dict[str, datetime] = {}
        for event in AppointmentEvent.objects.filter(appointment=each).order_by("pk"):
            if event.kind == "undone":
                at.pop(event.from_status, None)
            else:
                at[event.to_status] = event.at
        hour = local(each.starts_at, each.facility).hour
        for begin, end, kept in (
            ("arrived", "checked-in", waits),
            ("checked-in", "fulfilled", stays),
        ):
            if begin in at and end in at:
                minutes = (at[end] - at[begin]).total_seconds() / 60
                kept[hour].append(minutes)
                kept[None].append(minutes)
    rows = history.scope.rows(WAITING)
    assert {row[0] for row in rows} == {*waits, *stays}
    for hour, count, wait, visits, stay in rows:
        assert (count, visits) == (len(waits[hour]), len(stays[hour]))
        for found, values in ((wait, waits[hour]), (stay, stays[hour])):
            if values:
                assert found == pytest.approx([median(values), percentile(values, 0.9)])


@pytest.mark.parametrize("seed", range(4))
def test_the_third_next_opening_is_the_one_that_a_search_finds(seed):
    rng, now = random.Random(seed), timezone.now()
    facilities = [FacilityFactory(timezone=zone) for zone in ZONES]
    doctors = [DoctorFactory(facilities=facilities) for _ in range(3)]
    for doctor in doctors:
        for weekday in rng.sample(range(1, 8), 2):
            for facility, hour in zip(facilities, (9, 14), strict=True):
                WorkingHours.objects.create(
                    doctor=doctor,
                    facility=facility,
                    weekday=weekday,
                    starts_at=time(hour, rng.choice((0, 5, 20))),
                    ends_at=time(hour + rng.choice((1, 2))),
                    valid_from=date(2020, 1, 1),
                )
        for days in range(1, 8):
            taken = in_days(days, 14, 25, facility=facilities[1])
            length = timedelta(minutes=rng.choice((10, 25)))
            held = {"facility": facilities[1], "doctor": doctor, "ends_at": taken + length}
            if rng.random() < 0.6:
                AppointmentFactory(starts_at=taken, override="Random", **held)
    FreeTimeHorizon.extend(now.date())
    for chosen in (facilities, facilities[:1]):
        found = Scope(chosen, FIRST, LAST, now).rows(
            THIRD_NEXT,
            needs=timedelta(minutes=30),
            minutes=30,
            yesterday=now.date() - timedelta(days=1),
        )
        for doctor, _name, facility, starts_at in found:
            own = [each for each in doctors if each.pk == doctor]
            wanted = Wanted(first=now.date() - timedelta(days=1), doctors=own, facilities=chosen)
            third = find_openings(wanted, now=now, count=3)[2:]
            assert [(slot.facility.pk, slot.starts_at) for slot in third] == [(facility, starts_at)]
