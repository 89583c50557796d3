"""The desk decides by the API whose record a registration means."""

from datetime import date

import pytest
from rest_framework.test import APIClient

from accounts.tests.clients import ME, client_of
from accounts.tests.factories import UserFactory
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory, RegistrationFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/registrations"


@pytest.fixture
def facility():
    return FacilityFactory(name="Riverside")


@pytest.fixture
def desk(facility):
    client = APIClient()
    client.force_authenticate(staff_of(facility))
    return client


@pytest.fixture
def waiting(facility):
    known = PatientFactory(given_name="Rubin", family_name="Oakmere", facility=facility)
    return RegistrationFactory(facility=facility, candidate=known)


def decide(client, registration, how: str, **said):
    answer = client.post(f"{URL}/{registration.pk}/{how}", said)
    registration.refresh_from_db()
    return answer


def listed(client, **asked) -> list[int]:
    return [row["id"] for row in client.get(URL, asked).json()["results"]]


def test_a_registration_is_shown_beside_the_record_that_may_be_theirs(desk, waiting, facility):
    shown = desk.get(f"{URL}/{waiting.pk}").json()
    assert (shown["name"], shown["status"], shown["email"], shown["date_of_birth"]) == (
        "Ruben Oakmere",
        "waiting",
        waiting.email,
        "1990-06-01",
    )
    assert (shown["facility_id"], shown["facility_name"]) == (facility.pk, "Riverside")
    candidate = shown["candidate"]
    assert (candidate["id"], candidate["name"]) == (waiting.candidate.pk, "Rubin Oakmere")
    assert (candidate["mrn"], candidate["facility_name"]) == (waiting.candidate.mrn, "Riverside")


def test_the_list_keeps_who_has_proved_an_address_and_asks_a_constant_number_of_times(
    desk, waiting, facility, django_assert_num_queries
):
    RegistrationFactory(facility=facility, status="unverified")
    rejected = RegistrationFactory(facility=facility, status="rejected")
    for _ in range(3):
        RegistrationFactory(facility=facility, candidate=PatientFactory(facility=facility))
    with django_assert_num_queries(4):  # the access log is one
        found = listed(desk)
    assert len(found) == 5
    assert listed(desk, status="rejected") == [rejected.pk]
    assert listed(desk, status="waiting", ordering="-id")[-1] == waiting.pk
    assert listed(desk, facility=FacilityFactory().pk) == []
    assert desk.get(URL, {"status": "unverified"}).status_code == 400


def test_each_desk_sees_what_concerns_its_facility_and_what_concerns_none(desk, facility):
    other = FacilityFactory()
    elsewhere = RegistrationFactory(facility=other)
    chose_here = RegistrationFactory(
        facility=facility, candidate=PatientFactory(facility=other, email="theirs@example.org")
    )
    known_here = RegistrationFactory(facility=other, candidate=PatientFactory(facility=facility))
    known_elsewhere = RegistrationFactory(candidate=PatientFactory(facility=other))
    nowhere = RegistrationFactory()
    assert set(listed(desk)) == {chose_here.pk, known_here.pk, nowhere.pk}
    assert desk.get(f"{URL}/{chose_here.pk}").json()["candidate"] is None
    for hidden in (elsewhere, known_elsewhere):
        assert decide(desk, hidden, "reject").status_code == 404
        assert hidden.status == "waiting"


def test_the_record_that_the_desk_confirms_is_theirs(desk, waiting, facility):
    other = PatientFactory(facility=facility)
    answer = decide(desk, waiting, "confirm", patient_id=other.pk)
    assert answer.status_code == 200, answer.json()
    assert (answer.json()["status"], answer.json()["candidate"]["id"]) == ("linked", other.pk)
    assert answer["ETag"]
    other.refresh_from_db()
    assert other.user == waiting.user
    assert client_of(waiting.user).get(ME).json()["patient_id"] == other.pk


def test_a_record_elsewhere_is_not_to_be_confirmed_and_none_is_chosen_for_the_desk(desk, waiting):
    theirs = PatientFactory(facility=FacilityFactory())
    for said in ({"patient_id": theirs.pk}, {}):
        answer = decide(desk, waiting, "confirm", **said)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "patient_id"
    assert waiting.status == "waiting"
    assert not Patient.objects.filter(user__isnull=False).exists()


@pytest.mark.parametrize("closed", [False, True])
def test_a_record_that_is_closed_or_anothers_is_refused(desk, waiting, closed):
    known = waiting.candidate
    known.is_active, known.user = not closed, None if closed else UserFactory(role="patient")
    known.save()
    answer = decide(desk, waiting, "confirm", patient_id=known.pk)
    assert (answer.status_code, answer.json()["code"]) == (409, "linked_to_other")
    assert waiting.status == "waiting"


def test_somebody_new_gets_a_record(desk, waiting, facility):
    answer = decide(desk, waiting, "create-record")
    assert answer.status_code == 200, answer.json()
    patient = Patient.objects.get(user=waiting.user)
    assert answer.json()["candidate"]["id"] == patient.pk
    assert (str(patient), patient.date_of_birth) == ("Ruben Oakmere", date(1990, 6, 1))
    assert (patient.facility, patient.email) == (facility, waiting.email)
    assert Patient.objects.count() == 2


def test_where_the_facility_is_full_the_desk_names_another(desk, waiting, facility):
    facility.capacity = 1
    facility.save()
    refused = decide(desk, waiting, "create-record")
    assert (refused.status_code, refused.json()["code"]) == (409, "facility_full")
    assert waiting.status == "waiting"
    roomy = FacilityFactory()
    unseen = decide(desk, waiting, "create-record", facility_id=roomy.pk)
    assert unseen.status_code == 400
    UserFactory._meta.model.objects.get(facilities=facility).facilities.add(roomy)
    assert decide(desk, waiting, "create-record", facility_id=roomy.pk).status_code == 200
    assert Patient.objects.get(user=waiting.user).facility == roomy


def test_a_record_made_at_a_facility_of_others_is_answered_all_the_same(desk, facility):
    there = FacilityFactory()
    known = PatientFactory(facility=facility)
    registration = RegistrationFactory(facility=there, candidate=known)
    answer = decide(desk, registration, "create-record")
    assert (answer.status_code, answer.json()["status"]) == (200, "linked")
    assert desk.get(f"{URL}/{registration.pk}").status_code == 404


def test_a_rejected_account_has_no_record_is_told_so_and_may_be_given_one_later(desk, waiting):
    answer = decide(desk, waiting, "reject")
    assert (answer.status_code, answer.json()["status"]) == (200, "rejected")
    me = client_of(waiting.user).get(ME).json()
    assert (me["patient_link"], me["patient_id"]) == ("rejected", None)
    assert decide(desk, waiting, "reject").json()["code"] == "already_decided"
    later = decide(desk, waiting, "confirm", patient_id=waiting.candidate.pk)
    assert later.json()["status"] == "linked"


@pytest.mark.parametrize("how", ["confirm", "create-record", "reject"])
def test_a_decision_is_made_once_and_its_repetition_answered_alike(desk, waiting, how):
    said = {"patient_id": waiting.candidate.pk} if how == "confirm" else {}
    url, key = f"{URL}/{waiting.pk}/{how}", {"Idempotency-Key": f"decide-{how}"}
    first, again = (desk.post(url, said, headers=key) for _ in range(2))
    assert first.status_code == again.status_code == 200, first.json()
    assert first.json() == again.json()
    anew = desk.post(url, said)
    assert (anew.status_code, anew.json()["code"]) == (409, "already_decided")


@pytest.mark.parametrize("role", ["doctor", "nurse", "patient"])
def test_only_the_desk_decides(waiting, facility, role):
    client = APIClient()
    client.force_authenticate(staff_of(facility, role))
    assert client.get(URL).status_code == 403
    for how in ("confirm", "create-record", "reject"):
        assert decide(client, waiting, how).status_code == 403
    assert waiting.status == "waiting"


def test_an_unknown_registration_is_not_found(desk):
    assert desk.get(f"{URL}/999999").status_code == 404
    assert desk.post(f"{URL}/999999/reject").status_code == 404
