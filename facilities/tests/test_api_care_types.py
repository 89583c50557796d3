import pytest
from rest_framework.test import APIClient

from accounts.tests.factories import UserFactory
from facilities.models import CareType

URL = "/api/v1/care-types"

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    client = APIClient()
    client.force_authenticate(UserFactory(role="admin"))
    return client


def test_a_care_type_is_made_changed_and_deleted(admin):
    made = admin.post(URL, {"name": "Cardiology"})
    assert made.status_code == 201, made.json()
    there = made["Location"]
    read = admin.get(there)
    assert read.json() == made.json() == {"id": CareType.objects.get().pk, "name": "Cardiology"}
    changed = admin.patch(there, {"name": "Heart"}, headers={"If-Match": read["ETag"]})
    assert changed.status_code == 200, changed.json()
    stale = admin.patch(there, {"name": "Lung"}, headers={"If-Match": read["ETag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert admin.patch(there, {"name": "Lung"}).status_code == 428
    assert admin.get(there, headers={"If-None-Match": changed["ETag"]}).status_code == 304
    assert admin.delete(there).status_code == 204
    assert admin.get(f"{there}/").json()["code"] == "not_found"


def test_a_name_that_is_taken_is_refused_in_the_models_words(admin):
    CareType.objects.create(name="Cardiology")
    answer = admin.post(URL, {"name": "cardiology"})
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
    assert "Use that one" in answer.json()["detail"]
    assert [each["field"] for each in answer.json()["errors"]] == ["name"]
    assert answer["Content-Type"] == "application/problem+json"


def test_a_misspelt_field_is_refused(admin):
    answer = admin.post(URL, {"nmae": "Cardiology"})
    assert {each["field"] for each in answer.json()["errors"]} == {"nmae"}


def test_a_post_sent_twice_is_answered_twice_and_done_once(admin):
    again = {"Idempotency-Key": "once"}
    first = admin.post(URL, {"name": "Cardiology"}, headers=again)
    second = admin.post(URL, {"name": "Cardiology"}, headers=again)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    other = admin.post(URL, {"name": "Neurology"}, headers=again)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert CareType.objects.count() == 1


def test_nobody_comes_in_without_a_token():
    answer = APIClient().get(URL)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert "Bearer" in answer["WWW-Authenticate"]


def test_a_number_is_no_name(admin):
    answer = admin.post(URL, {"name": 0}, format="json")
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert (error["field"], "quotation marks" in error["detail"]) == ("name", True)
    assert not CareType.objects.exists()
