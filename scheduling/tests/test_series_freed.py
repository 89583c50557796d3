"""What a change of a whole series frees is offered to those who wait, however long it is."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from facilities.tests.factories import staff_of
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, TimeOff, WaitlistEntry
from scheduling.tests.factories import WaitlistEntryFactory
from scheduling.tests.series_factories import Course, weekly
from scheduling.views.waitlist_after import freed

pytestmark = pytest.mark.django_db
HTMX: Any = {"HX-Request": "true"}


@pytest.fixture
def course() -> Course:
    return Course()


def visits_of(course: Course, count: int) -> list[Appointment]:
    first = course.first.astimezone(course.facility.tz)
    series = course.book(rule=weekly(first, count=count))
    return list(series.appointments.order_by("starts_at"))


def waits(course: Course, **wish: Any) -> WaitlistEntry:
    patient = PatientFactory(facility=course.facility, family_name="Quint")
    return WaitlistEntryFactory(patient=patient, facility=course.facility, **wish)


def iso(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def offered_after_cancelling(client: Client, visit: Appointment) -> tuple[str, list[str]]:
    """Cancel a visit and all that follow it; return the page and the starts that it links to."""
    client.force_login(staff_of(visit.facility))
    posted = {"version": visit.version, "usual": "Patient is ill", "scope": "following"}
    answer = client.post(f"/appointments/{visit.pk}/cancel/", posted, headers=HTMX)
    page = answer.content.decode()
    links = [parse_qs(urlsplit(unescape(link)).query) for link in re.findall(r'href="(.*?)"', page)]
    return page, [start for link in links for start in link.get("starts_at", [])]


def test_every_time_that_somebody_waits_for_is_named(client: Client, course: Course) -> None:
    waits(course)
    first, second, third = visits_of(course, 3)
    page, links = offered_after_cancelling(client, first)
    assert f"{first.starts_at.astimezone(course.facility.tz):%-I:%M}" in page
    assert "Quint" in page
    assert links == [iso(visit.starts_at) for visit in (second, third)]


def test_those_late_in_a_long_series_are_named_too(client: Client, course: Course) -> None:
    visits = visits_of(course, 20)
    waits(course, not_before=visits[17].starts_at.date())
    page, links = offered_after_cancelling(client, visits[0])
    assert "Quint" in page
    assert links == [iso(visit.starts_at) for visit in visits[18:]]


def test_a_time_at_which_the_doctor_is_away_is_not_named(client: Client, course: Course) -> None:
    waits(course)
    first, second, third = visits_of(course, 3)
    period = {"starts_at": second.starts_at, "ends_at": second.ends_at}
    TimeOff.objects.create(doctor=course.doctor, **period)
    assert offered_after_cancelling(client, first)[1] == [iso(third.starts_at)]


def test_what_nobody_waits_for_costs_nothing(course: Course) -> None:
    other_day = (course.first.astimezone(course.facility.tz) + timedelta(days=1)).isoweekday()
    waits(course, weekdays=[other_day])

    def statements(count: int) -> int:
        visit = visits_of(course, count)[0]
        assert visit.series is not None
        visit.series.cancel_from(visit, "Course is over", by=None)
        with CaptureQueriesContext(connection) as captured:
            assert freed(visit, WaitlistEntry.objects.all(), timezone.now()) == []
        return len(captured)

    assert statements(4) == statements(30)
