"""Many who want the time of a hold that has just expired, its holder among them."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.factories import in_days, working_doctor
from scheduling.tests.invariants import overlaps
from scheduling.tests.test_races import at_once, booking
from scheduling.triggers import HOLD_EXPIRED

pytestmark = pytest.mark.django_db(transaction=True)


def expired_hold(facility: Facility, doctor: Doctor, at: datetime) -> Appointment:
    held = Appointment.objects.hold(
        doctor=doctor, facility=facility, starts_at=at, by=None, now=timezone.now()
    )
    a_second_ago = timezone.now() - timedelta(seconds=1)
    Appointment.objects.filter(pk=held.pk).update(hold_expires_at=a_second_ago)
    return held


def test_of_64_who_want_the_time_of_an_expired_hold_exactly_one_gets_it():
    facility = FacilityFactory()
    doctor = working_doctor(facility)
    at = in_days(1, 9, facility=facility)
    held = expired_hold(facility, doctor, at)
    ends = at_once([booking(PatientFactory(), doctor, at) for _ in range(64)])
    assert ends == {"done": 1, "doctor_busy": 63}
    held.refresh_from_db()
    assert held.status == "cancelled"
    assert held.events.filter(reason=HOLD_EXPIRED).count() == 1


def test_an_expired_hold_is_confirmed_or_lost_but_never_both():
    facility = FacilityFactory()
    doctor = working_doctor(facility)
    others = [working_doctor(facility) for _ in range(4)]
    for hour in range(9, 17):
        at = in_days(1, hour, facility=facility)
        held, patient = expired_hold(facility, doctor, at), PatientFactory()
        ends = at_once(
            [
                lambda held=held, patient=patient: held.confirm(patient=patient, by=None),
                *(booking(PatientFactory(), doctor, at) for _ in range(3)),
                # Whoever books elsewhere gives up expired holds too.
                *(booking(PatientFactory(), other, at) for other in others),
            ]
        )
        held.refresh_from_db()
        if held.status == "booked":
            assert ends == {"done": 5, "doctor_busy": 3}
        else:
            assert ends == {"done": 5, "doctor_busy": 2, "hold_lost": 1}
        assert overlaps() == []
