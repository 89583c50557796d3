"""Facilities, what they serve and doctors are imported and exported by an administrator."""

import pytest

from accounts.tests.factories import UserFactory
from facilities.models import CareType, Facility
from facilities.tests.factories import DoctorFactory, FacilityFactory
from facilities.tests.sheets import Importer, cells_of, csv_data, told

pytestmark = pytest.mark.django_db

NORTH = {"name": "Northside", "zip_code": "02134", "capacity": "10", "timezone": "America/Chicago"}


@pytest.fixture
def facilities():
    return Importer("facilities_facility")


@pytest.fixture
def ranges():
    return Importer("facilities_zipcoderange")


@pytest.fixture
def doctors():
    return Importer("facilities_doctor")


def test_facilities_are_new_then_changed_then_unchanged(facilities):
    care = CareType.objects.create(name="Cardiology")
    assert told(facilities.bring_in(csv_data(NORTH | {"care_types": "cardiology"}))) == (1, 0, 0, 0)
    (place,) = Facility.objects.all()
    assert (place.zip_code, place.capacity, [*place.care_types.all()]) == ("02134", 10, [care])
    assert told(facilities.bring_in(csv_data(NORTH | {"capacity": "12"}))) == (0, 1, 0, 0)
    assert told(facilities.preview(csv_data(NORTH | {"capacity": "012"}))) == (0, 0, 1, 0)
    assert [*Facility.objects.get().care_types.all()] == [care]


@pytest.mark.parametrize(
    ("said", "column", "words"),
    [
        ({"zip_code": "6810"}, "zip_code", "five digits"),
        ({"timezone": "Omaha"}, "timezone", "Choose a time zone"),
        ({"capacity": ""}, "capacity", "This cell is empty"),
        ({"capacity": "many"}, "capacity", "whole number"),
        ({"name": ""}, "name", "This cell is empty"),
        ({"phone": "12"}, "phone", "not valid"),
        ({"care_types": "Alchemy"}, "care_types", "no care type “Alchemy”"),
        ({"is_active": "maybe"}, "is_active", "yes or no"),
        ({"city": "x" * 5000}, "city", "at most 100 characters"),
    ],
)
def test_a_facility_is_refused_by_the_models_rules(facilities, said, column, words):
    refusals = facilities.refusals(csv_data(NORTH | said))
    assert [(line, where) for line, where, _ in refusals] == [(2, column)]
    assert words in refusals[0][2]


def test_facilities_of_one_name_are_told_apart_by_number(facilities):
    first, second = FacilityFactory.create_batch(2, name="Northside")
    assert "Several have this name" in facilities.refusals(csv_data(NORTH))[0][2]
    exported = facilities.export()
    assert {row[0] for row in cells_of(exported)[1:]} == {
        f"Northside (#{first.pk})",
        f"Northside (#{second.pk})",
    }
    assert told(facilities.preview(exported)) == (0, 0, 2, 0)
    changed = csv_data(NORTH | {"name": f"Northside (#{second.pk})", "capacity": "77"})
    facilities.bring_in(changed)
    second.refresh_from_db()
    assert (second.name, second.capacity) == ("Northside", 77)


def test_the_same_facility_twice_in_a_file_is_refused(facilities):
    refusals = facilities.refusals(csv_data(NORTH, NORTH | {"name": "NORTHSIDE"}))
    assert refusals == [(3, "name", "This is in row 2 already. Keep one of the two rows.")]


def test_ranges_are_held_against_the_facilitys_own_and_each_other(ranges):
    place = FacilityFactory(name="Northside")
    place.zip_code_ranges.create(zip_min="68102", zip_max="68118")
    row = {"facility": "northside", "zip_min": "68102", "zip_max": "68118"}
    assert told(ranges.preview(csv_data(row))) == (0, 0, 1, 0)
    more = csv_data(row, row | {"zip_min": "68131", "zip_max": "68131"})
    assert told(ranges.bring_in(more)) == (1, 0, 1, 0)
    clash = csv_data(
        row | {"zip_min": "68110", "zip_max": "68120"},
        row | {"zip_min": "70000", "zip_max": "70010"},
        row | {"zip_min": "70010", "zip_max": "70011"},
        row | {"zip_min": "68199", "zip_max": "68190"},
        row | {"zip_min": "6819", "zip_max": "x"},
        row | {"facility": "Nowhere"},
    )
    assert sorted({line for line, _, _ in ranges.refusals(clash)}) == [2, 4, 5, 6, 7]
    said = " ".join(why for _, _, why in ranges.refusals(clash))
    for words in ("a range with some of these", "Swap the two", "five digits", "no facility “No"):
        assert words in said
    assert place.zip_code_ranges.count() == 2


def test_doctors_are_known_by_licence_then_email_then_name(doctors):
    place, account = FacilityFactory(name="Northside"), UserFactory(role="doctor", email="d@x.org")
    licensed = DoctorFactory(name="Dr. A", licence_number="L1", facilities=[place])
    linked = DoctorFactory(name="Dr. B", user=account)
    named = DoctorFactory(name="Dr. C")
    row = {"licence_number": "", "email": "", "name": "", "specialization": "Heart"}
    done = doctors.bring_in(
        csv_data(
            row | {"licence_number": "L1", "name": "Dr. A"},
            row | {"licence_number": "L2", "email": "D@x.org", "name": "Dr. B"},
            row | {"name": "dr. c"},
            row | {"licence_number": "L3", "name": "Dr. C"},
        )
    )
    assert told(done) == (1, 3, 0, 0)
    for doctor in (licensed, linked, named):
        doctor.refresh_from_db()
        assert doctor.specialization == "Heart"
    assert (linked.licence_number, linked.user, [*licensed.facilities.all()]) == (
        *("L2", account),
        [place],
    )
    assert told(doctors.preview(doctors.export("xlsx"))) == (0, 0, 4, 0)


def test_an_unknown_account_and_a_taken_one_are_refused(doctors):
    account = UserFactory(role="doctor", email="d@x.org")
    DoctorFactory(licence_number="L1", user=account)
    DoctorFactory(licence_number="L2")
    row = {"licence_number": "L2", "name": "Dr. B", "specialization": "Heart"}
    said = doctors.refusals(csv_data(row | {"email": "nobody@x.org"}, row | {"email": "d@x.org"}))
    assert "No doctor's account has this address" in said[0][2]
    said = doctors.refusals(csv_data(row | {"email": "d@x.org"}))
    assert said[0][1:] == (
        "email",
        "Another row has this already, and only one can. Correct one of the two.",
    )
