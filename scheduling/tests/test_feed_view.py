"""What a calendar application is answered, and the file of one appointment."""

import json

import icalendar
import pytest
from django.test import Client
from django.utils import timezone

from accounts.tests.factories import UserFactory
from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from scheduling.models import Appointment, CalendarFeed
from scheduling.status import Status
from scheduling.tests.factories import AppointmentFactory, in_days
from scheduling.tests.parsers import read_by_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit() -> Appointment:
    return AppointmentFactory()


@pytest.fixture
def url(visit: Appointment) -> str:
    _, token = CalendarFeed.objects.issue(visit.doctor, by=None)
    return f"/calendar/{token}.ics"


def test_whoever_has_the_address_reads_the_calendar_without_signing_in(client, visit, url):
    response = client.get(url)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, no-cache"
    (event,) = read_by_all(response.content)
    assert (event.starts_at, event.ends_at) == (visit.starts_at, visit.ends_at)
    head = client.head(url)
    assert (head.status_code, head.content) == (200, b"")


def test_an_uid_does_not_depend_on_the_address_that_was_asked(client, visit, url, settings):
    settings.ALLOWED_HOSTS = ["*"]
    contents = [client.get(url, headers={"host": host}).content for host in ("a.test", "b.test")]
    first, second = map(read_by_all, contents)
    assert first == second
    assert b"https://b.test/" not in contents[0]


def test_a_calendar_that_is_known_already_is_not_sent_again(client, visit, url):
    etag = client.get(url).headers["ETag"]
    again = client.get(url, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    assert client.get(url, headers={"If-None-Match": '"other"'}).status_code == 200


def reschedule(visit: Appointment) -> None:
    visit.reschedule(starts_at=in_days(3, 9, facility=visit.facility), by=None)


def rename(visit: Appointment) -> None:
    Facility.objects.update(name="Another name")


def cross_a_border(visit: Appointment) -> None:
    Facility.objects.update(timezone="America/Denver")


@pytest.mark.parametrize("change", [reschedule, rename, cross_a_border])
def test_whatever_is_shown_differently_is_sent_again(client, visit, url, change):
    etag = client.get(url).headers["ETag"]
    change(visit)
    again = client.get(url, headers={"If-None-Match": etag})
    assert again.status_code == 200
    assert again.headers["ETag"] != etag


def test_reading_costs_as_many_queries_for_many_visits_as_for_one(
    client, visit, url, django_assert_num_queries
):
    client.get(url)
    for hour in range(9, 17):
        at = in_days(2, hour, facility=visit.facility)
        AppointmentFactory(facility=visit.facility, doctor=visit.doctor, starts_at=at)
    with django_assert_num_queries(3):
        assert client.get(url).content.count(b"BEGIN:VEVENT") == 9


@pytest.mark.parametrize("token", ["unknown", "x" * 43, "é", "a%00b", "x" * 2000])
def test_an_unknown_address_is_not_found(client, url, token):
    assert client.get(f"/calendar/{token}.ics").status_code == 404


def test_a_revoked_address_is_not_found(client, url):
    CalendarFeed.objects.get().revoke(by=None)
    assert client.get(url).status_code == 404


def test_the_calendar_of_a_doctor_who_has_left_is_not_found(client, visit, url):
    visit.doctor.user = UserFactory(role="doctor")
    visit.doctor.save()
    assert client.get(url).status_code == 200
    visit.cancel("Moved away", by=None)
    for who in (visit.doctor.user, visit.doctor):
        type(who).objects.filter(pk=who.pk).update(is_active=False)
        assert client.get(url).status_code == 404
        type(who).objects.filter(pk=who.pk).update(is_active=True)


def test_a_calendar_is_only_read(url):
    client = Client(enforce_csrf_checks=True)
    for method in (client.post, client.put, client.delete):
        assert method(url).status_code == 405


def test_reading_is_noted(client, url):
    client.get(url)
    assert (timezone.now() - CalendarFeed.objects.get().last_read_at).total_seconds() < 60


def test_the_token_is_not_logged(client, url, caplog):
    token = url.removeprefix("/calendar/").removesuffix(".ics")
    with caplog.at_level("INFO"):
        for address in (url, f"{url}/", url.removesuffix(".ics")):
            client.get(address)
    assert "/calendar/…" in caplog.text
    assert token not in caplog.text + json.dumps([str(each.msg) for each in caplog.records])


def file_of(client: Client, visit: Appointment) -> bytes:
    response = client.get(f"/appointments/{visit.pk}/calendar.ics")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="appointment.ics"'
    assert "no-store" in response.headers["Cache-Control"]
    return response.content


def test_staff_take_one_appointment_along_as_a_file(client, visit):
    client.force_login(staff_of(visit.facility))
    content = file_of(client, visit)
    (event,) = read_by_all(content)
    assert event.uid == f"appointment-{visit.pk}@clinic"
    assert (event.starts_at, event.ends_at) == (visit.starts_at, visit.ends_at)
    assert "X-WR-CALNAME" not in icalendar.Calendar.from_ical(content)
    page = client.get(f"/appointments/{visit.pk}/").content.decode()
    assert f'href="/appointments/{visit.pk}/calendar.ics"' in page


def test_the_file_is_for_whoever_sees_the_appointment(client, visit):
    address = f"/appointments/{visit.pk}/calendar.ics"
    assert client.get(address).status_code == 302
    for user, status in (
        (staff_of(FacilityFactory()), 404),
        (staff_of(visit.facility, "doctor"), 404),
        (staff_of(visit.facility, "patient"), 403),
    ):
        client.force_login(user)
        assert client.get(address).status_code == status


def test_the_file_is_only_read_and_a_hold_has_none(client, visit):
    client.force_login(staff_of(visit.facility))
    address = f"/appointments/{visit.pk}/calendar.ics"
    assert client.post(address).status_code == 405
    hold = {"status": Status.PENDING, "hold_expires_at": visit.starts_at}
    Appointment.objects.filter(pk=visit.pk).update(**hold)
    assert client.get(address).status_code == 404


def test_an_address_opens_one_doctor_s_calendar_only(client, visit, url):
    AppointmentFactory(facility=visit.facility)
    assert [event.uid for event in read_by_all(client.get(url).content)] == [
        f"appointment-{visit.pk}@clinic"
    ]
