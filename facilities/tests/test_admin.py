"""An administrator maintains the network: what is offered where, whom it serves, and its room."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from facilities.models import CareType, Facility
from facilities.tests.factories import FacilityFactory

pytestmark = pytest.mark.django_db

ADD = reverse("admin:facilities_facility_add")


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(UserFactory(role="admin"))
    return client


def posted(*ranges: tuple[str, str], **fields: object) -> dict[str, Any]:
    """Return what a browser sends for a facility and new service areas of it."""
    data: dict[str, Any] = {
        "name": "Northside",
        "timezone": "America/Chicago",
        "capacity": 10,
        "is_active": "on",
        "zip_code_ranges-TOTAL_FORMS": len(ranges),
        "zip_code_ranges-INITIAL_FORMS": 0,
        "rooms-TOTAL_FORMS": 0,
        "rooms-INITIAL_FORMS": 0,
    }
    for number, (zip_min, zip_max) in enumerate(ranges):
        data[f"zip_code_ranges-{number}-zip_min"] = zip_min
        data[f"zip_code_ranges-{number}-zip_max"] = zip_max
    return data | fields


def test_a_facility_is_written_with_its_care_and_what_it_serves(administrator: Client) -> None:
    administrator.post(reverse("admin:facilities_caretype_add"), {"name": "Cardiology"})
    heart = CareType.objects.get()
    data = posted(("68102", "68118"), ("68131", "68131"), care_types=[heart.pk], zip_code="68102")
    assert administrator.post(ADD, data).status_code == 302
    found = Facility.objects.matching("68131", heart)
    assert [match.facility.name for match in found] == ["Northside"]


def test_care_of_the_same_name_is_refused_in_words(administrator: Client) -> None:
    CareType.objects.create(name="Cardiology")
    answer = administrator.post(reverse("admin:facilities_caretype_add"), {"name": "CARDIOLOGY"})
    assert "There is a care type with this name. Use that one." in answer.content.decode()


@pytest.mark.parametrize(
    ("ranges", "words"),
    [
        ([("68102", "68118"), ("68110", "68120")], "has a range with some of these ZIP codes"),
        ([("68118", "68102")], "Swap the two."),
        ([("681", "68102")], "Enter a ZIP code of five digits"),
    ],
)
def test_a_wrong_service_area_is_refused_in_words(
    administrator: Client, ranges: list[tuple[str, str]], words: str
) -> None:
    answer = administrator.post(ADD, posted(*ranges))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert words in page
    assert 'value="Northside"' in page
    assert not Facility.objects.exists()


def test_a_range_beside_a_stored_one_of_the_same_facility_is_refused(administrator: Client) -> None:
    facility = FacilityFactory()
    facility.zip_code_ranges.create(zip_min="68102", zip_max="68118")
    answer = administrator.post(
        reverse("admin:facilities_zipcoderange_add"),
        {"facility": facility.pk, "zip_min": "68118", "zip_max": "68119"},
    )
    assert "has a range with some of these ZIP codes" in answer.content.decode()


def test_the_room_of_a_facility_cannot_fall_below_who_is_there(administrator: Client) -> None:
    facility = FacilityFactory(capacity=5, registered_count=2)
    url = reverse("admin:facilities_facility_change", args=[facility.pk])
    answer = administrator.post(url, posted(capacity=1))
    assert answer.status_code == 200
    assert (
        "Enter at least 2, which is how many patients are registered here."
        in answer.content.decode()
    )
    assert administrator.post(url, posted(capacity=2)).status_code == 302
    facility.refresh_from_db()
    assert (facility.capacity, facility.places_left) == (2, 0)


def test_what_only_the_database_refuses_is_said_in_words(administrator: Client) -> None:
    rooms = {"rooms-TOTAL_FORMS": 2, "rooms-0-name": "Room 1", "rooms-1-name": "ROOM 1"}
    answer = administrator.post(ADD, posted(**rooms), follow=True)
    assert "This facility has a room with that name already." in answer.content.decode()
    assert not Facility.objects.exists()
