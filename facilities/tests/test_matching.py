import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from facilities.matching import Match
from facilities.models import CareType, Facility, ZipCodeRange
from facilities.tests.factories import FacilityFactory

pytestmark = pytest.mark.django_db

OMAHA, LINCOLN, SCOTTSBLUFF, BOSTON = "68102", "68508", "69361", "02134"


def facility(
    name: str, zip_code: str, *serves: tuple[str, str], care: str = "", **fields: object
) -> Facility:
    made: Facility = FacilityFactory(name=name, zip_code=zip_code, **fields)
    for zip_min, zip_max in serves:
        ZipCodeRange.objects.create(facility=made, zip_min=zip_min, zip_max=zip_max)
    if care:
        made.care_types.add(CareType.objects.get_or_create(name=care)[0])
    return made


def names(matches: list[Match]) -> list[str]:
    return [match.facility.name for match in matches]


def test_the_nearest_comes_first_and_the_unknown_last() -> None:
    everywhere = ("00000", "99999")
    facility("West", SCOTTSBLUFF, everywhere)
    facility("Zoo", "", everywhere)
    facility("Abroad", "09001", everywhere)
    facility("Next", LINCOLN, everywhere)
    facility("Here", OMAHA, everywhere)
    found = Facility.objects.matching(OMAHA)
    assert names(found) == ["Here", "Next", "West", "Abroad", "Zoo"]
    assert [match.distance for match in found] == ["under a mile", "50 miles", "401 miles", "", ""]


def test_a_full_facility_is_kept_after_those_with_room() -> None:
    facility("Full", OMAHA, (OMAHA, OMAHA), capacity=0)
    facility("Far", SCOTTSBLUFF, (OMAHA, OMAHA))
    found = Facility.objects.matching(OMAHA)
    assert [(match.facility.name, match.is_full) for match in found] == [
        ("Far", False),
        ("Full", True),
    ]


def test_only_what_serves_the_zip_code_and_is_active_matches() -> None:
    facility("Both ends", OMAHA, ("68102", "68110"))
    facility("Two ranges", OMAHA, ("68000", "68101"), ("68103", "68110"))
    facility("Closed", OMAHA, (OMAHA, OMAHA), is_active=False)
    facility("No ranges", OMAHA)
    assert names(Facility.objects.matching("68102")) == ["Both ends"]
    assert names(Facility.objects.matching("68110")) == ["Both ends", "Two ranges"]
    assert Facility.objects.matching("68111") == []


def test_a_facility_with_two_ranges_and_several_care_types_matches_once() -> None:
    one = facility("Once", OMAHA, ("68100", "68105"), ("68106", "68110"), care="Cardiology")
    one.care_types.add(CareType.objects.create(name="Dermatology"))
    assert names(Facility.objects.matching(OMAHA)) == ["Once"]
    assert names(Facility.objects.matching(OMAHA, CareType.objects.get(name="Cardiology")))


def test_care_that_is_asked_for_must_be_offered() -> None:
    facility("Heart", OMAHA, (OMAHA, OMAHA), care="Cardiology")
    facility("Skin", OMAHA, (OMAHA, OMAHA), care="Dermatology")
    heart = CareType.objects.get(name="Cardiology")
    assert names(Facility.objects.matching(OMAHA, heart)) == ["Heart"]
    assert names(Facility.objects.matching(OMAHA)) == ["Heart", "Skin"]


@pytest.mark.parametrize("text", ["", "6810", "99999999999", "68102-1", "abcde"])
def test_what_is_no_zip_code_is_served_by_none(text: str) -> None:
    facility("All", OMAHA, ("00000", "99999"))
    assert Facility.objects.matching(text) == []


def test_the_nearest_are_named_though_they_do_not_serve() -> None:
    for name, zip_code in [("West", SCOTTSBLUFF), ("Next", LINCOLN), ("Nowhere", "")]:
        facility(name, zip_code, (BOSTON, BOSTON), care="Cardiology")
    facility("Serves", OMAHA, (OMAHA, OMAHA), care="Cardiology")
    facility("Closed", OMAHA, is_active=False)
    heart = CareType.objects.get(name="Cardiology")
    assert names(Facility.objects.nearest(OMAHA)) == ["Next", "West"]
    assert names(Facility.objects.nearest(OMAHA, heart, limit=1)) == ["Next"]
    assert Facility.objects.nearest(OMAHA, CareType.objects.create(name="None")) == []
    assert Facility.objects.nearest("00000") == []


def test_matching_takes_one_query_and_one_for_care_types_however_many_match(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for count in (1, 12):
        for number in range(count):
            facility(f"{count} {number}", OMAHA, (OMAHA, OMAHA), care="Cardiology")
        for find in (Facility.objects.matching, Facility.objects.nearest):
            with django_assert_num_queries(2 if find == Facility.objects.matching else 1):
                found = find(OMAHA)
                assert all(len(match.facility.care_types.all()) == 1 for match in found)


def test_a_large_network_is_matched_by_an_index() -> None:
    places = FacilityFactory.create_batch(400)
    ZipCodeRange.objects.bulk_create(
        ZipCodeRange(facility=place, zip_min=f"{start:05}", zip_max=f"{start + 5:05}")
        for number, place in enumerate(places)
        for start in range(number * 200, number * 200 + 200, 10)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE facilities_zipcoderange, facilities_facility")
    plan = Facility.objects.active().serving(OMAHA).explain()
    assert "Index Cond: (int4range((zip_min)::integer, (zip_max)::integer, '[]'::text) @> " in plan
    assert "Seq Scan on facilities_zipcoderange" not in plan
