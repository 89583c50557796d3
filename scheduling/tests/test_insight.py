"""The figures against a tiny example that was worked out by hand."""

from datetime import UTC, date, datetime, time, timedelta

import pgtrigger
import pytest

from facilities.models import Facility
from facilities.tests.factories import DoctorFactory, FacilityFactory
from patients.tests.factories import PatientFactory
from scheduling.insight.access import third_next
from scheduling.insight.figures import cancellations, noshows, utilisation, waiting
from scheduling.insight.scope import Scope
from scheduling.models import (
    Appointment,
    AppointmentEvent,
    Closure,
    FreeTimeHorizon,
    TimeOff,
    WorkingHours,
)

pytestmark = pytest.mark.django_db

# Sunday, 8 March 2026: the clocks of Chicago go forward. The week begins on the Monday before.
MONDAY, SUNDAY = date(2026, 3, 2), date(2026, 3, 8)
NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory(name="Papillion")


@pytest.fixture
def doctor(facility):
    made = DoctorFactory(name="Dr. Ruiz", facilities=[facility])
    for weekday, start, end in ((1, 8, 12), (2, 8, 12), (7, 0, 4)):
        WorkingHours.objects.create(
            doctor=made,
            facility=facility,
            weekday=weekday,
            starts_at=time(start),
            ends_at=time(end),
            valid_from=date(2020, 1, 1),
        )
    return made


@pytest.fixture
def scope(facility) -> Scope:
    return Scope([facility], MONDAY, SUNDAY, NOW)


def at(facility: Facility, day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), facility.tz).astimezone(UTC)


def visit(doctor, starts_at: datetime, status: str = "fulfilled", minutes: int = 30, **fields):
    """Write a visit of the past, which could not be booked."""
    ends_at = starts_at + timedelta(minutes=minutes)
    fields = {"ends_at": ends_at, "blocked_until": ends_at} | fields
    made = Appointment(
        patient=PatientFactory(),
        doctor=doctor,
        facility=doctor.facilities.get(),
        starts_at=starts_at,
        status=status,
        cancel_reason="Ill" if status == "cancelled" else "",
        **fields,
    )
    with pgtrigger.ignore("scheduling.Appointment:appointment_not_past"):
        Appointment.objects.bulk_create([made])
    return made


def step(made: Appointment, to: str, moment: datetime, before: str = "booked", kind="status"):
    both = {
        f"{side}_{name}": getattr(made, name)
        for side in ("from", "to")
        for name in ("starts_at", "ends_at", "doctor")
    }
    AppointmentEvent.objects.create(
        appointment=made, kind=kind, at=moment, from_status=before, to_status=to, **both
    )


def test_utilisation_is_booked_by_worked_less_absences(facility, doctor, scope):
    # Monday four hours, of which one is away and closed at once; Tuesday four; Sunday three.
    for model, whose in ((TimeOff, {"doctor": doctor}), (Closure, {"facility": facility})):
        model.objects.create(
            starts_at=at(facility, MONDAY, 11), ends_at=at(facility, MONDAY, 18), **whose
        )
    visit(doctor, at(facility, MONDAY, 8), minutes=60)
    buffer = at(facility, MONDAY, 9, 30)
    visit(doctor, at(facility, MONDAY, 9), minutes=15, blocked_until=buffer)
    visit(doctor, at(facility, MONDAY, 10), "cancelled")
    visit(doctor, at(facility, MONDAY, 10), "noshow")
    visit(doctor, at(facility, date(2026, 3, 3), 8), "booked", minutes=120)
    visit(doctor, at(facility, date(2026, 3, 9), 8))
    table = utilisation(scope).rows
    row = ["0%", "50%", "50%", "–", "–", "–", "–", "35%", "3.5", "10.0"]
    assert table == [["Dr. Ruiz", *row], ["All together", *row]]


def test_a_facility_s_day_is_its_own(facility, doctor):
    late = at(facility, MONDAY, 23, 30)
    assert late.date() == date(2026, 3, 3)
    visit(doctor, late)
    scope = Scope([facility], MONDAY, MONDAY, NOW)
    assert utilisation(scope).rows[0][2] == "12%"
    assert noshows(scope).rows[0] == ["Mar 2, 2026", "0", "1", "0.0%"]
    next_day = date(2026, 3, 3)
    assert noshows(Scope([facility], next_day, next_day, NOW)).rows == []


def test_no_shows_count_among_those_who_came_or_did_not(facility, doctor, scope):
    statuses = ("noshow", "fulfilled", "fulfilled", "arrived", "cancelled", "booked")
    for hour, status in enumerate(statuses, 8):
        visit(doctor, at(facility, MONDAY, hour), status)
    assert noshows(scope).rows == [
        ["Mar 2, 2026", "1", "4", "25.0%"],
        ["All weeks", "1", "4", "25.0%"],
    ]


def test_cancellations_count_by_notice(facility, doctor, scope):
    start = at(facility, MONDAY, 9)
    for hours, times in ((-1, 1), (23, 2), (24, 1), (72, 1), (168, 3)):
        for _ in range(times):
            made = visit(doctor, start, "cancelled")
            step(made, "cancelled", start - timedelta(hours=hours))
    given_up = visit(doctor, start, "cancelled")
    step(given_up, "cancelled", start - timedelta(hours=2), before="pending")
    visit(doctor, start)
    visit(doctor, start + timedelta(hours=1), "noshow")
    rows = {name: count for name, count, _share in cancellations(scope).rows}
    assert list(rows.values()) == ["1", "2", "1", "1", "3", "8", "10"]
    assert rows["A week or more"] == "3"
    assert cancellations(scope).rows[-1][-1] == "80%"


def test_waiting_is_from_arrival_to_check_in_to_the_end(facility, doctor, scope):
    for hour, wait in ((8, 10), (9, 20), (9, 40)):
        start = at(facility, MONDAY, hour, wait)
        made = visit(doctor, start, minutes=5)
        step(made, "arrived", start)
        checked_in = start + timedelta(minutes=wait)
        step(made, "checked-in", checked_in, "arrived")
        step(made, "fulfilled", checked_in + timedelta(minutes=30), "checked-in")
    assert waiting(scope).rows == [
        ["8 AM", "1", "10", "10", "1", "30", "30"],
        ["9 AM", "2", "30", "38", "2", "30", "30"],
        ["All day", "3", "20", "36", "3", "30", "30"],
    ]


def test_a_step_that_was_taken_back_does_not_count(facility, doctor, scope):
    start = at(facility, MONDAY, 9)
    made = visit(doctor, start)
    step(made, "arrived", start)
    step(made, "booked", start + timedelta(minutes=1), "arrived", kind="undone")
    step(made, "checked-in", start + timedelta(minutes=5))
    step(made, "fulfilled", start + timedelta(minutes=25), "checked-in")
    assert waiting(scope).rows[0] == ["9 AM", "0", "–", "–", "1", "20", "20"]


def test_nothing_is_said_in_words(scope):
    for make in (utilisation, noshows, cancellations, waiting, third_next):
        figure = make(scope)
        assert (figure.rows, figure.plots) == ([], [])
        assert figure.empty.endswith(".")


def test_the_third_next_opening_is_found(facility, doctor):
    today = datetime.now(UTC)
    FreeTimeHorizon.extend(today.date())
    ((name, days, _start, place),) = third_next(Scope([facility], MONDAY, SUNDAY, today)).rows
    assert (name, place) == ("Dr. Ruiz", "Papillion")
    assert 0 <= int(days) <= 6
    WorkingHours.objects.all().delete()
    assert third_next(Scope([facility], MONDAY, SUNDAY, today)).rows[0][1:3] == [
        *("–", "None in 180 days"),
    ]
