"""Races that a check before the write cannot see: a unique value taken, a row deleted meanwhile."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from clinic import problems
from facilities import conflicts, refusals
from facilities.models import Doctor, Room
from facilities.tests.factories import DoctorFactory, FacilityFactory

pytestmark = pytest.mark.django_db


def test_a_value_that_somebody_else_has_just_taken_is_a_conflict():
    DoctorFactory(licence_number="NE-1")
    with pytest.raises(IntegrityError) as stopped, transaction.atomic():
        Doctor.objects.create(name="Dr. Second", licence_number="NE-1")
    answer = problems.handle(stopped.value, {})
    assert (answer.status_code, answer.data["code"]) == (409, "overtaken")


def test_a_row_that_somebody_else_has_just_deleted_is_a_conflict():
    with pytest.raises(IntegrityError) as stopped:
        add_room_to_nothing()
    answer = problems.handle(stopped.value, {})
    assert (answer.status_code, answer.data["code"]) == (409, "overtaken")


@transaction.atomic
def add_room_to_nothing():
    Room.objects.create(facility_id=FacilityFactory().pk + 1, name="Blue")
    connection.check_constraints()


@pytest.mark.parametrize(
    "code", ["patient_inactive", "doctor_inactive", "room_inactive", "type_inactive"]
)
def test_what_another_request_would_not_meet_is_a_conflict(code):
    answer = problems.handle(ValidationError("It is inactive.", code=code), {})
    assert (answer.status_code, answer.data["code"]) == (409, code)


def test_every_duplicate_that_a_constraint_refuses_is_a_conflict_that_names_its_field():
    codes = refusals.duplicates()
    named = [name for name, (code, _) in refusals._words().items() if code in codes]
    assert {"care_type_name_unique", "patient_email_unique", "appointment_doctor_free"} <= {*named}
    for name in named:
        answer = problems.handle(refusals.refusal(name), {})
        assert answer.status_code == 409
        (error,) = answer.data["errors"]
        assert error["field"]
        assert error["code"] == answer.data["code"] != "unique"


def test_what_a_constraint_tells_is_not_listed_once_more():
    assert not conflicts.CONFLICTS & refusals.duplicates().keys()
