import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.tests.factories import UserFactory
from facilities.models import Doctor, Facility, Room, ZipCodeRange
from facilities.refusals import _words, translated
from facilities.tests.factories import DoctorFactory, FacilityFactory, RoomFactory, staff_of

pytestmark = pytest.mark.django_db


def insert_range(facility: Facility, zip_min: str, zip_max: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO facilities_zipcoderange (facility_id, zip_min, zip_max)"
            " VALUES (%s, %s, %s)",
            [facility.pk, zip_min, zip_max],
        )


@pytest.mark.parametrize(
    ("zip_min", "zip_max", "constraint"),
    [
        ("68199", "68100", "zip_code_range_in_order"),
        ("681", "68100", "zip_code_range_five_digits"),
        ("68150", "68250", "zip_code_range_distinct"),
        ("68199", "68199", "zip_code_range_distinct"),
    ],
)
def test_a_wrong_zip_range_is_refused_by_the_database(zip_min, zip_max, constraint):
    facility = FacilityFactory()
    insert_range(facility, "68100", "68199")
    with pytest.raises(IntegrityError) as refusal:
        insert_range(facility, zip_min, zip_max)
    assert refusal.value.__cause__.diag.constraint_name == constraint


def test_facilities_may_share_a_zip_range():
    both = FacilityFactory.create_batch(2)
    for facility in both:
        insert_range(facility, "02100", "02199")
    assert set(Facility.objects.serving("02134")) == set(both)
    assert not Facility.objects.serving("02200").exists()


def test_leading_zeros_are_kept():
    ZipCodeRange.objects.create(facility=FacilityFactory(), zip_min="00501", zip_max="00544")
    assert str(ZipCodeRange.objects.get()) == "00501–00544"


def test_an_overlapping_range_is_refused_in_words():
    facility = FacilityFactory()
    insert_range(facility, "68100", "68199")
    clash = ZipCodeRange(facility=facility, zip_min="68150", zip_max="68150")
    with pytest.raises(ValidationError, match="Change that range instead"):
        clash.full_clean()


def test_an_unknown_time_zone_is_refused():
    with pytest.raises(ValidationError, match="Choose a time zone"):
        FacilityFactory.build(timezone="Mars/Olympus").full_clean()


def test_a_room_name_is_given_once_per_facility():
    room = RoomFactory(name="Room 1")
    RoomFactory(name="Room 1")
    with pytest.raises(ValidationError, match="with that name"):
        Room(facility=room.facility, name="ROOM 1").full_clean()


def test_a_licence_belongs_to_one_doctor():
    DoctorFactory(licence_number="NE-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        DoctorFactory(licence_number="NE-1")


@pytest.mark.parametrize("role", ["doctor", "nurse", "receptionist"])
def test_staff_see_their_own_facilities_and_who_works_there(role):
    own, other = FacilityFactory.create_batch(2)
    user = staff_of(own, role)
    here = DoctorFactory(facilities=[own, other])
    DoctorFactory(facilities=[other])
    rooms = RoomFactory(facility=own), RoomFactory(facility=other)
    assert list(Facility.objects.visible_to(user)) == [own]
    assert list(Doctor.objects.visible_to(user)) == [here]
    assert list(Room.objects.visible_to(user)) == [rooms[0]]


def test_an_administrator_sees_all_and_a_patient_what_is_in_use():
    open_now, _ = FacilityFactory(), FacilityFactory(is_active=False)
    assert Facility.objects.visible_to(UserFactory(role="admin")).count() == 2
    assert list(Facility.objects.visible_to(UserFactory(role="patient"))) == [open_now]


def test_a_refusal_without_words_stays_what_it_is():
    error = IntegrityError("anything")
    assert translated(error) is error


def test_no_refusal_reads_like_a_template():
    assert not [words for words in _words().values() if "%(" in words[1]]
