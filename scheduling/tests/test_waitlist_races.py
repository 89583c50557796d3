"""Two receptionists at two desks press Book at the same moment."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from facilities.tests.factories import FacilityFactory
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, WaitlistEntry
from scheduling.openings import Slot
from scheduling.tests.factories import (
    AppointmentFactory,
    WaitlistEntryFactory,
    in_days,
    working_doctor,
)
from scheduling.tests.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def free_slot(hour: int = 9) -> Slot:
    facility = FacilityFactory()
    starts_at = in_days(1, hour, facility=facility)
    return Slot(working_doctor(facility), facility, starts_at, starts_at + timedelta(hours=1))


def pressing(entry: WaitlistEntry, slot: Slot) -> Callable[[], Any]:
    own = WaitlistEntry.objects.get(pk=entry.pk)
    return lambda: own.book(slot, by=None)


def test_of_two_who_are_booked_into_one_time_one_is_and_the_other_waits_on():
    for _ in range(5):
        slot = free_slot()
        entries = [WaitlistEntryFactory(facility=slot.facility) for _ in range(2)]
        ends = at_once([pressing(entry, slot) for entry in entries])
        assert ends == {"done": 1, "doctor_busy": 1}
        booked = Appointment.objects.get(doctor=slot.doctor)
        ours = WaitlistEntry.objects.filter(facility=slot.facility)
        assert ours.get(status="booked").appointment == booked
        assert ours.waiting().count() == 1


def test_one_who_is_booked_into_two_times_gets_one():
    slot = free_slot()
    later = slot._replace(starts_at=slot.ends_at, ends_at=slot.ends_at + timedelta(hours=1))
    entry = WaitlistEntryFactory(facility=slot.facility)
    ends = at_once([pressing(entry, each) for each in (slot, later)])
    assert ends == {"done": 1, "not_waiting": 1}
    assert Appointment.objects.count() == 1


def test_a_patient_who_is_added_twice_waits_once():
    facility, patient = FacilityFactory(), PatientFactory()
    add = lambda: WaitlistEntryFactory(facility=facility, patient=patient)  # noqa: E731
    assert at_once([add] * 8) == {"done": 1, "waits_already": 7}


def test_booking_from_the_list_and_undoing_the_cancellation_cross_without_a_deadlock():
    slot = free_slot()
    visit = AppointmentFactory(facility=slot.facility, doctor=slot.doctor, starts_at=slot.starts_at)
    visit.cancel("Patient is ill", by=None)
    entry = WaitlistEntryFactory(facility=slot.facility)
    ends = at_once([pressing(entry, slot), lambda: visit.undo(by=None)])
    assert ends == {"done": 1, "doctor_busy": 1}
    assert Appointment.objects.holding_time().count() == 1
