"""A facility does not go out of use over visits to come, whoever takes it out."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from facilities.models import Doctor, Facility
from facilities.refusals import refusals
from facilities.tests.api import api, current
from facilities.tests.factories import FacilityFactory
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.api import V1
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor
from scheduling.tests.raw import without_the_clock

pytestmark = pytest.mark.django_db

TOLD = "This facility has visits to come: 2. Enter a closure"


@pytest.fixture
def visits() -> list[Appointment]:
    first = AppointmentFactory()
    return [first, AppointmentFactory(facility=first.facility, starts_at=first.starts_at)]


@pytest.fixture
def facility(visits) -> Facility:
    return visits[0].facility


def leaves(row: Doctor | Facility) -> None:
    """Take a row out of use by SQL alone, as any command or shell may."""
    with refusals(), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(is_active=False)


def test_the_database_refuses_and_says_how_many(facility):
    with pytest.raises(ValidationError) as refusal:
        leaves(facility)
    (error,) = refusal.value.error_list
    assert error.code == "visits_to_come"
    assert error.message.startswith(TOLD)
    assert Facility.objects.get(pk=facility.pk).is_active


def test_once_the_visits_are_cancelled_it_is_done(visits, facility):
    for visit in visits:
        visit.cancel("Moved away", by=None)
    leaves(facility)
    assert not Facility.objects.get(pk=facility.pk).is_active


@pytest.mark.parametrize("status", ["fulfilled", "noshow", "entered-in-error"])
def test_what_is_no_visit_to_come_stands_in_nobodys_way(facility, status):
    Appointment.objects.update(status=status)
    leaves(facility)


def test_nor_does_what_is_over_though_nobody_has_said_so(visits, facility):
    visits[1].cancel("Not needed", by=None)
    start = timezone.now() - timedelta(hours=2)
    end = start + timedelta(hours=1)
    with without_the_clock():
        Appointment.objects.filter(pk=visits[0].pk).update(
            starts_at=start, ends_at=end, blocked_until=end
        )
    leaves(facility)


def test_nor_do_visits_elsewhere(visits):
    leaves(FacilityFactory())


def test_other_changes_are_made(facility):
    facility.name = "Renamed"
    facility.save()
    assert Facility.objects.get(pk=facility.pk).name == "Renamed"


@pytest.mark.parametrize("kind", ["doctor", "facility"])
def test_a_hold_keeps_nobody_and_cannot_be_confirmed_afterwards(kind):
    facility = FacilityFactory()
    at = in_days(2, 9, facility=facility)
    hold = Appointment.objects.hold(
        doctor=working_doctor(facility),
        facility=facility,
        starts_at=at,
        by=None,
        now=timezone.now(),
    )
    leaves(getattr(hold, kind))
    with pytest.raises(ValidationError) as refusal:
        hold.confirm(patient=PatientFactory(), by=None)
    assert refusal.value.error_list[0].code == f"{kind}_inactive"


def test_the_api_refuses_in_the_same_words(facility):
    admin, there = api(), f"{V1}/facilities/{facility.pk}"
    answer = admin.patch(there, {"is_active": False}, headers=current(admin, there))
    assert (answer.status_code, answer.json()["code"]) == (409, "visits_to_come")
    assert answer.json()["detail"].startswith(TOLD)
    assert admin.get(there).json()["is_active"] is True


def typed(form: Any) -> dict[str, Any]:
    """Return what a form shows, as a browser sends it back with “is active” cleared."""
    values = {form.add_prefix(name): form[name].value() for name in form.fields}
    return {n: v for n, v in values.items() if v is not None and n != "is_active"}


def test_the_admin_refuses_in_the_same_words(client, facility):
    client.force_login(UserFactory(role="admin"))
    there = reverse("admin:facilities_facility_change", args=[facility.pk])
    page = client.get(there).context
    said = typed(page["adminform"].form)
    for inline in page["inline_admin_formsets"]:
        said |= typed(inline.formset.management_form)
    answer = client.post(there, said, follow=True)
    assert TOLD in answer.content.decode()
    assert Facility.objects.get(pk=facility.pk).is_active
