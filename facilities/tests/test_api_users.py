"""Administrators manage accounts."""

import re
import threading

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.clients import ME, client_of, sign_in, signed_in
from accounts.tests.factories import PASSWORD, UserFactory
from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of

pytestmark = pytest.mark.django_db

URL = "/api/v1/users"
NORA = {
    "username": "nora",
    "full_name": "Nora Field",
    "email": "nora@example.org",
    "role": "receptionist",
}


@pytest.fixture
def chief():
    return UserFactory(role="admin", full_name="Ada Chief")


@pytest.fixture
def admin(chief):
    return client_of(chief)


def test_an_account_without_a_password_is_invited_by_letter(admin, letters):
    facility = FacilityFactory(name="Lindow")
    said = NORA | {"facility_ids": [facility.pk]}
    made, (letter,) = letters(lambda: admin.post(URL, said))
    assert made.status_code == 201, made.json()
    body = made.json()
    assert body == NORA | {
        "id": User.objects.get(username="nora").pk,
        "is_active": True,
        "facility_ids": [facility.pk],
        "facilities": [{"id": facility.pk, "name": "Lindow"}],
        "picture": None,
        "last_login": None,
        "date_joined": body["date_joined"],
    }
    assert made["Location"] == f"{URL}/{body['id']}"
    assert letter.to == ["nora@example.org"]
    code = re.search(r"code in the application: (\S+)", letter.body)[1]
    confirm = {"code": code, "new_password": "another-long-password"}
    answer = APIClient().post("/api/v1/auth/password/reset/confirm", confirm)
    assert answer.status_code == 204
    assert sign_in(User.objects.get(username="nora"), "another-long-password")


def test_an_account_with_a_password_can_sign_in_at_once(admin, letters):
    made, posted = letters(lambda: admin.post(URL, NORA | {"password": PASSWORD}))
    assert (made.status_code, posted) == (201, [])
    assert "password" not in made.json()
    assert sign_in(User.objects.get(username="nora"))


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "nora@example.org"}, "password"),
        ({"role": "king"}, "role"),
        ({"email": "nowhere"}, "email"),
        ({"facility_ids": [987654]}, "facility_ids"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_made(admin, letters, said, field):
    answer, posted = letters(lambda: admin.post(URL, NORA | said))
    assert answer.status_code == 400
    assert field in {each["field"].split(".")[0] for each in answer.json()["errors"]}
    assert not User.objects.filter(username="nora").exists()
    assert not posted


def test_a_name_that_is_taken_is_refused(admin):
    for fields, field, code in (
        ({"username": "nora", "email": "a@example.org"}, "username", "username_taken"),
        ({"username": "Nora", "email": "a@example.org"}, "username", "username_taken"),
        ({"email": NORA["email"].upper()}, "email", "address_taken"),
    ):
        other = UserFactory(**fields)
        refused = admin.post(URL, NORA)
        assert (refused.status_code, refused.json()["code"]) == (409, code)
        assert [each["field"] for each in refused.json()["errors"]] == [field]
        other.delete()


def test_the_list_is_filtered_and_searched_in_three_statements(
    admin, chief, django_assert_num_queries
):
    here = FacilityFactory()
    nora = staff_of(here, full_name="Nora Field")
    omar = staff_of(FacilityFactory(), role="nurse", full_name="Omar Field")
    UserFactory(role="patient", is_active=False, full_name="Pia")
    with django_assert_num_queries(3):
        assert admin.get(URL).json()["count"] == 4

    def found(query: str) -> list[int]:
        return [each["id"] for each in admin.get(f"{URL}?{query}").json()["results"]]

    assert found("role=nurse") == [omar.pk]
    assert found("is_active=true&role=patient") == []
    assert len(found("is_active=false")) == 1
    assert found(f"facility={here.pk}") == [nora.pk]
    assert found("q=field nora") == [nora.pk]
    assert found(f"facility={FacilityFactory().pk}") == []
    assert found("q=field&ordering=-full_name") == [omar.pk, nora.pk]
    assert found("q=field&ordering=full_name") == [nora.pk, omar.pk]
    for bad in ("role=king", "is_active=perhaps", "facility=x", f"facility={10**30}", "ordering=x"):
        assert admin.get(f"{URL}?{bad}").status_code == 400, bad


def test_a_change_needs_what_was_read_and_ends_the_sign_in_by_its_next_request(admin):
    user = UserFactory()
    client, there = signed_in(user), f"{URL}/{user.pk}"
    read = admin.get(there)
    facility = FacilityFactory()
    said = {"role": "admin", "facility_ids": [facility.pk], "full_name": "New Name"}
    assert client.get(URL).status_code == 403
    assert admin.patch(there, said).status_code == 428
    changed = admin.patch(there, said, headers={"If-Match": read["ETag"]})
    assert changed.status_code == 200, changed.json()
    assert changed.json()["facilities"] == [{"id": facility.pk, "name": facility.name}]
    assert client.get(URL).status_code == 401
    assert signed_in(user).get(URL).status_code == 200
    stale = admin.patch(there, said, headers={"If-Match": read["ETag"]})
    assert stale.status_code == 412
    secret = admin.patch(there, {"password": PASSWORD}, headers={"If-Match": "*"})
    assert secret.json()["errors"][0]["field"] == "password"


def test_deactivating_signs_out_and_activating_lets_in_again(admin):
    user = UserFactory()
    client = signed_in(user)
    answer = admin.post(f"{URL}/{user.pk}/deactivate")
    assert (answer.status_code, answer.json()["is_active"]) == (200, False)
    assert client.get(ME).status_code == 401
    answer = admin.post(f"{URL}/{user.pk}/activate")
    assert (answer.status_code, answer.json()["is_active"]) == (200, True)
    assert client.get(ME).status_code == 401
    assert sign_in(user)


def test_the_last_administrator_stays(admin, chief):
    UserFactory(role="admin", is_active=False)
    there = f"{URL}/{chief.pk}"
    answers = [
        admin.post(f"{there}/deactivate"),
        admin.delete(there),
        admin.patch(there, {"role": "nurse"}, headers={"If-Match": "*"}),
        admin.patch(there, {"is_active": False}, headers={"If-Match": "*"}),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")
    chief.refresh_from_db()
    assert (chief.role, chief.is_active) == ("admin", True)
    UserFactory(role="admin")
    assert admin.post(f"{there}/deactivate").status_code == 200


def test_an_account_that_nothing_refers_to_is_deleted(admin):
    user = staff_of(FacilityFactory())
    sign_in(user)
    assert admin.delete(f"{URL}/{user.pk}").status_code == 204
    assert not User.objects.filter(pk=user.pk).exists()
    assert admin.get(f"{URL}/{user.pk}").status_code == 404


def test_an_account_that_is_referred_to_is_deactivated_instead(admin):
    user = DoctorFactory(user=UserFactory(role="doctor")).user
    answer = admin.delete(f"{URL}/{user.pk}")
    assert (answer.status_code, answer.json()["is_active"]) == (200, False)
    user.refresh_from_db()
    assert (user.is_active, user.doctor.user_id) == (False, user.pk)


@pytest.mark.parametrize("role", ["doctor", "nurse", "receptionist", "patient"])
def test_nobody_else_manages_accounts(role):
    user = UserFactory(role=role)
    client, there = client_of(user), f"{URL}/{user.pk}"
    codes = [
        client.get(URL).status_code,
        client.post(URL, NORA).status_code,
        client.get(there).status_code,
        client.patch(there, {"role": "admin"}, headers={"If-Match": "*"}).status_code,
        client.delete(there).status_code,
        client.post(f"{there}/activate").status_code,
        client.post(f"{there}/deactivate").status_code,
    ]
    assert codes == [403] * 7


def test_without_a_token_or_for_nobody_there_is_nothing(admin):
    assert APIClient().get(URL).status_code == 401
    assert admin.get(f"{URL}/999999").status_code == 404
    assert admin.post(f"{URL}/999999/deactivate").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_deactivate_each_other_leave_one():
    pair = [UserFactory(role="admin"), UserFactory(role="admin")]
    start, codes = threading.Barrier(2), []

    def deactivate(by: User, whom: User) -> None:
        try:
            client = client_of(by)
            start.wait(10)
            codes.append(client.post(f"{URL}/{whom.pk}/deactivate").status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=deactivate, args=each) for each in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(codes) == [200, 409]
    assert User.objects.administrators().count() == 1
