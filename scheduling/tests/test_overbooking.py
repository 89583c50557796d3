"""Booking over a taken time or outside hours: with a reason, twice at most, for one time only."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory, RoomFactory
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, Closure, TimeOff
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor
from scheduling.tests.raw import refused_by

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility)


@pytest.fixture
def nine(facility: Facility) -> datetime:
    return in_days(1, 9, facility=facility)


@pytest.fixture
def taken(facility: Facility, doctor: Doctor, nine: datetime) -> Appointment:
    return AppointmentFactory(facility=facility, doctor=doctor, starts_at=nine)


def over(taken: Appointment, **visit: Any) -> Appointment:
    """Book somebody else at the same time."""
    visit = {"starts_at": taken.starts_at, "override": "In pain"} | visit
    return AppointmentFactory(facility=taken.facility, doctor=taken.doctor, **visit)


def code_of(refusal: pytest.ExceptionInfo[ValidationError]) -> str | None:
    return refusal.value.error_list[0].code


def test_a_taken_time_is_booked_twice_more_and_then_no_more(taken):
    assert [taken.overbook, over(taken).overbook, over(taken).overbook] == [0, 1, 2]
    with pytest.raises(ValidationError, match="overbooked twice") as refusal:
        over(taken)
    assert code_of(refusal) == "doctor_busy"


def test_the_reason_is_kept_and_recorded(taken):
    visit = over(taken)
    assert visit.override_reason == visit.events.get().reason == "In pain"
    assert (visit.events.get().from_overbook, visit.events.get().to_overbook) == (1, 1)


@pytest.mark.parametrize("override", ["", "   "])
def test_without_a_reason_a_taken_time_stays_taken(taken, override):
    with pytest.raises(ValidationError) as refusal:
        over(taken, override=override)
    assert code_of(refusal) == "doctor_busy"


def test_a_reason_alone_overbooks_nothing_that_is_free(taken):
    visit = over(taken, starts_at=taken.ends_at)
    assert (visit.overbook, visit.override_reason) == (0, "In pain")


def test_the_database_wants_a_reason(taken):
    assert refused_by(taken, patient=PatientFactory(), overbook=1) == "appointment_overbook_reason"


def test_a_level_that_becomes_free_is_taken_first(taken):
    first, _second = over(taken), over(taken)
    first.cancel("Patient is ill", by=None)
    assert over(taken).overbook == 1


def test_neither_the_patient_nor_the_room_is_booked_twice_for_a_reason(facility, taken):
    with pytest.raises(ValidationError) as refusal:
        over(taken, patient=taken.patient)
    assert code_of(refusal) == "patient_busy"
    room = RoomFactory(facility=facility)
    over(taken, room=room)
    with pytest.raises(ValidationError) as refusal:
        over(taken, room=room)
    assert code_of(refusal) == "room_busy"


def test_a_move_to_a_free_time_ends_the_overbooking_and_undo_restores_it(taken):
    visit = over(taken)
    visit.reschedule(starts_at=taken.starts_at + HOUR, by=None)
    assert visit.overbook == 0
    visit.undo(by=None)
    visit.refresh_from_db()
    assert (visit.overbook, visit.starts_at) == (1, taken.starts_at)
    event = visit.events.first()
    assert (event.from_overbook, event.to_overbook) == (0, 1)


def test_undo_of_a_move_away_needs_the_level_to_be_free_still(taken):
    visit = over(taken)
    visit.reschedule(starts_at=taken.starts_at + HOUR, by=None)
    over(taken)
    with pytest.raises(ValidationError) as refusal:
        visit.undo(by=None)
    assert code_of(refusal) == "doctor_busy"


def test_a_visit_is_moved_over_a_taken_time_for_a_reason(taken):
    visit = over(taken, starts_at=taken.ends_at, override="")
    visit.reschedule(starts_at=taken.starts_at, override="In pain", by=None)
    assert (visit.overbook, visit.events.first().reason) == (1, "In pain")


def test_the_reason_for_one_time_is_none_for_another(facility, taken):
    visit = over(taken)
    other = AppointmentFactory(
        facility=facility, doctor=taken.doctor, starts_at=in_days(1, 11, facility=facility)
    )
    for starts_at, code in [
        (in_days(1, 20, facility=facility), "outside_hours"),
        (other.starts_at, "doctor_busy"),
    ]:
        with pytest.raises(ValidationError) as refusal:
            visit.reschedule(starts_at=starts_at, by=None)
        assert code_of(refusal) == code


def test_a_time_outside_hours_or_in_an_absence_is_booked_for_a_reason(facility, taken):
    late = in_days(1, 20, facility=facility)
    assert over(taken, starts_at=late).starts_at == late
    away = {"starts_at": taken.starts_at + HOUR, "ends_at": taken.starts_at + 2 * HOUR}
    TimeOff.objects.create(doctor=taken.doctor, **away)
    Closure.objects.create(facility=facility, **away)
    assert over(taken, starts_at=away["starts_at"]).overbook == 0


def test_no_reason_brings_back_what_has_passed(facility, taken):
    with pytest.raises(ValidationError) as refusal:
        over(taken, starts_at=in_days(-1, 9, facility=facility))
    assert code_of(refusal) == "in_the_past"
    with pytest.raises(ValidationError) as refusal:
        taken.reschedule(starts_at=in_days(-1, 9, facility=facility), override="In pain", by=None)
    assert code_of(refusal) == "in_the_past"


def test_a_reason_does_not_move_a_visit_off_the_grid(taken):
    with pytest.raises(ValidationError) as refusal:
        over(taken, starts_at=taken.starts_at + timedelta(minutes=2))
    assert code_of(refusal) == "off_grid"


def test_another_room_at_the_same_time_needs_no_reason_anew(facility, doctor, nine, taken):
    visit = over(taken)
    evening = AppointmentFactory(
        facility=facility, doctor=doctor, starts_at=nine + 11 * HOUR, override="Works late"
    )
    Closure.objects.create(facility=facility, starts_at=nine, ends_at=nine + HOUR)
    for each, level, reason in ((visit, 1, "In pain"), (evening, 0, "Works late"), (taken, 0, "")):
        room = RoomFactory(facility=facility)
        each.reschedule(starts_at=each.starts_at, room=room, by=None)
        assert (each.room, each.overbook, each.override_reason) == (room, level, reason)


def test_no_reason_books_a_doctor_where_they_do_not_work(facility, nine):
    with pytest.raises(ValidationError) as refusal:
        AppointmentFactory(
            facility=facility,
            doctor=working_doctor(FacilityFactory()),
            starts_at=nine,
            override="In pain",
        )
    assert code_of(refusal) == "doctor_elsewhere"
