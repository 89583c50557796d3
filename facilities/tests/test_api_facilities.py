from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from facilities.models import CareType, Facility, ZipCodeRange
from facilities.tests.api import api, current
from facilities.tests.factories import FacilityFactory, staff_of

URL = "/api/v1/facilities"

pytestmark = pytest.mark.django_db


def test_a_facility_is_made_read_changed_and_deleted():
    admin, heart = api(), CareType.objects.create(name="Cardiology")
    given = {"name": "Riverside", "zip_code": "68114", "phone": "(402) 555-0142"}
    made = admin.post(URL, given | {"capacity": 40, "care_type_ids": [heart.pk]})
    assert made.status_code == 201, made.json()
    there = made["Location"]
    facility = Facility.objects.get()
    assert admin.get(there).json() == made.json()
    assert made.json() == {
        "id": facility.pk,
        "name": "Riverside",
        "address_line": "",
        "city": "",
        "state": "",
        "zip_code": "68114",
        "phone": "+14025550142",
        "timezone": "America/New_York",
        "care_types": [{"id": heart.pk, "name": "Cardiology"}],
        "is_full": False,
        "care_type_ids": [heart.pk],
        "zip_code_ranges": [],
        "capacity": 40,
        "registered_count": 0,
        "places_left": 40,
        "identifier": None,
        "is_active": True,
        "updated_at": facility.updated_at.isoformat().replace("+00:00", "Z"),
    }
    whole = given | {"name": "Lakeside", "capacity": 41, "timezone": "America/Chicago"}
    put = admin.put(there, whole, headers=current(admin, there))
    assert (put.status_code, put.json()["name"], put.json()["capacity"]) == (200, "Lakeside", 41)
    patched = admin.patch(there, {"care_type_ids": []}, headers=current(admin, there))
    assert patched.json()["care_types"] == []
    assert admin.delete(there).status_code == 204
    assert not Facility.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("timezone", "Mars/Olympus"),
        ("zip_code", "123"),
        ("phone", "nonsense"),
        ("capacity", -1),
        ("capacity", 2**40),
        ("care_type_ids", [999]),
        ("identifier", ""),
    ],
)
def test_a_wrong_value_is_refused_beside_its_field(field, value):
    answer = api().post(URL, {"name": "Riverside", "capacity": 1} | {field: value})
    assert answer.status_code == 400
    assert {each["field"].split(".")[0] for each in answer.json()["errors"]} == {field}


@pytest.mark.parametrize("role", ["receptionist", "doctor", "nurse"])
def test_staff_read_their_own_facilities_and_write_none(role):
    own, other = FacilityFactory(), FacilityFactory()
    staff = api(staff_of(own, role))
    assert [row["id"] for row in staff.get(URL).json()["results"]] == [own.pk]
    assert staff.get(f"{URL}/{other.pk}").status_code == 404
    assert staff.post(URL, {"name": "New", "capacity": 1}).status_code == 403
    assert staff.patch(f"{URL}/{own.pk}", {"name": "New"}).status_code == 403
    assert staff.delete(f"{URL}/{own.pk}").status_code == 403


def test_patients_see_the_public_fields_of_facilities_in_use():
    facility = FacilityFactory(identifier="secret", capacity=0)
    closed = FacilityFactory(is_active=False)
    patient = api(role=User.Role.PATIENT)
    (row,) = patient.get(URL).json()["results"]
    assert row == patient.get(f"{URL}/{facility.pk}").json()
    assert set(row) == {
        *("id", "name", "address_line", "city", "state", "zip_code", "phone", "timezone"),
        *("care_types", "is_full"),
    }
    assert row["is_full"] is True
    assert patient.get(f"{URL}/{closed.pk}").status_code == 404
    assert patient.post(URL, {"name": "New", "capacity": 1}).status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=river", ["Riverside"]),
        ("zip_code=68114", ["Riverside"]),
        ("zip_code=68300", []),
        ("care_type={heart}", ["Riverside"]),
        ("city=omaha", ["Riverside"]),
        ("state=ma", ["Harbour"]),
        ("is_active=false", ["Harbour"]),
        ("is_active=true", ["Riverside"]),
        ("has_room=true", ["Riverside"]),
        ("has_room=false", ["Harbour"]),
        ("ordering=-name", ["Riverside", "Harbour"]),
        ("ordering=name", ["Harbour", "Riverside"]),
        ("page_size=1&page=2&ordering=name", ["Riverside"]),
    ],
)
def test_filters_narrow_the_list(query, found):
    heart = CareType.objects.create(name="Cardiology")
    river = FacilityFactory(name="Riverside", city="Omaha", state="NE")
    river.care_types.add(heart)
    ZipCodeRange.objects.create(facility=river, zip_min="68100", zip_max="68199")
    FacilityFactory(name="Harbour", city="Boston", state="MA", capacity=0, is_active=False)
    answer = api().get(f"{URL}?{query.format(heart=heart.pk)}")
    assert [row["name"] for row in answer.json()["results"]] == found


@pytest.mark.parametrize(
    "query",
    [
        "zip_code=abc",
        "care_type=x",
        f"care_type={2**63}",
        "is_active=maybe",
        "ordering=capacity",
        "q=%00",
        "updated_since=yesterday",
        "updated_since=2027-03-14T09:30:00",
    ],
)
def test_a_filter_value_that_means_nothing_is_refused(query):
    answer = api().get(f"{URL}?{query}")
    assert answer.status_code == 400
    assert {each["field"] for each in answer.json()["errors"]} == {query.split("=")[0]}


def test_a_list_takes_as_many_queries_for_many_as_for_few(django_assert_num_queries):
    admin, heart = api(), CareType.objects.create(name="Cardiology")
    for count in (2, 10):
        for facility in FacilityFactory.create_batch(count):
            facility.care_types.add(heart)
            ZipCodeRange.objects.create(facility=facility, zip_min="68100", zip_max="68199")
        with django_assert_num_queries(4):
            assert admin.get(URL).status_code == 200


def test_an_app_asks_for_what_has_changed_since():
    admin, old, gone = api(), FacilityFactory(), FacilityFactory()
    Facility.objects.update(updated_at=timezone.now() - timedelta(days=1))
    since = (timezone.now() - timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
    there = f"{URL}/{gone.pk}"
    admin.patch(there, {"is_active": False}, headers=current(admin, there))
    changes = admin.get(URL, {"updated_since": since}).json()
    assert [(row["id"], row["is_active"]) for row in changes["results"]] == [(gone.pk, False)]
    assert changes["next"] is None
    assert changes["updated_since"] > since
    assert admin.get(URL).json()["count"] == 2
    assert old.pk in {row["id"] for row in admin.get(URL).json()["results"]}
