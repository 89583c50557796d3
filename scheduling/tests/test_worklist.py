"""Proposals for appointments that cannot take place, and moving them as proposed."""

from datetime import date, time, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory, RoomFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, Closure, FreeTimeHorizon, TimeOff
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    in_days,
    working_doctor,
)
from scheduling.worklist import Choice, move_each, proposals, stranded

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility)


def book(facility, doctor, hour, minute=0, days=2, **fields):
    at = in_days(days, hour, minute, facility=facility)
    return AppointmentFactory(facility=facility, doctor=doctor, starts_at=at, **fields)


def away(facility, doctor, first=0, last=24, days=2):
    """Enter time off from one hour of the day to another."""
    midnight = in_days(days, 0, facility=facility)
    return TimeOff.objects.create(
        doctor=doctor,
        starts_at=midnight + timedelta(hours=first),
        ends_at=midnight + timedelta(hours=last),
    )


def listed(absence):
    rows = absence.affected(timezone.now()).select_related("patient", "doctor", "facility", "room")
    return proposals(rows, now=timezone.now())


def periods_of(found):
    return [
        (each.slot.doctor, each.slot.starts_at, each.slot.ends_at, each.appointment)
        for each in found
    ]


def test_a_day_away_affects_the_visits_that_touch_it_and_no_others(facility, doctor):
    before = book(facility, doctor, 11, 30)
    touching = book(facility, doctor, 12)
    book(facility, doctor, 15)
    book(facility, working_doctor(facility), 12)
    absence = away(facility, doctor, 12, 15)
    assert list(absence.affected(timezone.now())) == [touching]
    assert before.ends_at == absence.starts_at


def test_a_buffer_that_reaches_into_an_absence_is_not_affected(facility, doctor):
    kind = AppointmentTypeFactory(buffer_minutes=30)
    book(facility, doctor, 11, 30, type=kind)
    assert not away(facility, doctor, 12, 15).affected(timezone.now()).exists()


def test_what_is_given_up_done_or_over_is_not_affected(facility, doctor):
    book(facility, doctor, 9).cancel("Ill", by=None)
    done = book(facility, doctor, 10)
    Appointment.objects.filter(pk=done.pk).update(status="fulfilled")
    absence = away(facility, doctor)
    book_later = in_days(3, 0, facility=facility)
    assert not absence.affected(timezone.now()).exists()
    assert not absence.affected(book_later).exists()


def test_time_off_affects_the_doctor_at_every_facility_and_a_closure_one_facility(facility):
    other = FacilityFactory()
    doctor = working_doctor(facility, time(8), time(12))
    doctor.facilities.add(other)
    for hours in doctor.working_hours.all():
        hours.pk, hours.facility = None, other
        hours.starts_at, hours.ends_at = time(13), time(18)
        hours.save()
    here, there = book(facility, doctor, 9), book(other, doctor, 14)
    now = timezone.now()
    assert set(away(facility, doctor).affected(now)) == {here, there}
    closed = Closure.objects.create(
        facility=other, starts_at=here.starts_at, ends_at=there.ends_at + timedelta(hours=1)
    )
    assert list(closed.affected(now)) == [there]


def test_the_nearest_free_time_is_proposed_with_another_doctor_of_the_field(facility, doctor):
    working_doctor(facility, specialization="Dermatology")
    colleague = working_doctor(facility)
    visit = book(facility, doctor, 9)
    ((appointment, slot),) = listed(away(facility, doctor))
    assert (appointment, slot.doctor, slot.starts_at) == (visit, colleague, visit.starts_at)


def test_the_doctor_s_own_nearest_free_time_is_proposed_where_nobody_steps_in(facility, doctor):
    book(facility, doctor, 11)
    ((_, slot),) = listed(away(facility, doctor, 8, 12))
    assert (slot.doctor, slot.starts_at) == (doctor, in_days(2, 12, facility=facility))


def test_no_two_proposals_share_a_doctor_s_time(facility, doctor):
    working_doctor(facility, time(9), time(12))
    kind = AppointmentTypeFactory(buffer_minutes=15)
    for hour in range(8, 17):
        book(facility, doctor, hour, type=kind if hour % 2 else None)
    found = periods_of(listed(away(facility, doctor)))
    assert len(found) == 9
    for who, start, end, visit in found:
        until = end + (visit.blocked_until - visit.ends_at)
        others = [row for row in found if row[0] == who and row[3] != visit]
        assert all(other[1] >= until or other[2] <= start for other in others)


def two_who_are_free_at_ten(facility):
    """Make ten the nearest time for whoever is booked that day, with either of two doctors."""
    for _ in range(2):
        working_doctor(facility, time(10), time(10, 30))


def test_no_two_proposals_bring_one_patient_to_two_doctors_at_once(facility, doctor):
    patient = PatientFactory(facility=facility)
    two_who_are_free_at_ten(facility)
    for hour in (9, 12):
        book(facility, doctor, hour, patient=patient)
    one, other = periods_of(listed(away(facility, doctor)))
    assert one[2] <= other[1] or other[2] <= one[1]


def test_no_two_proposals_share_a_room(facility, doctor):
    room = RoomFactory(facility=facility)
    two_who_are_free_at_ten(facility)
    for hour in (9, 12):
        book(facility, doctor, hour, room=room)
    one, other = periods_of(listed(away(facility, doctor)))
    assert one[2] <= other[1] or other[2] <= one[1]


def test_a_proposal_leaves_out_when_the_patient_is_elsewhere(facility, doctor):
    patient = PatientFactory(facility=facility)
    working_doctor(facility, time(9, 30), time(12))
    elsewhere = FacilityFactory()
    book(facility, doctor, 9, patient=patient)
    busy = in_days(2, 9, 30, facility=facility)
    AppointmentFactory(
        facility=elsewhere,
        doctor=working_doctor(elsewhere),
        patient=patient,
        starts_at=busy,
        ends_at=busy + timedelta(hours=1),
    )
    ((_, slot),) = listed(away(facility, doctor))
    assert slot.starts_at == busy + timedelta(hours=1)


def test_every_proposal_can_be_taken(facility, doctor):
    working_doctor(facility, time(9), time(13))
    for hour in range(8, 18):
        book(facility, doctor, hour)
    found = listed(away(facility, doctor))
    choices = [
        Choice(each.appointment, each.slot.doctor, each.slot.starts_at, each.appointment.version)
        for each in found
    ]
    moved, refused = move_each(choices, by=staff_of(facility))
    assert (len(moved), refused) == (10, [])


def test_one_refusal_leaves_the_other_moves_made(facility, doctor):
    colleague = working_doctor(facility)
    visits = [book(facility, doctor, hour) for hour in (9, 10, 11)]
    away(facility, doctor)
    book(facility, colleague, 10)
    choices = [Choice(visit, colleague, visit.starts_at, visit.version) for visit in visits]
    moved, refused = move_each(choices, by=staff_of(facility))
    assert [visit.pk for visit in moved] == [visits[0].pk, visits[2].pk]
    assert [(each.appointment.pk, each.error.code) for each in refused] == [
        (visits[1].pk, "doctor_busy")
    ]


def test_nobody_free_means_no_proposal(facility, doctor):
    book(facility, doctor, 9)
    doctor.working_hours.update(valid_until=date(2020, 1, 2))
    ((_, slot),) = listed(away(facility, doctor))
    assert slot is None


def test_a_patient_who_is_with_us_is_listed_without_a_proposal(facility, doctor):
    visit = book(facility, doctor, 9)
    Appointment.objects.update(status="checked-in")
    ((appointment, slot),) = listed(away(facility, doctor))
    assert (appointment, slot) == (visit, None)


def test_shortened_hours_strand_what_lies_outside_them(facility, doctor):
    book(facility, doctor, 9)
    lost = book(facility, doctor, 16)
    away(facility, doctor, 9, 10)
    doctor.working_hours.update(ends_at=time(16, 15))
    assert stranded(doctor, Appointment.objects.all(), timezone.now()) == [lost]


def test_a_doctor_who_no_longer_works_at_a_facility_is_stranded_there(facility, doctor):
    visit = book(facility, doctor, 9)
    doctor.facilities.clear()
    assert stranded(doctor, Appointment.objects.all(), timezone.now()) == [visit]


@pytest.mark.parametrize("count", [2, 12])
@pytest.mark.parametrize("kinds", [0, 2])
def test_proposals_take_as_many_queries_for_many_as_for_few(
    facility, doctor, count, kinds, django_assert_num_queries: DjangoAssertNumQueries
):
    working_doctor(facility)
    types = AppointmentTypeFactory.create_batch(kinds) or [None]
    for turn in range(count):
        book(facility, doctor, 8 + turn // 2, turn % 2 * 30, type=types[turn % len(types)])
    rows = list(
        away(facility, doctor)
        .affected(timezone.now())
        .select_related("patient", "doctor", "facility", "room", "type")
    )
    FreeTimeHorizon.extend(timezone.now().date())
    with django_assert_num_queries(1 + 6 + 2 * kinds):
        found = proposals(rows, now=timezone.now())
    assert len(found) == count
