"""Lists of those who wait and of series, sorted as they are asked for."""

import pytest

from patients.tests.factories import PatientFactory
from scheduling.models import AppointmentSeries
from scheduling.tests.api import V1, Place
from scheduling.tests.factories import WaitlistEntryFactory, in_days
from scheduling.tests.series_factories import weekly

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return Place()


def listed(place, path, ordering):
    answer = place.staff().get(f"{V1}/{path}", {"ordering": ordering})
    assert answer.status_code == 200, answer.json()
    return [each["id"] for each in answer.json()["results"]]


def test_who_waits_is_sorted_by_when_they_came(place):
    entries = [
        WaitlistEntryFactory(
            patient=PatientFactory(facility=place.facility),
            facility=place.facility,
            priority=priority,
        ).pk
        for priority in ("routine", "urgent", "routine")
    ]
    assert listed(place, "waitlist", "created_at") == entries
    assert listed(place, "waitlist", "-id") == entries[::-1]
    assert place.staff().get(f"{V1}/waitlist", {"ordering": "note"}).status_code == 400


def test_series_are_sorted_by_their_first_day(place):
    series = []
    for days in (4, 2):
        first = in_days(days, 9, facility=place.facility)
        made = AppointmentSeries.objects.book(
            patient=place.patient,
            doctor=place.doctor,
            facility=place.facility,
            starts_at=first,
            rule=weekly(first.astimezone(place.facility.tz)),
            by=None,
        )
        series.append(made.pk)
    assert listed(place, "series", "first_day") == series[::-1]
    assert listed(place, "series", "-first_day") == series
    assert place.staff().get(f"{V1}/series", {"ordering": "rule"}).status_code == 400
