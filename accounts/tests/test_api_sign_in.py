"""Signing in, and what takes effect with the next request of who is signed in."""

import json

import jwt
import pytest
from django.conf import settings
from rest_framework.test import APIClient

from accounts.models import SignIn
from accounts.tests.clients import LOGIN, ME, bearing, sign_in, signed_in
from accounts.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

USERS = "/api/v1/users"


@pytest.fixture
def user():
    return UserFactory(username="nora", email="Nora@example.org", full_name="Nora Field")


def post(said: dict, url: str = LOGIN, **options):
    return APIClient().post(url, said, **options)


def without_id(answer) -> dict:
    return {**answer.json(), "request_id": ""}


@pytest.mark.parametrize("url", [LOGIN, "/api/v1/auth/token", f"{LOGIN}/"])
@pytest.mark.parametrize("form", [False, True])
@pytest.mark.parametrize(
    "name", [{"email": "nora@EXAMPLE.org"}, {"username": "NORA"}, {"username": "nora@example.org"}]
)
def test_an_address_or_a_username_signs_in_by_json_and_by_form(user, url, form, name):
    said = {**name, "password": PASSWORD}
    if form:
        said = "&".join(f"{field}={value}" for field, value in said.items())
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    answer = APIClient().generic("POST", url, said if form else json.dumps(said), kind)
    assert answer.status_code == 200, answer.json()
    body = answer.json()
    assert (body["role"], body["user_id"], body["user_name"], body["expires_in"]) == (
        "receptionist",
        user.pk,
        "Nora Field",
        600,
    )
    assert answer["Cache-Control"] == "no-store"
    assert bearing(body).get(ME).json()["id"] == user.pk
    user.refresh_from_db()
    assert user.last_login


def test_wrong_unknown_inactive_and_passwordless_are_answered_alike(user):
    UserFactory(username="gone", is_active=False)
    invited = UserFactory(username="invited")
    invited.set_unusable_password()
    invited.save()
    wrong = post({"username": "nora", "password": "not-the-password"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_credentials")
    assert "Bearer" in wrong["WWW-Authenticate"]
    for name in ("nobody", "gone", "invited"):
        answer = post({"username": name, "password": PASSWORD})
        assert answer.status_code == 401
        assert without_id(answer) == without_id(wrong)
    assert not SignIn.objects.exists()


def test_an_address_is_its_owners_even_where_it_is_a_strangers_username(user):
    UserFactory(username="nora@example.org", email="stranger@example.org")
    assert sign_in(user)["user_id"] == user.pk


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"username": "nora"}, "password"),
        ({"username": "nora", "password": PASSWORD, "pin": "1"}, "pin"),
    ],
)
def test_what_is_missing_or_too_much_is_named(user, said, field):
    answer = post(said)
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("names", [{}, {"email": "nora@example.org", "username": "nora"}])
def test_one_name_is_sent_and_not_two(user, names):
    answer = post(names | {"password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (400, "no_name")
    assert "errors" not in answer.json()


def test_a_token_says_nothing_about_the_person(user):
    tokens = sign_in(user)
    for name in ("access", "refresh"):
        claims = jwt.decode(tokens[name], options={"verify_signature": False})
        assert set(claims) == {"token_type", "exp", "iat", "jti", "sub", "family", "fingerprint"}
        assert "nora" not in str(claims).lower()
        assert claims["exp"] - claims["iat"] == {"access": 600, "refresh": 14 * 86400}[name]
        assert jwt.get_unverified_header(tokens[name])["alg"] == "HS256"


def test_a_request_reads_account_and_sign_in_in_one_statement(user, django_assert_num_queries):
    client = signed_in(UserFactory(role="patient"))
    with django_assert_num_queries(1):
        assert client.get(USERS).status_code == 403


def forged(tokens: dict, key: str, algorithm: str, **claims) -> dict:
    payload = jwt.decode(tokens["access"], options={"verify_signature": False}) | claims
    return {"access": jwt.encode(payload, key, algorithm=algorithm)}


def test_a_token_that_is_not_ours_or_another_kind_is_refused(user):
    tokens, key = sign_in(user), settings.SIMPLE_JWT["SIGNING_KEY"]
    bad = [
        {"access": "nonsense"},
        {"access": tokens["refresh"]},
        forged(tokens, "k" * 64, "HS256"),
        forged(tokens, "", "none"),
        forged(tokens, key * 2, "HS512"),
        forged(tokens, settings.SECRET_KEY, "HS256"),
        forged(tokens, key, "HS256", family="no-uuid"),
    ]
    for each in bad:
        answer = bearing(each).get(ME)
        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid"), each
    expired = bearing(forged(tokens, key, "HS256", exp=1)).get(ME)
    assert (expired.status_code, expired.json()["code"]) == (401, "token_expired")
    other = bearing(forged(tokens, key, "HS256", sub=str(UserFactory().pk))).get(ME)
    assert (other.status_code, other.json()["code"]) == (401, "signed_out")


def is_signed_out(client: APIClient) -> bool:
    answer = client.get(ME)
    return (answer.status_code, answer.json().get("code")) == (401, "signed_out")


def test_signing_out_ends_this_sign_in_and_no_other(user):
    here, there = signed_in(user), signed_in(user)
    assert here.post("/api/v1/auth/logout").status_code == 204
    assert is_signed_out(here)
    assert not is_signed_out(there)


def test_deactivation_holds_from_the_next_request_and_after_reactivation(user):
    client = signed_in(user)
    user.deactivate()
    assert is_signed_out(client)
    user.activate()
    assert is_signed_out(client)
    assert not is_signed_out(signed_in(user))


def test_a_deactivation_behind_the_models_back_holds_as_well(user):
    client = signed_in(user)
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    assert is_signed_out(client)


def test_a_new_password_signs_out_with_the_next_request(user):
    client = signed_in(user)
    user.set_password("another-long-password")
    user.save()
    assert is_signed_out(client)


def test_a_new_role_signs_out_with_the_next_request_even_behind_the_models_back(user):
    client = signed_in(user)
    assert client.get(USERS).status_code == 403
    type(user).objects.filter(pk=user.pk).update(role="admin")
    assert is_signed_out(client)
    assert signed_in(type(user).objects.get()).get(USERS).status_code == 200
