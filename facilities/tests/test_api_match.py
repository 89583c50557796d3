import pytest

from accounts.models import User
from facilities.models import CareType
from facilities.tests.api import api
from facilities.tests.factories import FacilityFactory, staff_of
from facilities.tests.test_matching import BOSTON, LINCOLN, OMAHA, SCOTTSBLUFF, facility

URL = "/api/v1/facilities/match"

pytestmark = pytest.mark.django_db


def test_facilities_with_room_come_first_then_the_nearest_and_full_ones_are_named():
    for name, zip_code, capacity in [
        ("Full", OMAHA, 0),
        ("Far", SCOTTSBLUFF, 9),
        ("Near", LINCOLN, 9),
    ]:
        facility(name, zip_code, (OMAHA, OMAHA), capacity=capacity)
    answer = api(staff_of(FacilityFactory())).get(URL, {"zip_code": OMAHA}).json()
    assert answer["has_room"] is True
    assert answer["nearest"] == []
    assert [
        (each["facility"]["name"], each["miles"], each["distance"], each["places_left"])
        for each in answer["matches"]
    ] == [
        ("Near", 50, "50 miles", 9),
        ("Far", 401, "401 miles", 9),
        ("Full", 0, "under a mile", 0),
    ]
    assert [each["facility"]["is_full"] for each in answer["matches"]] == [False, False, True]
    assert "registered_count" not in answer["matches"][0]["facility"]


def test_where_none_has_room_the_nearest_elsewhere_are_named():
    facility("Full", OMAHA, (OMAHA, OMAHA), capacity=0)
    facility("Elsewhere", LINCOLN, (BOSTON, BOSTON))
    answer = api(role=User.Role.PATIENT).get(URL, {"zip_code": OMAHA}).json()
    assert answer["has_room"] is False
    assert "places_left" not in answer["matches"][0]
    assert [each["facility"]["name"] for each in answer["matches"]] == ["Full"]
    assert [each["facility"]["name"] for each in answer["nearest"]] == ["Elsewhere"]


def test_care_narrows_what_matches():
    facility("Heart", OMAHA, (OMAHA, OMAHA), care="Cardiology")
    facility("Skin", OMAHA, (OMAHA, OMAHA), care="Dermatology")
    heart = CareType.objects.get(name="Cardiology")
    answer = api().get(URL, {"zip_code": OMAHA, "care_type": heart.pk}).json()
    assert [each["facility"]["name"] for each in answer["matches"]] == ["Heart"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "zip_code"),
        ({"zip_code": "681"}, "zip_code"),
        ({"zip_code": OMAHA, "care_type": 999}, "care_type"),
        ({"zip_code": OMAHA, "care_type": "x"}, "care_type"),
        ({"zip_code": OMAHA, "care": 1}, "care"),
    ],
)
def test_what_is_asked_wrongly_is_refused_beside_its_name(query, field):
    answer = api().get(URL, query)
    assert answer.status_code == 400
    assert {each["field"] for each in answer.json()["errors"]} == {field}


def test_many_matches_take_no_more_queries_than_few(django_assert_num_queries):
    admin = api()
    for count in (1, 12):
        for number in range(count):
            facility(f"{count} {number}", OMAHA, (OMAHA, OMAHA), care="Cardiology")
        with django_assert_num_queries(2):
            assert admin.get(URL, {"zip_code": OMAHA}).status_code == 200
