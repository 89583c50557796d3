import json
from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from api.headers import Deprecation
from api.idempotency import HEADER
from clinic.api import described
from clinic.tests.access.described import operations, schema
from facilities.api.views import CareTypes


def test_the_schema_is_valid_and_made_without_a_warning(tmp_path):
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml")
    )


@pytest.mark.django_db
def test_the_description_is_made_once_and_sent_once(client, django_assert_num_queries):
    described.cache_clear()
    for form in ("application/vnd.oai.openapi", "application/vnd.oai.openapi+json"):
        first = client.get("/api/schema", headers={"Accept": form})
        assert (first.status_code, first["Content-Type"]) == (200, form)
        with django_assert_num_queries(0):
            second = client.get("/api/schema", headers={"Accept": form})
        assert second.content == first.content
        again = {"Accept": form, "If-None-Match": first["ETag"]}
        assert client.get("/api/schema", headers=again).status_code == 304
    assert described.cache_info().misses == 2
    assert second.json()["openapi"].startswith("3.")


def test_what_is_deprecated_and_what_put_keeps_are_described(tmp_path, monkeypatch):
    since, sunset = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC)
    monkeypatch.setattr(CareTypes, "deprecated", Deprecation(since, sunset))
    file = tmp_path / "schema.json"
    call_command("spectacular", "--format", "openapi-json", "--fail-on-warn", "--file", str(file))
    paths = json.loads(file.read_text())["paths"]
    read = paths["/api/v1/care-types"]["get"]
    assert read["deprecated"] is True
    for answer in read["responses"].values():
        assert answer["headers"].keys() >= {"Deprecation", "Sunset"}
    assert "Sunset" not in paths["/api/v1/rooms"]["get"]["responses"]["200"]["headers"]
    assert "deprecated" not in paths["/api/v1/rooms"]["get"]
    puts = [each["put"]["summary"] for each in paths.values() if "put" in each]
    assert puts
    assert not [each for each in puts if "Replace" in each]


def test_a_post_that_may_be_sent_twice_may_find_nothing_the_second_time():
    twice = [
        each.described
        for each in operations()
        if any(said["name"] == HEADER for said in each.described.get("parameters", []))
    ]
    assert len(twice) > 40
    assert all({"404", "422"} <= each["responses"].keys() for each in twice)


def test_the_description_is_in_its_own_language_whoever_asks_first(client):
    described.cache_clear()
    spanish = client.get("/api/schema", headers={"Accept-Language": "es"}).content
    described.cache_clear()
    assert client.get("/api/schema").content == spanish


def test_ids_in_addresses_are_whole_numbers():
    ids = [said for each in operations() for said in of_path(each.described)]
    assert len(ids) > 130
    assert {(said["schema"]["type"], said["schema"]["minimum"]) for said in ids} == {("integer", 1)}


def of_path(described):
    return [said for said in described.get("parameters", []) if said["in"] == "path"]


def test_what_may_be_empty_is_no_riddle_of_which_one_it_is():
    schemas = schema()["components"]["schemas"]
    email = schemas["Patient"]["properties"]["email"]
    assert [each.get("format", "") for each in email["anyOf"]] == ["email", ""]
    assert not [
        (name, field)
        for name, each in schemas.items()
        for field, said in each.get("properties", {}).items()
        if "oneOf" in said
    ]


def test_a_page_has_a_largest_size_that_is_described():
    lists = [each for each in operations() if page_size(each.described)]
    assert len(lists) > 30
    for each in lists:
        assert page_size(each.described) == [
            {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
        ]


def page_size(described):
    said = described.get("parameters", [])
    return [each["schema"] for each in said if each["name"] == "page_size"]


def test_the_server_is_where_the_description_comes_from():
    assert [each["url"] for each in schema()["servers"]] == ["/"]


def test_what_is_free_instead_is_described_wherever_it_may_come():
    instead = [
        (str(each), status)
        for each in operations()
        for status, answer in each.described["responses"].items()
        if "LostTime" in json.dumps(answer)
    ]
    routes = {route for route, _ in instead}
    assert len(routes) == 5
    assert sorted(instead) == sorted((route, code) for route in routes for code in ("400", "409"))
