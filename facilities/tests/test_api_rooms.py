"""Rooms, and the ZIP codes that facilities serve: alike in how they hang on a facility."""

import pytest

from accounts.models import User
from facilities.models import OVERLAPPING_RANGES, Room, ZipCodeRange
from facilities.tests.api import api, current
from facilities.tests.factories import FacilityFactory, RoomFactory, staff_of

ROOMS, RANGES = "/api/v1/rooms", "/api/v1/zip-code-ranges"

pytestmark = pytest.mark.django_db


def nested(facility, what):
    return f"/api/v1/facilities/{facility.pk}/{what}"


def test_a_room_is_made_changed_and_deleted():
    admin, facility = api(), FacilityFactory(name="Riverside")
    made = admin.post(ROOMS, {"facility_id": facility.pk, "name": "Blue"})
    assert made.status_code == 201, made.json()
    room = Room.objects.get()
    named = {"facility_id": facility.pk, "facility_name": "Riverside"}
    assert made.json() == {"id": room.pk, **named, "name": "Blue", "is_active": True}
    there = made["Location"]
    changed = admin.patch(there, {"is_active": False}, headers=current(admin, there))
    assert changed.json()["is_active"] is False
    put = admin.put(
        there, {"facility_id": facility.pk, "name": "Red"}, headers=current(admin, there)
    )
    assert put.json()["name"] == "Red"
    assert admin.delete(there).status_code == 204
    assert not Room.objects.exists()


def test_a_room_is_made_at_the_facility_that_the_address_names():
    admin, facility = api(), FacilityFactory(name="Riverside")
    RoomFactory()
    made = admin.post(nested(facility, "rooms"), {"name": "Blue"})
    assert made.status_code == 201, made.json()
    assert made.json()["facility_name"] == "Riverside"
    assert admin.get(made["Location"]).json() == made.json()
    listed = admin.get(nested(facility, "rooms")).json()
    assert listed["results"] == [made.json()]
    elsewhere = admin.post(nested(facility, "rooms"), {"name": "Red", "facility": 1})
    assert elsewhere.status_code == 400


def test_a_name_is_given_once_at_a_facility():
    room = RoomFactory(name="Blue")
    answer = api().post(ROOMS, {"facility_id": room.facility.pk, "name": "blue"})
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
    assert [each["field"] for each in answer.json()["errors"]] == ["name"]
    assert "has a room with that name" in answer.json()["detail"]


def test_ranges_are_made_and_overlapping_ones_refused_in_the_models_words():
    admin, facility = api(), FacilityFactory(name="Riverside")
    made = admin.post(nested(facility, "zip-code-ranges"), {"zip_min": "68100", "zip_max": "68199"})
    assert made.status_code == 201, made.json()
    there = made["Location"]
    assert (
        admin.get(there).json()
        == made.json()
        == {
            "id": ZipCodeRange.objects.get().pk,
            "facility_id": facility.pk,
            "facility_name": "Riverside",
            "zip_min": "68100",
            "zip_max": "68199",
        }
    )
    overlapping = {"facility_id": facility.pk, "zip_min": "68199", "zip_max": "68200"}
    refused = admin.post(RANGES, overlapping)
    assert (refused.status_code, refused.json()["detail"]) == (409, OVERLAPPING_RANGES)
    assert refused.json()["code"] == "zip_codes_overlap"
    assert [each["field"] for each in refused.json()["errors"]] == ["zip_min"]
    changed = admin.patch(there, {"zip_max": "68150"}, headers=current(admin, there))
    assert changed.json()["zip_max"] == "68150"
    assert admin.post(RANGES, overlapping).status_code == 201
    assert admin.get(RANGES, {"zip_code": "68200"}).json()["count"] == 1
    assert admin.delete(there).status_code == 204


@pytest.mark.parametrize(
    ("zip_min", "zip_max", "words"),
    [("68199", "68100", "Swap the two"), ("6810", "68199", "five digits")],
)
def test_a_range_that_is_none_is_refused(zip_min, zip_max, words):
    given = {"facility_id": FacilityFactory().pk, "zip_min": zip_min, "zip_max": zip_max}
    answer = api().post(RANGES, given)
    assert answer.status_code == 400
    assert words in str(answer.json())
    (error,) = answer.json()["errors"]
    assert error["field"] in ("zip_min", "zip_max")


@pytest.mark.parametrize(("url", "what"), [(ROOMS, "rooms"), (RANGES, "zip-code-ranges")])
def test_staff_read_those_of_their_own_facility(url, what):
    own, other = RoomFactory(), RoomFactory()
    for room in (own, other):
        ZipCodeRange.objects.create(facility=room.facility, zip_min="68100", zip_max="68199")
    staff = api(staff_of(own.facility))
    (row,) = staff.get(url).json()["results"]
    assert row["facility_id"] == own.facility.pk
    assert staff.get(nested(own.facility, what)).json()["results"] == [row]
    assert staff.get(nested(other.facility, what)).status_code == 404
    theirs = api().get(nested(other.facility, what)).json()["results"][0]["id"]
    assert staff.get(f"{url}/{theirs}").status_code == 404
    assert staff.get(f"{url}?facility={other.facility.pk}").json()["count"] == 0
    assert staff.delete(f"{url}/{row['id']}").status_code == 403
    assert staff.post(nested(own.facility, what), {}).status_code == 403
    patient = api(role=User.Role.PATIENT)
    assert (
        patient.get(url).status_code == patient.get(nested(own.facility, what)).status_code == 403
    )


@pytest.mark.parametrize("what", ["rooms", "zip-code-ranges"])
def test_a_facility_that_is_not_there_has_none(what):
    assert api().get(f"/api/v1/facilities/{10**17}/{what}").status_code == 404
    assert api().post(f"/api/v1/facilities/{10**17}/{what}", {}).status_code == 404


@pytest.mark.parametrize("url", [ROOMS, RANGES])
def test_a_list_takes_as_many_queries_for_many_as_for_few(url, django_assert_num_queries):
    admin = api()
    for count in (2, 10):
        for room in RoomFactory.create_batch(count):
            ZipCodeRange.objects.create(facility=room.facility, zip_min="68100", zip_max="68199")
        with django_assert_num_queries(2):
            assert admin.get(url).status_code == 200
