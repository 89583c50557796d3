"""What a patient's account sees and changes: their own record, and of it how to reach them."""

import pytest

from accounts.tests.factories import UserFactory
from facilities.tests.api import api, current
from facilities.tests.factories import FacilityFactory
from patients.tests.factories import PatientFactory

URL = "/api/v1/patients"

pytestmark = pytest.mark.django_db


@pytest.fixture
def own():
    return PatientFactory(user=UserFactory(role="patient"), facility=FacilityFactory(name="Here"))


@pytest.fixture
def account(own):
    return api(own.user)


def test_a_patient_sees_their_own_record_alone(own, account):
    other = PatientFactory()
    (row,) = account.get(URL).json()["results"]
    assert (row["id"], row["facility_name"]) == (own.pk, "Here")
    assert account.get(f"{URL}/{own.pk}").json() == row
    assert account.get(f"{URL}/{other.pk}").status_code == 404
    found = account.get(f"{URL}?q={other.family_name}").json()["results"]
    assert other.pk not in {each["id"] for each in found}
    assert account.patch(f"{URL}/{other.pk}", {"phone": "+14025550142"}).status_code == 404


def test_an_account_without_a_record_sees_nobody():
    PatientFactory()
    assert api(role="patient").get(URL).json()["results"] == []


def test_a_patient_says_how_to_reach_them(own, account):
    there = f"{URL}/{own.pk}"
    contact = {
        "phone": "+14025550142",
        "address_line": "1 River Road",
        "city": "Omaha",
        "state": "NE",
        "zip_code": "68114",
        "language": "es",
    }
    answer = account.patch(there, contact, headers=current(account, there))
    assert answer.status_code == 200, answer.json()
    assert contact.items() <= answer.json().items()
    own.refresh_from_db()
    assert own.city == "Omaha"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("given_name", "Other"),
        ("date_of_birth", "1970-01-01"),
        ("facility_id", None),
        ("is_active", False),
        ("mrn", "1"),
        ("email", "own@example.org"),
        ("email", "taken@example.org"),
        ("identifiers", []),
        ("user", 1),
    ],
)
def test_anything_else_is_for_the_desk_to_change(own, account, field, value):
    PatientFactory(email="taken@example.org")
    there = f"{URL}/{own.pk}"
    given = {field: value, "city": "Omaha"}
    answer = account.patch(there, given, headers=current(account, there))
    assert (answer.status_code, answer.json()["code"]) == (403, "desk_only")
    assert "call your facility" in answer.json()["detail"]
    own.refresh_from_db()
    assert own.city == ""


def test_a_patient_changes_no_record_as_a_whole(own, account):
    there, other = f"{URL}/{own.pk}", f"{URL}/{PatientFactory().pk}"
    names = {"given_name": own.given_name, "family_name": own.family_name}
    for said in ({}, {"city": "Omaha"}, names | {"date_of_birth": str(own.date_of_birth)}):
        for address in (there, other):
            answer = account.put(address, said, headers={"If-Match": "*"})
            assert (answer.status_code, answer.json()["code"]) == (403, "desk_only")


def test_a_patient_neither_registers_nor_closes_nor_merges(own, account):
    there = f"{URL}/{own.pk}"
    for answer in (
        account.post(URL, {}),
        account.delete(there),
        account.post(f"{there}/merge", {"into_id": own.pk}),
        account.post(f"{there}/unmerge"),
        account.post(f"{URL}/likely-duplicates", {"given_name": "A", "family_name": "B"}),
    ):
        assert answer.status_code == 403
    own.refresh_from_db()
    assert own.is_active
