"""Why a search found nothing, in words that say what to change."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from facilities.models import CareType
from scheduling.models import Closure, FreeTimeHorizon, TimeOff, WorkingHours
from scheduling.no_opening import why_none
from scheduling.openings import find_openings
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor
from scheduling.tests.network import three_cardiologists, tomorrow
from scheduling.wanted import Wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def cardiology():
    return CareType.objects.create(name="Cardiology")


@pytest.fixture(params=["known ahead", "worked out"])
def network(request, cardiology):
    if request.param == "known ahead":
        FreeTimeHorizon.extend(timezone.now().date())
    return three_cardiologists(cardiology)


class TestWhyNone:
    def why(self, facility, **wanted):
        wanted = Wanted(**{"first": tomorrow(facility)} | wanted)
        assert not find_openings(wanted, now=timezone.now())
        return why_none(wanted, now=timezone.now())

    def test_no_doctor(self, network):
        assert self.why(network[0], specialization="Astrology").code == "no_doctor"

    def test_too_far(self, network, cardiology):
        reason = self.why(network[0], care_type=cardiology, zip_code="10001", miles=50)
        assert reason.code == "too_far"
        assert "50 miles of 10001" in reason.message

    def test_no_hours(self, network):
        WorkingHours.objects.all().delete()
        assert self.why(network[0]).code == "no_hours"

    def test_all_full_until(self, network):
        doctor = working_doctor(network[0], starts_at=time(9), ends_at=time(10))
        day = tomorrow(network[0])
        AppointmentFactory(
            facility=network[0],
            doctor=doctor,
            starts_at=in_days(1, 9, facility=network[0]),
            ends_at=in_days(1, 10, facility=network[0]),
        )
        reason = self.why(network[0], doctors=[doctor], last=day)
        assert reason.code == "all_full"
        assert f"{day:%B %-d}" in reason.message

    def test_all_away(self, network):
        """Nobody is full who is not there."""
        doctor, other = working_doctor(network[0]), working_doctor(network[0], name="Dr. Other")
        day = tomorrow(network[0])
        for each in (doctor, other):
            self.leave(each, network[0])
        reason = self.why(network[0], doctors=[doctor], last=day)
        assert reason.code == "all_away"
        assert str(doctor) in reason.message
        assert f"{day:%B %-d}" in reason.message
        reason = self.why(network[0], doctors=[doctor, other], last=day)
        assert (reason.code, reason.message[:12]) == ("all_away", "All who offe")

    def test_all_closed(self, network):
        facility = network[0]
        midnight = in_days(1, 0, facility=facility)
        Closure.objects.create(
            facility=facility, starts_at=midnight, ends_at=midnight + timedelta(days=1)
        )
        wanted = {"facilities": [facility], "last": tomorrow(facility)}
        assert self.why(facility, **wanted).code == "all_away"

    def test_one_away_and_the_other_full_is_full(self, network):
        facility, day = network[0], tomorrow(network[0])
        away, full = working_doctor(facility), working_doctor(facility, time(9), time(10))
        self.leave(away, facility)
        at = in_days(1, 9, facility=facility)
        AppointmentFactory(
            facility=facility, doctor=full, starts_at=at, ends_at=at + timedelta(hours=1)
        )
        assert self.why(facility, doctors=[away, full], last=day).code == "all_full"

    def leave(self, doctor, facility):
        starts_at, ends_at = (in_days(1, hour, facility=facility) for hour in (8, 18))
        TimeOff.objects.create(doctor=doctor, starts_at=starts_at, ends_at=ends_at)

    def test_gaps_too_short(self, network):
        doctor = working_doctor(network[0], starts_at=time(9), ends_at=time(9, 20))
        reason = self.why(network[0], doctors=[doctor])
        assert reason.code == "too_short"
        assert "20 minutes" in reason.message

    def test_hours_that_do_not_suit(self, network):
        reason = self.why(network[0], facilities=network[:1], to_time=time(6))
        assert reason.code == "does_not_suit"
