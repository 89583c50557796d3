"""Two who change one absence: the second is shown what the first has made of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from scheduling.models import Closure, TimeOff
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor
from scheduling.tests.fields import fields_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


@pytest.fixture(params=["time-off", "closures"])
def absence(request: pytest.FixtureRequest, facility: Facility) -> Any:
    midnight = in_days(2, 0, facility=facility)
    ends = {"starts_at": midnight, "ends_at": midnight + timedelta(days=1), "reason": "Leave"}
    if request.param == "time-off":
        return TimeOff.objects.create(doctor=working_doctor(facility), **ends)
    return Closure.objects.create(facility=facility, **ends)


def address(absence: Any) -> str:
    return f"{absence.get_absolute_url()}edit/"


def opened(desk: Client, absence: Any) -> dict[str, str]:
    return fields_of(desk.get(address(absence)).content.decode(), "narrow-form")


def test_what_a_colleague_has_changed_is_shown_and_not_put_back(desk, facility, absence):
    form = opened(desk, absence)
    noon = in_days(2, 12, facility=facility)
    type(absence).objects.update(ends_at=noon, reason="Half a day")
    late = desk.post(address(absence), form | {"reason": "Course"})
    page = late.content.decode()
    assert late.status_code == 409
    assert "Somebody else has changed this meanwhile" in page
    assert f"{noon.astimezone(facility.tz):%a, %b %-d, %Y}, 12:00 PM" in page
    assert "Half a day" in page
    typed = fields_of(page, "narrow-form")
    assert typed["reason"] == "Course"
    absence.refresh_from_db()
    assert (absence.ends_at, absence.reason) == (noon, "Half a day")
    assert desk.post(address(absence), typed).status_code == 302
    absence.refresh_from_db()
    assert (absence.ends_at - absence.starts_at, absence.reason) == (timedelta(days=1), "Course")


def test_whoever_is_alone_saves_at_once(desk, absence):
    assert desk.post(address(absence), opened(desk, absence) | {"reason": "x"}).status_code == 302
    absence.refresh_from_db()
    assert absence.reason == "x"


def test_a_form_that_does_not_say_what_it_was_opened_on_is_too_old(desk, absence):
    form = opened(desk, absence)
    del form["was"]
    assert desk.post(address(absence), form).status_code == 409


def test_clashes_that_are_shown_in_between_do_not_hide_the_change(desk, facility, absence):
    doctor = getattr(absence, "doctor", None) or working_doctor(facility)
    at = in_days(2, 9, facility=facility)
    AppointmentFactory(facility=facility, doctor=doctor, starts_at=at, override="Once")
    form = opened(desk, absence)
    shown = desk.post(address(absence), form)
    assert shown.status_code == 422
    type(absence).objects.update(reason="Half a day")
    again = fields_of(shown.content.decode(), "narrow-form")
    assert desk.post(address(absence), again).status_code == 409


def test_what_is_deleted_meanwhile_is_not_found(desk, absence):
    form, there = opened(desk, absence), address(absence)
    absence.delete()
    assert desk.post(there, form).status_code == 404
