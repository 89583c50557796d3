"""The page where doctors and administrators make, replace and revoke addresses."""

import re

import pytest
from django.test import Client

from accounts.tests.factories import UserFactory
from facilities.models import Doctor
from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of
from scheduling.models import CalendarFeed

pytestmark = pytest.mark.django_db

PAGE = "/calendar/feeds/"


@pytest.fixture
def doctor() -> Doctor:
    facility = FacilityFactory()
    return DoctorFactory(facilities=[facility], user=staff_of(facility, "doctor"))


@pytest.fixture
def own(client: Client, doctor: Doctor) -> Client:
    client.force_login(doctor.user)
    return client


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(UserFactory(role="admin"))
    return client


def issue(client: Client, doctor: Doctor):
    return client.post(f"{PAGE}doctors/{doctor.pk}/")


def press(client: Client, feed: CalendarFeed, step: str):
    return client.post(f"{PAGE}{feed.pk}/{step}/")


def address_in(response) -> str:
    (address,) = re.findall(r'value="(http[^"]+\.ics)"', response.content.decode())
    return address


def test_a_doctor_makes_an_address_that_is_shown_once(own, doctor):
    response = issue(own, doctor)
    assert "no-store" in response.headers["Cache-Control"]
    address = address_in(response)
    assert address.startswith("http://testserver/calendar/")
    assert b"BEGIN:VCALENDAR" in Client().get(address).content
    again = own.get(PAGE).content.decode()
    assert ".ics" not in again
    assert "Replace or revoke" in again
    assert CalendarFeed.objects.get().created_by == doctor.user


def test_reloading_the_answer_leaves_the_copied_address_alone(own, doctor):
    address = address_in(issue(own, doctor))
    response = issue(own, doctor)
    assert response.status_code == 409
    assert "has an address already" in response.content.decode()
    assert Client().get(address).status_code == 200
    feed = CalendarFeed.objects.get()
    replaced = address_in(press(own, feed, "replace"))
    assert press(own, feed, "replace").status_code == 409
    assert Client().get(replaced).status_code == 200


def test_replacing_ends_the_old_address(own, doctor):
    old = address_in(issue(own, doctor))
    new = address_in(press(own, CalendarFeed.objects.get(), "replace"))
    assert [Client().get(each).status_code for each in (old, new)] == [404, 200]


def test_revoking_ends_the_address_and_says_so(own, doctor):
    address = address_in(issue(own, doctor))
    feed = CalendarFeed.objects.get()
    response = press(own, feed, "revoke")
    assert response.url == PAGE
    assert f"Revoked: nobody reads the calendar of {doctor}" in own.get(PAGE).content.decode()
    assert Client().get(address).status_code == 404
    assert press(own, feed, "revoke").status_code == 409
    feed.refresh_from_db()
    assert feed.revoked_by == doctor.user


def test_an_administrator_gives_out_any_calendar(admin, doctor):
    issue(admin, doctor)
    feed = CalendarFeed.objects.get()
    assert address_in(press(admin, feed, "replace"))
    assert press(admin, CalendarFeed.objects.live().get(), "revoke").status_code == 302


def test_a_doctor_gives_out_no_other_calendar(own, doctor):
    other = DoctorFactory(facilities=doctor.facilities.all())
    feed, _ = CalendarFeed.objects.issue(other, by=None)
    assert str(other) not in own.get(PAGE).content.decode()
    assert issue(own, other).status_code == 404
    assert [press(own, feed, step).status_code for step in ("replace", "revoke")] == [404, 404]
    assert CalendarFeed.objects.live().get() == feed


@pytest.mark.parametrize("role", ["receptionist", "nurse", "patient"])
def test_nobody_else_gives_out_calendars(client, doctor, role):
    feed, _ = CalendarFeed.objects.issue(doctor, by=None)
    client.force_login(staff_of(doctor.facilities.get(), role))
    assert client.get(PAGE).status_code == 403
    assert issue(client, doctor).status_code == 403
    assert [press(client, feed, step).status_code for step in ("replace", "revoke")] == [403, 403]


def test_without_signing_in_the_page_leads_to_the_sign_in(client):
    assert client.get(PAGE).url.startswith("/accounts/login/")


def test_addresses_are_made_and_ended_by_posts(own, doctor):
    feed, _ = CalendarFeed.objects.issue(doctor, by=None)
    assert own.post(PAGE).status_code == 405
    for address in (f"doctors/{doctor.pk}/", f"{feed.pk}/replace/", f"{feed.pk}/revoke/"):
        assert own.get(PAGE + address).status_code == 405


def test_a_doctor_who_has_left_is_not_offered(admin, doctor):
    Doctor.objects.update(is_active=False)
    assert issue(admin, doctor).status_code == 404
    assert "No doctor to show" in admin.get(PAGE).content.decode()


def test_a_doctor_is_found_by_part_of_the_name(admin, doctor):
    DoctorFactory(name="Dr. Imani Okafor")
    page = admin.get(PAGE, {"q": "oKaf"}).content.decode()
    assert "Okafor" in page
    assert f"{doctor}<" not in page
    assert "No doctor found" in admin.get(PAGE, {"q": "zz\0"}).content.decode()


def test_the_list_takes_as_many_queries_for_many_doctors_as_for_few(
    admin, doctor, django_assert_max_num_queries
):
    for _ in range(60):
        CalendarFeed.objects.issue(DoctorFactory(), by=doctor.user)
    with django_assert_max_num_queries(5):
        page = admin.get(PAGE).content.decode()
    assert page.count("Replace or revoke") == 49
    assert "Page 1 of 2" in page
    assert admin.get(PAGE, {"page": "2"}).content.decode().count("Replace or revoke") == 11


def test_the_administration_lists_feeds_and_revokes_them(admin, doctor):
    feed, _ = CalendarFeed.objects.issue(doctor, by=None)
    url = "/admin/scheduling/calendarfeed/"
    page = admin.get(f"{url}{feed.pk}/change/").content.decode()
    assert feed.token_hash not in page
    pressed = {"action": "revoke", "_selected_action": [feed.pk]}
    assert "Done with 1 of them." in admin.post(url, pressed, follow=True).content.decode()
    feed.refresh_from_db()
    assert feed.revoked_at is not None
    again = admin.post(url, pressed, follow=True).content.decode()
    assert "revoked or replaced this address already" in again
    feed.refresh_from_db()
    assert feed.revoked_by.role == "admin"
