"""The page “Find a facility”."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.tests.factories import UserFactory
from facilities.models import CareType
from facilities.tests.factories import FacilityFactory, staff_of
from facilities.tests.test_matching import BOSTON, LINCOLN, OMAHA, SCOTTSBLUFF, facility

pytestmark = pytest.mark.django_db

MATCH = reverse("facilities:match")


@pytest.fixture
def desk(client: Client) -> Client:
    """Somebody of a facility that is not on the page: the network is no secret of a facility."""
    client.force_login(staff_of(FacilityFactory(name="Their own", is_active=False)))
    return client


def ask(client: Client, status: int = 200, **asked: object) -> str:
    answer = client.get(MATCH, asked)
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def test_the_page_asks_before_it_answers(desk: Client) -> None:
    page = ask(desk)
    assert "ZIP code" in page
    assert "<table" not in page
    assert "notice" not in page


def test_facilities_are_listed_with_all_that_is_needed_to_send_somebody_there(desk: Client) -> None:
    facility(
        "Northside",
        LINCOLN,
        (OMAHA, OMAHA),
        care="Cardiology",
        city="Lindow",
        phone="+14025550142",
        capacity=12,
    )
    facility("Brimful", OMAHA, (OMAHA, OMAHA), capacity=0)
    page = ask(desk, zip_code=f" {OMAHA} ")
    for text in ("Northside", "Lindow", "(402) 555-0142", "50 miles", "Cardiology", ">12</td>"):
        assert text in page
    assert page.index("Northside") < page.index("Brimful") < page.index(">Full<")
    assert "Nearest" not in page
    assert "Their own" not in page


def test_care_narrows_the_list_and_stays_chosen(desk: Client) -> None:
    facility("Heart", OMAHA, (OMAHA, OMAHA), care="Cardiology")
    facility("Skin", OMAHA, (OMAHA, OMAHA), care="Dermatology")
    heart = CareType.objects.get(name="Cardiology")
    page = ask(desk, zip_code=OMAHA, care_type=heart.pk)
    assert "with Cardiology" in page
    assert "Skin" not in page
    assert f'<option value="{heart.pk}" selected>' in page


def test_where_nobody_serves_the_nearest_are_shown_and_the_search_can_be_widened(
    desk: Client,
) -> None:
    facility("Heart in Lincoln", LINCOLN, (LINCOLN, LINCOLN), care="Cardiology")
    facility("Skin", OMAHA, (OMAHA, OMAHA), care="Dermatology")
    heart = CareType.objects.get(name="Cardiology")
    page = ask(desk, zip_code=OMAHA, care_type=heart.pk)
    assert f"No facility with Cardiology serves ZIP code {OMAHA}" in page
    assert f"Nearest facilities that do not serve {OMAHA}" in page
    assert "Heart in Lincoln" in page
    assert f'href="{MATCH}?zip_code={OMAHA}"' in page


def test_where_all_are_full_the_nearest_with_room_are_shown(desk: Client) -> None:
    facility("Brimful", OMAHA, (OMAHA, OMAHA), capacity=0)
    facility("Roomy", SCOTTSBLUFF)
    page = ask(desk, zip_code=OMAHA)
    assert f"Every facility that serves {OMAHA} is full" in page
    assert page.index("Brimful") < page.index("Nearest facilities") < page.index("Roomy")
    assert page.count("Brimful") == 1


def test_a_zip_code_that_lies_nowhere_says_to_check_it(desk: Client) -> None:
    facility("Northside", OMAHA, (OMAHA, OMAHA))
    page = ask(desk, zip_code="00000")
    assert "Check the ZIP code: where it lies is not known" in page
    assert "<table" not in page


@pytest.mark.parametrize("typed", ["6810", "68102-2345", "<b>zip", "681022", "Omaha"])
def test_what_is_no_zip_code_is_refused_and_kept(desk: Client, typed: str) -> None:
    page = ask(desk, 422, zip_code=typed)
    assert "Enter a ZIP code of five digits, such as 02134." in page
    assert f'value="{typed.replace("<", "&lt;").replace(">", "&gt;")}"' in page
    assert "<table" not in page


@pytest.mark.parametrize("asked", [{"zip_code": ""}, {"zip_code": OMAHA, "care_type": "x"}])
def test_what_is_missing_or_unknown_is_refused(desk: Client, asked: dict[str, str]) -> None:
    page = ask(desk, 422, **asked)
    assert "invalid-feedback" in page


def test_the_queries_do_not_grow_with_the_network(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 20):
        for number in range(count):
            facility(f"{count} {number}", OMAHA, (OMAHA, OMAHA), care="Cardiology")
            facility(f"{count} {number} near", LINCOLN, care="Cardiology")
        care_type = CareType.objects.get().pk
        with django_assert_num_queries(6):
            ask(desk, zip_code=OMAHA, care_type=care_type)
        with django_assert_num_queries(7):
            ask(desk, zip_code=BOSTON, care_type=care_type)


@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 200), ("doctor", 200), ("nurse", 200), ("receptionist", 200), ("patient", 403)],
)
def test_every_staff_role_may_look_and_a_patient_may_not(
    client: Client, role: str, status: int
) -> None:
    client.force_login(UserFactory(role=role))
    assert client.get(MATCH, {"zip_code": OMAHA}).status_code == status


def test_somebody_who_is_not_signed_in_is_sent_to_sign_in(client: Client) -> None:
    assert client.get(MATCH).status_code == 302


def test_the_page_is_read_only(desk: Client) -> None:
    for method in (desk.post, desk.put, desk.delete):
        assert method(MATCH).status_code == 405
