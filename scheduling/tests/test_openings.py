"""The search for openings over the whole network."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from facilities.models import CareType
from facilities.tests.factories import RoomFactory
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, Closure, FreeTimeHorizon, TimeOff
from scheduling.openings import find_openings, free_starts, windows
from scheduling.tests.factories import (
    AppointmentFactory,
    AppointmentTypeFactory,
    in_days,
    working_doctor,
)
from scheduling.tests.network import three_cardiologists, tomorrow
from scheduling.wanted import Wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def cardiology():
    return CareType.objects.create(name="Cardiology")


@pytest.fixture(params=["known ahead", "worked out"])
def network(request, cardiology):
    """Searches read what is known ahead, and work out what is not: both find the same."""
    if request.param == "known ahead":
        FreeTimeHorizon.extend(timezone.now().date())
    return three_cardiologists(cardiology)


def found(facility, count=5, **wanted):
    return find_openings(
        Wanted(**{"first": tomorrow(facility)} | wanted), now=timezone.now(), count=count
    )


def test_the_soonest_come_first_and_of_one_time_the_nearest(network, cardiology):
    omaha, lincoln, scottsbluff = network
    slots = found(omaha, care_type=cardiology, zip_code="68114", count=7)
    assert [slot.facility for slot in slots[:2]] == [omaha, lincoln]
    assert slots[0].starts_at == slots[1].starts_at == in_days(1, 8, facility=omaha)
    assert slots[0].miles < 10 < 40 < slots[1].miles < 70
    times = [slot.starts_at for slot in slots]
    assert times == sorted(times)
    assert scottsbluff in {slot.facility for slot in slots}


def test_two_choices_never_overlap_for_one_doctor(network):
    slots = found(network[0], facilities=[network[0]], count=4)
    assert [f"{slot.local_start:%H:%M}" for slot in slots] == ["08:00", "08:30", "09:00", "09:30"]


def test_miles_bound_the_search(network, cardiology):
    slots = found(network[0], care_type=cardiology, zip_code="68114", miles=25)
    assert {slot.facility for slot in slots} == {network[0]}


@pytest.mark.parametrize(
    "narrowed",
    [
        lambda network, doctor: {"doctors": [doctor]},
        lambda network, doctor: {"facilities": [network[1]]},
        lambda network, doctor: {"specialization": "dermatology"},
    ],
)
def test_it_can_be_asked_for_a_doctor_a_facility_or_a_specialization(network, narrowed):
    doctor = working_doctor(network[1], specialization="Dermatology", starts_at=time(7))
    slots = found(network[1], **narrowed(network, doctor))
    assert slots[0].doctor == doctor
    assert slots[0].starts_at == in_days(1, 7, facility=network[1])


def test_a_doctor_gives_only_the_care_they_provide(network, cardiology):
    other = working_doctor(network[0], starts_at=time(5))
    assert other not in {slot.doctor for slot in found(network[0], care_type=cardiology)}


def test_a_type_brings_its_length_its_buffer_and_who_offers_it(network, cardiology):
    kind = AppointmentTypeFactory(duration_minutes=60, buffer_minutes=15, care_type=cardiology)
    working_doctor(network[0], starts_at=time(5))
    slots = found(
        network[0], type=kind, duration=kind.duration, buffer=kind.buffer, facilities=network[:1]
    )
    assert [f"{slot.local_start:%H:%M}" for slot in slots[:2]] == ["08:00", "09:00"]
    last = free_starts(
        Wanted(
            first=tomorrow(network[0]),
            last=tomorrow(network[0]),
            duration=kind.duration,
            buffer=kind.buffer,
            type=kind,
            facilities=network[:1],
        ),
        now=timezone.now(),
    )[-1]
    assert f"{last.local_start:%H:%M}" == "16:45"


def test_mornings_are_those_of_each_facility(network, cardiology):
    slots = found(network[0], care_type=cardiology, to_time=time(9), count=20)
    hours = {slot.facility: set() for slot in slots}
    for slot in slots:
        hours[slot.facility].add(slot.local_start.hour)
    assert all(each == {8} for each in hours.values())
    assert len(hours) == 3


def test_afternoons_begin_at_noon(network):
    slots = found(network[0], facilities=network[:1], from_time=time(12))
    assert f"{slots[0].local_start:%H:%M}" == "12:00"


def test_only_the_weekdays_that_suit_are_looked_at(network):
    day = tomorrow(network[0]) + timedelta(days=2)
    slots = found(network[0], weekdays=frozenset({day.isoweekday()}))
    assert slots[0].local_start.date() == day


def test_what_is_taken_is_not_found(network):
    omaha = network[0]
    (doctor,) = omaha.doctors.all()
    at = in_days(1, 8, facility=omaha)
    hour = timedelta(hours=1)
    AppointmentFactory(facility=omaha, doctor=doctor, starts_at=at)
    TimeOff.objects.create(doctor=doctor, starts_at=at + hour / 2, ends_at=at + hour)
    Closure.objects.create(facility=omaha, starts_at=at + hour, ends_at=at + 2 * hour)
    assert found(omaha, doctors=[doctor])[0].starts_at == at + 2 * hour


def test_a_hold_is_in_the_way_as_long_as_it_runs(network):
    omaha = network[0]
    (doctor,) = omaha.doctors.all()
    at, now = in_days(1, 8, facility=omaha), timezone.now()
    Appointment.objects.hold(doctor=doctor, facility=omaha, starts_at=at, by=None, now=now)
    wanted = Wanted(first=tomorrow(omaha), doctors=[doctor])
    assert find_openings(wanted, now=now)[0].starts_at == at + timedelta(minutes=30)
    assert find_openings(wanted, now=now + timedelta(minutes=6))[0].starts_at == at


def test_a_booked_patient_or_room_is_looked_past(network):
    omaha, lincoln = network[:2]
    patient, room = PatientFactory(), RoomFactory(facility=omaha)
    at, half = in_days(1, 8, facility=omaha), timedelta(minutes=30)
    AppointmentFactory(
        facility=lincoln, doctor=lincoln.doctors.get(), starts_at=at, patient=patient
    )
    AppointmentFactory(facility=omaha, doctor=working_doctor(omaha), starts_at=at + half, room=room)
    (doctor,) = omaha.doctors.filter(specialization="Cardiology")
    slots = found(omaha, doctors=[doctor], patient=patient, room=room)
    assert slots[0].starts_at == at + 2 * half


def test_what_moves_is_not_in_its_own_way(network):
    omaha = network[0]
    (doctor,) = omaha.doctors.all()
    visit = AppointmentFactory(facility=omaha, doctor=doctor)
    starts = [
        slot.starts_at
        for slot in free_starts(
            Wanted(first=tomorrow(omaha), last=tomorrow(omaha), doctors=[doctor], moving=visit),
            now=timezone.now(),
        )
    ]
    assert visit.starts_at + timedelta(minutes=15) in starts


def test_days_beyond_what_is_known_are_worked_out(network):
    day = FreeTimeHorizon.extend(timezone.now().date()) + timedelta(days=30)
    slots = found(network[0], first=day, last=day, facilities=network[:1])
    assert slots[0].local_start.date() == day


@pytest.mark.parametrize("ahead", [0, 170, 400])
def test_half_a_year_is_looked_at_and_four_weeks_at_least(ahead):
    now = timezone.now()
    first = now.date() + timedelta(days=ahead)
    days = [day for window in windows(Wanted(first=first), now) for day in window.days]
    assert days[0] == first
    assert days[-1] == now.date() + timedelta(days=max(179, ahead + 28))


def test_an_inactive_doctor_or_facility_is_not_found(network):
    omaha, lincoln = network[:2]
    omaha.doctors.update(is_active=False)
    lincoln.is_active = False
    lincoln.save()
    assert {slot.facility for slot in found(omaha)} == {network[2]}


def test_a_doctor_who_left_a_facility_is_not_found_there(network):
    doctor = network[0].doctors.get()
    doctor.facilities.clear()
    assert not found(network[0], doctors=[doctor])


def test_every_opening_can_be_booked(network, cardiology):
    patient = PatientFactory()
    for slot in found(network[0], care_type=cardiology, patient=patient, count=12):
        AppointmentFactory(facility=slot.facility, doctor=slot.doctor, starts_at=slot.starts_at)


def test_a_search_takes_few_queries_however_many_doctors(
    network, cardiology, django_assert_num_queries
):
    found(network[0])
    for _ in range(10):
        working_doctor(network[0], specialization="Cardiology").care_types.add(cardiology)
    with django_assert_num_queries(5):
        assert len(found(network[0], care_type=cardiology, count=10)) == 10
