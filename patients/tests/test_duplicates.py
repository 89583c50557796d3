"""Likely duplicates: which pairs come up, in which order, and what is decided about them."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.duplicates import count_likely, likely_pairs, looks_like
from patients.models import DifferentPeople
from patients.tests.factories import PatientFactory

pytestmark = pytest.mark.django_db

LIST, COUNT = reverse("patients:duplicates"), reverse("patients:duplicate-count")
DIFFERENT = reverse("patients:different")
BASE = {"given_name": "Ruben", "family_name": "Oakmere", "date_of_birth": "1990-06-01"}


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def user(facility, client: Client):
    user = staff_of(facility)
    client.force_login(user)
    return user


def pair_with(facility, **other):
    known = PatientFactory(facility=facility, **BASE, phone="+14025550142")
    return known, PatientFactory(facility=facility, **BASE | other)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({}, "same name"),
        ({"given_name": "Rubben"}, "much the same name"),
        ({"given_name": "Rubben", "phone": "+14025550142", "family_name": "Okmere"}, "same phone"),
        ({"given_name": "Oakmere", "family_name": "Ruben"}, "given and family name swapped"),
        ({"date_of_birth": "1990-01-06"}, "date of birth a slip away"),
        ({"date_of_birth": "1991-06-01"}, "date of birth a slip away"),
        ({"date_of_birth": "1955-12-24", "phone": "+14025550142"}, "same phone"),
        ({"family_name": "Tarquist", "maiden_name": "Oakmere"}, "same date of birth"),
        ({"family_name": "Tarquist", "phone": "+14025550142"}, "same phone"),
        ({"given_name": "Rubén", "family_name": "O'akmere"}, "same date of birth"),
    ],
)
def test_two_records_that_are_alike_come_up(user, facility, other, why) -> None:
    known, double = pair_with(facility, **other)
    (pair,) = likely_pairs(user, facility).rows
    assert {pair.first, pair.second} == {known, double}
    assert why in pair.reasons
    assert count_likely(user, facility) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"given_name": "Tilda", "phone": "+14025550142"},  # a twin
        {"family_name": "Tarquist"},
        {"date_of_birth": "1955-12-24"},
        {"merged": True},
    ],
)
def test_two_people_do_not_come_up(user, facility, other) -> None:
    known = PatientFactory(facility=facility, **BASE, phone="+14025550142")
    if other.pop("merged", None):
        other = {"merged_into": known, "is_active": False}
    PatientFactory(facility=facility, **BASE | other)
    assert likely_pairs(user, facility).rows == []


def test_the_likeliest_come_first_and_the_rest_on_the_next_page(user, facility) -> None:
    pair_with(facility, given_name="Rubben")
    best = PatientFactory.create_batch(
        2, facility=facility, given_name="Ona", family_name="Berg", phone="+14025550177"
    )
    found = likely_pairs(user, facility, limit=1)
    assert (found.total, {found.rows[0].first, found.rows[0].second}) == (2, set(best))
    assert likely_pairs(user, facility, limit=1, offset=1).rows[0].score < found.rows[0].score


def test_records_of_another_facility_stay_out_of_sight(user, facility, client) -> None:
    PatientFactory(facility=facility, **BASE)
    other = PatientFactory(facility=FacilityFactory(), **BASE)
    assert likely_pairs(user, facility).rows == []
    admin = UserFactory(role="admin")
    assert likely_pairs(admin, facility).total == likely_pairs(admin, other.facility).total == 1
    assert client.get(LIST, {"facility": other.facility_id}).status_code == 404


def test_those_whom_no_facility_has_taken_are_a_list_of_their_own(user, client) -> None:
    PatientFactory.create_batch(2, **BASE)
    page = client.get(LIST, {"facility": "none"}).content.decode()
    assert "1 pair</small>" in page


def test_the_page_shows_pairs_at_a_constant_number_of_queries(
    user, facility, client, django_assert_num_queries
) -> None:
    pair_with(facility)
    with django_assert_num_queries(6):
        client.get(LIST)
    for n in range(4):
        PatientFactory.create_batch(2, facility=facility, given_name="Ona", family_name=f"Berg{n}x")
    with django_assert_num_queries(6):
        page = client.get(LIST).content.decode()
    assert page.count('name="pair"') >= 5
    assert "Same date of birth" in page
    assert "<strong>" in client.get(COUNT).content.decode()


def test_different_people_are_remembered_and_that_is_undone(user, facility, client) -> None:
    known, double = pair_with(facility)
    assert looks_like(user, known) == [double]
    answer = client.post(DIFFERENT, {"pair": f"{double.pk}-{known.pk}"}, follow=True)
    decision = DifferentPeople.objects.get()
    assert (decision.first, decision.second, decision.by) == (known, double, user)
    undo = reverse("patients:not-different", args=[decision.pk])
    assert answer.content.decode().count(f'action="{undo}"') == 2  # in the toast and in the list
    assert likely_pairs(user, facility).rows == looks_like(user, known) == []
    again = client.post(DIFFERENT, {"pair": f"{known.pk}-{double.pk}"}, follow=True)
    assert "decided already" in again.content.decode()
    client.post(undo)
    assert likely_pairs(user, facility).total == 1
    decision.refresh_from_db()
    assert decision.undone_by == user
    assert "taken back already" in client.post(undo, follow=True).content.decode()


@pytest.mark.parametrize("pair", ["", "1", "1-1", "a-b", "1-2-3", "9999999-8888888"])
def test_a_pair_that_is_none_is_not_found(user, client, pair) -> None:
    assert client.post(DIFFERENT, {"pair": pair}).status_code == 404


@pytest.mark.parametrize(
    ("role", "sees", "decides"),
    [("receptionist", 200, 302), ("nurse", 200, 403), ("doctor", 200, 403), ("patient", 403, 403)],
)
def test_a_role_reaches_what_it_may(client, facility, role, sees, decides) -> None:
    client.force_login(staff_of(facility, role=role))
    known, double = pair_with(facility)
    assert client.get(LIST).status_code == client.get(COUNT).status_code == sees
    answer = client.post(DIFFERENT, {"pair": f"{known.pk}-{double.pk}"})
    assert answer.status_code == decides


def test_another_facilitys_records_are_not_decided_about(user, facility, client) -> None:
    known = PatientFactory(facility=facility)
    other = PatientFactory(facility=FacilityFactory())
    assert client.post(DIFFERENT, {"pair": f"{known.pk}-{other.pk}"}).status_code == 404
    decision = DifferentPeople.objects.decide((known, other), by=None)
    undo = reverse("patients:not-different", args=[decision.pk])
    assert client.post(undo).status_code == 404


def test_the_wrong_method_is_refused(user, client) -> None:
    assert client.post(LIST).status_code == client.post(COUNT).status_code == 405
    assert client.get(DIFFERENT).status_code == 405
