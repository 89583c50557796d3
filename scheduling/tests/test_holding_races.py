"""One person who opens or books the same time in several windows at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from facilities.models import Doctor
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling import holding
from scheduling.models import Appointment
from scheduling.querysets import Visit
from scheduling.tests.factories import in_days, working_doctor
from scheduling.tests.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def doctor() -> Doctor:
    return working_doctor(FacilityFactory())


def nine(doctor: Doctor, by: User, **more: Any) -> Visit:
    facility = doctor.facilities.get()
    start = in_days(1, 9, facility=facility)
    return Visit(doctor=doctor, facility=facility, starts_at=start, by=by) | more


def keeping(doctor: Doctor, by: User) -> Callable[[], Any]:
    visit = nine(doctor, by)
    return lambda: holding.keep(by, visit, now=timezone.now())


def booking(doctor: Doctor, by: User, patient: Patient) -> Callable[[], Any]:
    visit = nine(doctor, by, patient=patient)
    return lambda: holding.book(by, visit)


def test_nobody_is_refused_by_their_own_hold_however_often_they_open_a_time(doctor):
    sam = staff_of(doctor.facilities.get())
    assert at_once([keeping(doctor, sam) for _ in range(8)]) == {"done": 8}
    assert holding.live(sam, timezone.now()).count() == 1


def test_of_many_who_open_a_time_one_holds_it(doctor):
    people = [staff_of(doctor.facilities.get()) for _ in range(16)]
    ends = at_once([keeping(doctor, person) for person in people])
    assert ends == {"done": 1, "doctor_busy": 15}


def test_booking_while_the_hold_is_still_on_its_way_books_once(doctor):
    sam = staff_of(doctor.facilities.get())
    patient = PatientFactory()
    ends = at_once([booking(doctor, sam, patient), keeping(doctor, sam)])
    assert ends["done"] >= 1
    booked = Appointment.objects.holding_time().get()
    assert (booked.status, booked.patient) == ("booked", patient)
