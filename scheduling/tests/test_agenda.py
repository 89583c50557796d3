"""What is free, and what is offered instead of a lost slot."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone

from facilities.tests.factories import FacilityFactory, RoomFactory
from patients.tests.factories import PatientFactory
from scheduling.agenda import doctor_days, doctors_on
from scheduling.alternatives import alternatives
from scheduling.models import Appointment, Closure, TimeOff, WorkingHours
from scheduling.openings import free_starts
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    in_days,
    working_doctor,
)
from scheduling.wanted import Wanted

pytestmark = pytest.mark.django_db

NOW = datetime(2037, 3, 2, 0, 0, tzinfo=UTC)  # a Sunday evening in Chicago
MONDAY = date(2037, 3, 2)


@pytest.fixture
def facility():
    return FacilityFactory(timezone="America/Chicago")


@pytest.fixture
def doctor(facility):
    return working_doctor(facility, starts_at=time(9), ends_at=time(11))


def clock(slots):
    return [f"{slot.local_start:%H:%M}" for slot in slots]


def free_slots(facility, doctors, first, last, *, now=NOW, **wanted):
    at = Wanted(first=first, last=last, doctors=doctors, facilities=[facility], **wanted)
    return free_starts(at, now=now)


def free(facility, doctor, day=MONDAY, **options):
    return clock(free_slots(facility, [doctor], day, day, **options))


def test_an_empty_day_is_free_on_every_quarter(facility, doctor):
    assert free(facility, doctor) == ["09:00", "09:15", "09:30", "09:45", "10:00", "10:15", "10:30"]


def test_appointments_time_off_and_closures_take_time_away(facility, doctor):
    nine = datetime(2037, 3, 2, 15, 0, tzinfo=UTC)
    AppointmentFactory(facility=facility, doctor=doctor, starts_at=nine)
    half = timedelta(minutes=30)
    TimeOff.objects.create(doctor=doctor, starts_at=nine + half, ends_at=nine + 2 * half)
    Closure.objects.create(facility=facility, starts_at=nine + 3 * half, ends_at=nine + 4 * half)
    assert free(facility, doctor) == ["10:00"]


def test_a_cancelled_appointment_leaves_its_time_free(facility, doctor):
    nine = datetime(2037, 3, 2, 15, 0, tzinfo=UTC)
    AppointmentFactory(facility=facility, doctor=doctor, starts_at=nine).cancel("Ill", by=None)
    assert "09:00" in free(facility, doctor)


def test_a_doctor_booked_at_another_facility_is_not_free_here(facility, doctor):
    other = FacilityFactory()
    WorkingHours.objects.filter(starts_at=time(9), weekday=1).update(ends_at=time(10))
    WorkingHours.objects.create(
        doctor=doctor,
        facility=other,
        weekday=1,
        starts_at=time(10),
        ends_at=time(11),
        valid_from=date(2020, 1, 1),
    )
    doctor.facilities.add(other)
    assert free(facility, doctor) == ["09:00", "09:15", "09:30"]
    at = datetime(2037, 3, 2, 16, 0, tzinfo=UTC)
    AppointmentFactory(facility=other, doctor=doctor, starts_at=at)
    WorkingHours.objects.filter(facility=other).delete()
    WorkingHours.objects.filter(weekday=1).update(ends_at=time(11))
    assert free(facility, doctor) == ["09:00", "09:15", "09:30", "10:30"]


def test_hours_apply_only_while_they_are_valid(facility, doctor):
    WorkingHours.objects.update(valid_until=MONDAY - timedelta(days=1))
    assert free(facility, doctor) == []


def test_what_has_passed_is_not_offered(facility, doctor):
    later = datetime(2037, 3, 2, 16, 5, tzinfo=UTC)  # 10:05 in Chicago
    assert free(facility, doctor, now=later) == ["10:05", "10:15", "10:30"]


def test_an_appointment_that_moves_does_not_stand_in_its_own_way(facility, doctor):
    nine = datetime(2037, 3, 2, 15, 0, tzinfo=UTC)
    moving = AppointmentFactory(facility=facility, doctor=doctor, starts_at=nine)
    assert free(facility, doctor)[0] == "09:30"
    assert free(facility, doctor, moving=moving, patient=moving.patient)[:2] == ["09:00", "09:15"]


def test_times_at_which_the_room_is_taken_are_not_offered(facility, doctor):
    room = RoomFactory(facility=facility)
    nine = datetime(2037, 3, 2, 15, 0, tzinfo=UTC)
    AppointmentFactory(
        facility=facility, doctor=working_doctor(facility), room=room, starts_at=nine
    )
    assert free(facility, doctor)[0] == "09:00"
    assert free(facility, doctor, room=room)[0] == "09:30"


def test_a_doctor_who_left_offers_nothing_but_keeps_what_is_booked(facility, doctor):
    nine = datetime(2037, 3, 2, 15, 0, tzinfo=UTC)
    visit = AppointmentFactory(facility=facility, doctor=doctor, starts_at=nine)
    doctor.is_active = False
    doctor.save()
    assert doctors_on(facility, MONDAY) == [doctor]
    assert doctors_on(facility, MONDAY + timedelta(days=1)) == []
    (day,) = doctor_days(facility, [doctor], MONDAY, MONDAY)
    assert (day.appointments, day.free) == ([visit], [])
    doctor.facilities.clear()
    assert doctors_on(facility, MONDAY) == [doctor]
    assert doctor_days(facility, [doctor], MONDAY, MONDAY)[0].hours == []


def test_a_visit_with_its_buffer_fits_before_the_next_one(facility, doctor):
    length = {"duration": timedelta(minutes=60), "buffer": timedelta(minutes=45)}
    assert free(facility, doctor, **length) == ["09:00", "09:15"]


def test_a_patient_is_not_offered_times_at_which_they_are_booked(facility, doctor):
    at = datetime(2037, 3, 2, 15, 0, tzinfo=UTC)
    patient = PatientFactory()
    AppointmentFactory(
        facility=facility, doctor=working_doctor(facility), patient=patient, starts_at=at
    )
    assert free(facility, doctor, patient=patient)[0] == "09:30"


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2037, 3, 8), 6), (date(2037, 11, 1), 8), (date(2037, 3, 9), 7)]
)
def test_a_night_doctor_works_as_long_as_the_night_of_the_clock_change_lasts(facility, day, hours):
    doctor = working_doctor(facility, starts_at=time(0), ends_at=time(7))
    hourly = free_slots(facility, [doctor], day, day, now=NOW, duration=timedelta(hours=hours))
    assert clock(hourly)[0] == "00:00"
    assert not free_slots(
        facility, [doctor], day, day, now=NOW, duration=timedelta(hours=hours, minutes=15)
    )


def test_days_of_a_month_take_two_queries(facility, doctor, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert len(doctor_days(facility, [doctor], MONDAY, MONDAY + timedelta(days=30))) == 31


class TestAlternatives:
    def lost(self, facility, doctor, **fields):
        at = in_days(1, 9, facility=facility)
        AppointmentFactory(facility=facility, doctor=doctor, starts_at=at)
        return Appointment(
            facility=facility,
            doctor=doctor,
            starts_at=at,
            ends_at=at + timedelta(minutes=30),
            blocked_until=at + timedelta(minutes=30),
            **fields,
        )

    def test_the_nearest_free_times_come_first(self, facility, doctor):
        lost = self.lost(facility, doctor)
        found = alternatives(lost, now=timezone.now(), count=3)
        assert clock(found) == ["09:30", "10:00", "10:30"]

    def test_each_of_them_can_be_booked(self, facility, doctor):
        patient = PatientFactory()
        found = alternatives(self.lost(facility, doctor, patient=patient), now=timezone.now())
        assert len(found) == 4
        for slot in found:
            AppointmentFactory(
                patient=patient,
                facility=slot.facility,
                doctor=slot.doctor,
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
            )

    def test_a_colleague_of_the_same_kind_helps_out_when_the_doctor_cannot_soon(
        self, facility, doctor
    ):
        alike = working_doctor(facility)
        working_doctor(facility, specialization="Cardiology")
        lost = self.lost(facility, doctor)
        day = {"starts_at": lost.ends_at, "ends_at": lost.starts_at + timedelta(hours=9)}
        TimeOff.objects.create(doctor=doctor, **day)
        found = alternatives(lost, now=timezone.now())
        assert {slot.doctor for slot in found} == {alike}

    def test_only_who_offers_the_type_helps_out(self, facility, doctor):
        kind = AppointmentTypeFactory()
        kind.doctors.set([doctor])
        alike = working_doctor(facility)
        lost = self.lost(facility, doctor, type=kind)
        assert {slot.doctor for slot in alternatives(lost, now=timezone.now())} == {doctor}
        kind.doctors.add(alike)
        assert alike in {slot.doctor for slot in alternatives(lost, now=timezone.now(), count=20)}
