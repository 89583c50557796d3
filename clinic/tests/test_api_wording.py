"""Each refusal is a whole sentence that says what to do, in no programming language's words."""

import pytest

from accounts.tests.clients import client_of
from accounts.tests.factories import UserFactory
from api.limits import FairUse

URL = "/api/v1/care-types"

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return client_of(UserFactory(role="admin"))


def told(answer):
    body = answer.json()
    assert body["detail"].endswith("."), body
    return answer.status_code, body["detail"]


def test_what_the_framework_refuses_is_told_in_whole_sentences(admin, client, monkeypatch):
    assert told(admin.get(f"{URL}/1")) == (
        404,
        "There is nothing here that you may see. Check the address and its id.",
    )
    assert told(admin.get(URL, {"page": 9})) == (
        404,
        "There is no such page. Follow `next` from the first page on.",
    )
    assert told(client.get(URL))[1].startswith("Sign in, and send the token")
    assert told(admin.patch(URL, {}))[1].endswith("`Allow` names those that it takes.")
    assert told(admin.get(URL, headers={"Accept": "text/html"}))[1].endswith("`application/json`.")
    assert "Send JSON" in told(admin.post(URL, "a=1", content_type="text/plain"))[1]
    monkeypatch.setattr(FairUse, "THROTTLE_RATES", {"fair_use": "1/min"})
    status, words = told(admin.get(URL))
    assert (status, words.split(".")[0]) == (429, "These were too many requests")
    assert "then send it again" in words


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ('{"name" "x"}', "This is not JSON from line 1, column 9 on."),
        ('{"name": ' + "9" * 5000 + "}", "no number of more than 4,000 digits."),
        ('{"name": NaN}', "without NaN or Infinity"),
        (b'{"name": "\xff"}', "Write it in UTF-8"),
    ],
)
def test_what_is_no_json_is_told_by_its_place_and_not_by_python(admin, sent, words):
    answer = admin.post(URL, sent, content_type="application/json")
    assert answer.json()["code"] == "parse_error"
    status, detail = told(answer)
    assert status == 400
    assert words in detail
    assert "sys." not in detail


@pytest.mark.parametrize("path", ["docs", "redoc", "health", "health/ready", "api/schema"])
def test_a_slash_at_the_end_is_optional(client, path):
    assert client.get(f"/{path}").status_code == client.get(f"/{path}/").status_code == 200


def test_what_an_address_takes_can_be_asked_for(admin):
    answer = admin.options(URL)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Allow"] == "GET, POST, HEAD, OPTIONS"
    assert admin.options("/api/v1/auth/me").status_code == 204
