"""What an action at the desk says of itself, and what can be pressed when it came too late."""

from typing import Any

import pytest
from django.test import Client

from facilities.models import Facility
from facilities.tests.factories import staff_of
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.factories import early_facility, in_days, visit_today
from scheduling.tests.fields import fields_of

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def facility() -> Facility:
    return early_facility()


@pytest.fixture
def visit(facility: Facility) -> Appointment:
    patient = PatientFactory(given_name="Maria", family_name="Lopez", facility=facility)
    return visit_today(facility=facility, patient=patient)


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


def press(desk: Client, visit: Appointment, step: str, **sent: Any) -> Any:
    visit.refresh_from_db()
    sent = {"version": visit.version} | sent
    return desk.post(f"/appointments/{visit.pk}/{step}/", sent, headers=HTMX)


def test_a_cancel_that_came_too_late_can_be_pressed_again(desk, visit):
    Appointment.objects.get(pk=visit.pk).mark_arrived(by=None)
    late = press(desk, visit, "cancel", version=1, usual="", other="Moved to Omaha")
    assert late.status_code == 409
    form = fields_of(late.content.decode(), f"/appointments/{visit.pk}/cancel/")
    assert (form["version"], form["usual"], form["other"]) == ("2", "", "Moved to Omaha")
    again = desk.post(f"/appointments/{visit.pk}/cancel/", form, headers=HTMX)
    assert again.status_code == 200
    visit.refresh_from_db()
    assert (visit.status, visit.cancel_reason) == ("cancelled", "Moved to Omaha")


def test_each_change_names_the_patient(desk, visit, facility):
    start = f"{in_days(0, 9, facility=facility):%a, %b %-d}, 9:00 AM with {visit.doctor}."
    for step, word in [("arrive", "Arrived"), ("check-in", "Checked in"), ("undo", "Undone")]:
        page = press(desk, visit, step).content.decode()
        assert f"{word}: Maria Lopez, {start}" in page


def test_the_list_tells_namesakes_apart(desk, visit, facility):
    namesake = PatientFactory(
        given_name="Maria", family_name="Lopez", date_of_birth="1984-02-29", facility=facility
    )
    visit_today(facility=facility, patient=namesake)
    page = desk.get(f"/desk/{facility.pk}/list/").content.decode()
    assert '<small class="visit-born">02/29/1984</small>' in page
    assert f"{visit.patient.date_of_birth:%m/%d/%Y}</small>" in page
