"""Query parameters that an operation does not have; facilities stand for all endpoints."""

import pytest

from facilities.tests.api import api
from facilities.tests.factories import FacilityFactory

URL = "/api/v1/facilities"

pytestmark = pytest.mark.django_db


def test_an_unknown_parameter_is_refused_and_the_known_are_named():
    answer = api().get(URL, {"hasroom": "true"})
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("hasroom", "unknown_parameter")
    known = error["detail"].partition("There are: ")[2].rstrip(".").split(", ")
    assert known == [
        *("care_type", "city", "cursor", "has_room", "is_active", "ordering", "page"),
        *("page_size", "q", "state", "updated_since", "zip_code"),
    ]


@pytest.mark.parametrize("name", ["is_active", "care_type", "updated_since", "page", "page_size"])
def test_a_parameter_without_a_value_is_refused(name):
    answer = api().get(URL, {name: ""})
    assert answer.status_code == 400
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [(name, "empty")]


def test_an_empty_search_box_finds_everything():
    FacilityFactory()
    assert api().get(URL, {"q": "", "city": ""}).json()["count"] == 1


def test_a_single_row_and_a_write_take_none():
    admin, facility = api(), FacilityFactory()
    there = f"{URL}/{facility.pk}?is_active=true"
    for answer in (admin.get(there), admin.head(there), admin.delete(there)):
        assert answer.status_code == 400
    answer = admin.post(f"{URL}?dry_run=1", {"name": "New", "capacity": 1})
    assert "There are none here." in answer.json()["errors"][0]["detail"]


def test_who_may_not_ask_at_all_is_not_told_about_parameters():
    assert api(role="patient").post(f"{URL}?dry_run=1", {}).status_code == 403
    assert api().patch(f"{URL}?dry_run=1", {}).status_code == 405


def test_the_description_of_the_api_is_asked_for_elsewhere():
    answer = api().options(URL)
    assert (answer.status_code, answer["Allow"]) == (204, "GET, POST, HEAD, OPTIONS")
    assert api(role="patient").options(f"{URL}/1").status_code == 204
