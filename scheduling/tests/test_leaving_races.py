"""Who books at a facility, and who takes it out of use just then, do not miss each other."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from facilities.models import Facility
from facilities.refusals import refusals
from facilities.tests.factories import FacilityFactory
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor
from scheduling.tests.test_free_time_races import wait_until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visit() -> dict[str, Any]:
    facility = FacilityFactory()
    at = in_days(1, 9, facility=facility)
    where = {"facility": facility, "doctor": working_doctor(facility)}
    return where | {"patient": PatientFactory(), "starts_at": at, "by": None}


def book(visit: dict[str, Any]) -> str:
    """Book on a thread of its own; return how that ended."""
    try:
        Appointment.objects.book(**visit)
    except ValidationError as refusal:
        return str(refusal.error_list[0].code)
    finally:
        connection.close()
    return "done"


def leave(facility: Facility) -> str:
    """Take a facility out of use on a thread of its own; return how that ended."""
    try:
        with refusals():
            Facility.objects.filter(pk=facility.pk).update(is_active=False)
    except ValidationError as refusal:
        return str(refusal.error_list[0].code)
    finally:
        connection.close()
    return "done"


def test_who_books_at_that_moment_is_told(visit):
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Facility.objects.filter(pk=visit["facility"].pk).update(is_active=False)
            booking = pool.submit(book, visit)
            wait_until_somebody_waits()
        assert booking.result(timeout=20) == "facility_inactive"


def test_what_is_just_being_booked_counts(visit):
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Appointment.objects.book(**visit)
            going = pool.submit(leave, visit["facility"])
            wait_until_somebody_waits()
        assert going.result(timeout=20) == "visits_to_come"


def test_bookings_at_one_facility_wait_neither_for_each_other_nor_for_a_registration(visit):
    other = working_doctor(visit["facility"])
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        PatientFactory(facility=visit["facility"])
        AppointmentFactory(facility=visit["facility"], doctor=other)
        assert pool.submit(book, visit).result(timeout=20) == "done"
