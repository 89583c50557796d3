"""Changing a password, and choosing one with a code from a letter."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.api.views import RESET_POSTED
from accounts.tests.clients import ME, REFRESH, bearing, sign_in, signed_in
from accounts.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

CHANGE, RESET = "/api/v1/auth/password/change", "/api/v1/auth/password/reset"
CONFIRM = f"{RESET}/confirm"
NEW = "another-long-password"


def code_in(letter) -> str:
    return re.search(r"code in the application: (\S+)", letter.body)[1]


def test_a_change_keeps_this_device_and_signs_out_the_others(letters):
    user = UserFactory()
    here, there = sign_in(user), sign_in(user)
    said = {"current_password": PASSWORD, "new_password": NEW}
    answer, posted = letters(lambda: bearing(here).post(CHANGE, said))
    assert answer.status_code == 200, answer.json()
    assert bearing(answer.json()).get(ME).status_code == 200
    assert bearing(here).get(ME).status_code == 401
    assert bearing(there).get(ME).status_code == 401
    assert APIClient().post(REFRESH, {"refresh": there["refresh"]}).status_code == 401
    assert APIClient().post(REFRESH, {"refresh": here["refresh"]}).status_code == 401
    newest = {"refresh": answer.json()["refresh"]}
    assert APIClient().post(REFRESH, newest).status_code == 200
    assert sign_in(user, NEW)
    assert [letter.to for letter in posted] == [[user.email]]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"current_password": "not-the-password", "new_password": NEW}, "current_password"),
        ({"current_password": PASSWORD, "new_password": "short"}, "new_password"),
        ({"current_password": PASSWORD, "new_password": "123456789012345"}, "new_password"),
    ],
)
def test_a_wrong_or_weak_password_changes_nothing(said, field):
    user = UserFactory()
    tokens = sign_in(user)
    answer = bearing(tokens).post(CHANGE, said)
    assert answer.status_code == 400
    assert {each["field"] for each in answer.json()["errors"]} == {field}
    assert bearing(tokens).get(ME).status_code == 200


def test_guessing_the_current_password_is_limited():
    client = signed_in(UserFactory())
    said = {"current_password": "not-the-password", "new_password": NEW}
    codes = [client.post(CHANGE, said).status_code for _ in range(11)]
    assert codes == [400] * 10 + [429]


def test_a_reset_is_answered_alike_for_everybody_and_mailed_to_those_who_are_active(letters):
    user = UserFactory(email="Nora@example.org")
    UserFactory(email="gone@example.org", is_active=False)
    answers = {}
    for email in ("nora@example.org", "gone@example.org", "nobody@example.org"):
        answer, posted = letters(lambda email=email: APIClient().post(RESET, {"email": email}))
        assert answer.status_code == 202
        answers[email] = (answer.json(), [letter.to for letter in posted])
    assert answers["nora@example.org"][1] == [[user.email]]
    assert answers["gone@example.org"][1] == answers["nobody@example.org"][1] == []
    assert len({str(body) for body, _ in answers.values()}) == 1


def test_the_code_sets_a_password_once_and_signs_out_everywhere(letters):
    user = UserFactory()
    tokens = sign_in(user)
    _, (letter,) = letters(lambda: APIClient().post(RESET, {"email": user.email}))
    said = {"code": code_in(letter), "new_password": NEW}
    weak = APIClient().post(CONFIRM, said | {"new_password": "short"})
    assert (weak.status_code, weak.json()["errors"][0]["field"]) == (400, "new_password")
    assert APIClient().post(CONFIRM, said).status_code == 204
    assert bearing(tokens).get(ME).status_code == 401
    assert sign_in(user, NEW)
    again = APIClient().post(CONFIRM, said)
    assert (again.status_code, again.json()["errors"][0]["code"]) == (400, "code_refused")


def test_the_link_of_the_letter_opens_the_web_page_for_the_same(letters, client):
    user = UserFactory()
    _, (letter,) = letters(lambda: APIClient().post(RESET, {"email": user.email}))
    link = re.search(r"http://testserver(\S+)", letter.body)[1]
    page = client.get(link, follow=True)
    assert page.status_code == 200
    assert 'name="password1"' in page.content.decode()


@pytest.mark.parametrize("code", ["nonsense", "1-2", "-", "zzzzzzzzzzzzz-a-b", "1z141z4-abc"])
def test_a_code_that_nobody_was_mailed_is_refused(code):
    UserFactory()
    answer = APIClient().post(CONFIRM, {"code": code, "new_password": NEW})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "code_refused")


def test_a_code_is_good_no_more_once_the_account_is_inactive(letters):
    user = UserFactory()
    _, (letter,) = letters(lambda: APIClient().post(RESET, {"email": user.email}))
    user.deactivate()
    answer = APIClient().post(CONFIRM, {"code": code_in(letter), "new_password": NEW})
    assert answer.status_code == 400


def ask(said: dict, address: str = "192.0.2.1"):
    return APIClient().post(RESET, said, REMOTE_ADDR=address)


def test_letters_to_one_mailbox_are_limited_and_nobody_is_told(letters):
    said = {"email": UserFactory().email}
    answers, posted = letters(lambda: [ask(said) for _ in range(7)])
    assert len(posted) == 5
    assert {(answer.status_code, str(answer.json())) for answer in answers} == {
        (202, str({"detail": RESET_POSTED}))
    }


def test_who_asks_elsewhere_again_and_again_stops_nobodys_letter(letters):
    said = {"email": UserFactory().email}
    letters(lambda: [ask(said) for _ in range(29)])
    answer, posted = letters(lambda: ask(said, "192.0.2.2"))
    assert (answer.status_code, len(posted)) == (202, 1)
    _, posted = letters(lambda: [ask(said, f"192.0.2.{n}") for n in range(3, 20)])
    assert len(posted) == 9


def test_one_address_asks_thirty_times_an_hour():
    codes = [ask({"email": f"name{n}@example.org"}).status_code for n in range(31)]
    assert codes == [202] * 30 + [429]


def test_asking_takes_the_same_statements_with_and_without_an_account():
    UserFactory(email="nora@example.org")
    asked = []
    for email in ("nora@example.org", "nobody@example.org"):
        with CaptureQueriesContext(connection) as statements:
            ask({"email": email})
        asked.append(len(statements))
    assert asked[0] == asked[1]
