"""What every endpoint does alike, seen at the addresses and on one plain resource."""

import re
from datetime import UTC, datetime

import pytest
from django.db import OperationalError
from rest_framework.test import APIClient

from accounts.tests.factories import UserFactory
from api.headers import Deprecation
from api.models import IdempotencyKey
from facilities.api.views import CareTypes
from facilities.models import CareType

URL = "/api/v1/care-types"

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    client = APIClient()
    client.force_authenticate(UserFactory(role="admin"))
    return client


def test_an_address_that_leads_nowhere_is_a_problem_too(client):
    answer = client.get("/api/v1/nowhere")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"
    assert answer.json()["request_id"] == answer["X-Request-ID"]


def test_a_defect_is_answered_as_a_problem_without_its_text(admin, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("Jo Smith, born 1980-01-01")

    monkeypatch.setattr(CareTypes, "list", fail)
    admin.raise_request_exception = False
    answer = admin.get(URL)
    assert (answer.status_code, answer.json()["code"]) == (500, "server_error")
    assert "Smith" not in answer.content.decode()


def test_a_database_that_is_away_is_answered_with_503(admin, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("Jo Smith")

    monkeypatch.setattr(CareTypes, "list", fail)
    answer = admin.get(URL)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json()["code"] == "unavailable"


def test_what_is_not_json_is_refused(admin):
    answer = admin.post(URL, "{", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
    answer = admin.post(URL, "name=x", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_page_has_a_largest_size(admin):
    CareType.objects.bulk_create(CareType(name=f"Care {number:03}") for number in range(205))
    refused = admin.get(URL, {"page_size": 201})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "page_size")
    page = admin.get(URL, {"page_size": 200}).json()
    assert (page["count"], len(page["results"]), page["previous"]) == (205, 200, None)
    assert len(admin.get(page["next"]).json()["results"]) == 5
    assert admin.get(URL, {"page": 99}).status_code == 404


@pytest.mark.parametrize("name", ["page", "page_size"])
@pytest.mark.parametrize("said", ["x", "", "0", "-1", "1.5", "last", "\u0665", "9" * 5000 + "x"])
def test_a_page_that_is_no_number_is_refused(admin, name, said):
    answer = admin.get(URL, {name: said})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert [each["field"] for each in answer.json()["errors"]] == [name]


def test_a_page_of_changes_has_a_size_as_well(admin):
    asked = {"updated_since": "2020-01-01T00:00:00Z", "page_size": "x"}
    assert admin.get("/api/v1/facilities", asked).status_code == 400


def test_no_list_has_a_page_with_so_large_a_number(admin):
    assert admin.get(URL, {"page": "9" * 5000}).status_code == 404


def test_a_list_that_has_not_changed_is_not_sent_again(admin):
    CareType.objects.create(name="Cardiology")
    first = admin.get(URL)
    again = admin.get(URL, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    CareType.objects.create(name="Neurology")
    assert admin.get(URL, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_what_is_deprecated_says_so(admin, monkeypatch):
    since, sunset = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC)
    monkeypatch.setattr(CareTypes, "deprecated", Deprecation(since, sunset))
    answer = admin.get(URL)
    assert answer["Deprecation"] == "@1798761600"
    assert answer["Sunset"] == "Thu, 01 Jul 2027 00:00:00 GMT"
    with pytest.raises(ValueError, match="half a year"):
        Deprecation(since, datetime(2027, 5, 31, tzinfo=UTC))


def test_other_origins_may_call_only_when_they_are_named(client, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.org"]
    asked = {"Access-Control-Request-Method": "GET"}
    named = client.options(URL, headers=asked | {"Origin": "https://app.example.org"})
    assert named["Access-Control-Allow-Origin"] == "https://app.example.org"
    other = client.options(URL, headers=asked | {"Origin": "https://evil.example.org"})
    assert "Access-Control-Allow-Origin" not in other


def test_a_failed_post_leaves_its_key_free(admin):
    again = {"Idempotency-Key": "once"}
    assert admin.post(URL, {"name": ""}, headers=again).status_code == 400
    assert not IdempotencyKey.objects.exists()
    assert admin.post(URL, {"name": "Cardiology"}, headers=again).status_code == 201


def test_a_key_is_free_again_after_a_day(admin):
    again = {"Idempotency-Key": "once"}
    admin.post(URL, {"name": "Cardiology"}, headers=again)
    IdempotencyKey.objects.update(created_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert admin.post(URL, {"name": "Neurology"}, headers=again).status_code == 201
    assert CareType.objects.count() == 2


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/api/schema"])
def test_the_description_is_open_and_loads_nothing_from_elsewhere(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "https://cdn" not in text
    assert "googleapis" not in text


def test_redoc_asks_no_other_site_for_a_picture(client):
    page = client.get("/redoc").content.decode()
    (source,) = re.findall(r'<script src="([^"]+)">', page)
    script = client.get(source)
    assert (script.status_code, script["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    text = script.content.decode()
    assert "API docs by Redocly" in text
    assert "cdn.redoc.ly" not in text


def test_both_halves_of_a_character_are_one(admin):
    body = r'{"name": "Cardiology \ud83e\udec0"}'
    assert admin.post(URL, body, content_type="application/json").json()["name"][-1] == "\U0001fac0"


def test_too_many_parameters_are_refused_as_a_problem(admin):
    answer = admin.get(f"{URL}?{'&'.join(f'a{n}=1' for n in range(1100))}")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_more_than_is_read_is_refused(admin):
    answer = admin.post(URL, {"name": "x" * 3_000_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer nonsense", "bearer nonsense"])
def test_a_header_that_is_no_token_is_a_problem_with_a_plain_code(client, header):
    answer = client.get(URL, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json()["code"] in ("authentication_failed", "token_invalid")
    assert "ErrorDetail" not in answer.json()["detail"]
