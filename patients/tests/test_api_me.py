import pytest
from rest_framework.test import APIClient

from accounts.tests.clients import client_of
from accounts.tests.factories import PASSWORD, UserFactory
from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of
from patients.tests.factories import PatientFactory

ME = "/api/v1/auth/me"

pytestmark = pytest.mark.django_db


def test_staff_read_who_they_are_and_where_they_work(django_assert_num_queries):
    user = staff_of(FacilityFactory(name="Lindow"), full_name="Nora Field")
    client = client_of(user)
    with django_assert_num_queries(2):
        answer = client.get(ME)
    assert answer.json() == {
        "id": user.pk,
        "username": user.username,
        "full_name": "Nora Field",
        "email": user.email,
        "language": "",
        "role": "receptionist",
        "picture": None,
        "facilities": [{"id": user.facilities.get().pk, "name": "Lindow"}],
        "patient_id": None,
        "patient_name": None,
        "patient_link": "none",
        "doctor_id": None,
        "doctor_name": None,
    }
    assert client.get(ME, headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_a_patient_reads_which_record_is_theirs():
    patient = PatientFactory(user=UserFactory(role="patient"))
    body = client_of(patient.user).get(ME).json()
    assert (body["patient_id"], body["patient_name"]) == (patient.pk, str(patient))
    assert body["patient_link"] == "linked"
    assert body["doctor_id"] is None


def test_a_doctor_reads_which_doctor_they_are():
    doctor = DoctorFactory(user=UserFactory(role="doctor"))
    body = client_of(doctor.user).get(ME).json()
    assert (body["doctor_id"], body["doctor_name"]) == (doctor.pk, doctor.name)
    assert body["patient_id"] is None


def test_a_name_is_changed_by_who_read_it():
    user = UserFactory()
    client = client_of(user)
    etag = client.get(ME)["ETag"]
    assert client.patch(ME, {"full_name": "New Name"}).status_code == 428
    changed = client.patch(ME, {"full_name": "New Name"}, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["full_name"]) == (200, "New Name")
    assert changed["ETag"] == client.get(ME)["ETag"] != etag
    stale = client.patch(ME, {"full_name": "Other"}, headers={"If-Match": etag})
    assert stale.status_code == 412


def test_an_address_is_changed_with_the_password_and_the_old_one_told(letters):
    user = UserFactory(email="old@example.org")
    client = client_of(user)

    def patch(**said):
        return client.patch(ME, {"email": "new@example.org"} | said, headers={"If-Match": "*"})

    for said in ({}, {"current_password": "not-the-password"}):
        answer = patch(**said)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["code"] == "wrong_password"
    answer, (letter,) = letters(lambda: patch(current_password=PASSWORD))
    assert (answer.status_code, answer.json()["email"]) == (200, "new@example.org")
    assert letter.to == ["old@example.org"]
    UserFactory(email="taken@example.org")
    taken = patch(email="Taken@example.org", current_password=PASSWORD)
    assert (taken.status_code, taken.json()["code"]) == (409, "address_taken")
    assert [patch().status_code for _ in range(10)][-1] == 429


def test_a_patients_address_is_for_the_clinic_to_change(letters):
    user = UserFactory(role="patient", email="old@example.org")
    UserFactory(email="taken@example.org")
    client = client_of(user)
    for email in ("new@example.org", "taken@example.org"):
        said = {"email": email, "current_password": PASSWORD, "full_name": "Other"}
        answer, posted = letters(
            lambda said=said: client.patch(ME, said, headers={"If-Match": "*"})
        )
        assert (answer.status_code, answer.json()["code"], posted) == (403, "desk_only", [])
        assert "call your facility" in answer.json()["detail"]
    same = {"email": "old@example.org", "full_name": "Other"}
    assert client.patch(ME, same, headers={"If-Match": "*"}).json()["full_name"] == "Other"
    user.refresh_from_db()
    assert user.email == "old@example.org"


def test_nobody_changes_their_own_role():
    user = UserFactory()
    answer = client_of(user).patch(ME, {"role": "admin"}, headers={"If-Match": "*"})
    assert answer.json()["role"] == "receptionist"
    user.refresh_from_db()
    assert user.role == "receptionist"


def test_without_a_token_there_is_nobody():
    assert APIClient().get(ME).status_code == 401
    assert APIClient().patch(ME, {}).status_code == 401
