"""Sessions end when nobody is at work, and after twelve hours; the page left comes back."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Session
from accounts.tests.factories import PASSWORD, UserFactory
from facilities.tests.factories import FacilityFactory, staff_of

pytestmark = pytest.mark.django_db

PAGE, SIGN_IN = "/patients/", reverse("account_login")
POLL = {"X-Poll": "1"}
A_SECOND = timedelta(seconds=1)
LONGEST_IDLE = timedelta(minutes=15)


@pytest.fixture
def facility():
    return FacilityFactory()


@pytest.fixture
def person(facility):
    return staff_of(facility)


@pytest.fixture
def client(client, person):
    client.force_login(person)
    return client


def idle(since):
    """Let nobody have been at work for so long."""
    Session.objects.update(seen_at=timezone.now() - since)


def sign_in_page_of(answer):
    """Return what the address of the sign-in page says."""
    address = urlsplit(answer.headers.get("HX-Redirect") or answer["Location"])
    assert address.path == SIGN_IN
    return {name: value[0] for name, value in parse_qs(address.query).items()}


def test_an_idle_session_is_refused_and_the_page_comes_back_after_signing_in(client, person):
    idle(LONGEST_IDLE)
    refused = client.get(f"{PAGE}?page=2")
    assert sign_in_page_of(refused) == {"next": f"{PAGE}?page=2", "why": "idle"}
    page = client.get(refused.url)
    assert "nobody was at work here for 15 minutes" in page.content.decode()
    assert "was not saved" not in page.content.decode()
    said = {"login": person.username, "password": PASSWORD, "next": f"{PAGE}?page=2"}
    assert client.post(SIGN_IN, said).url == f"{PAGE}?page=2"
    assert client.get(PAGE).status_code == 200


def test_until_then_it_goes_on_and_what_a_person_does_begins_the_time_anew(client):
    idle(LONGEST_IDLE - 30 * A_SECOND)
    assert client.get(PAGE).status_code == 200
    assert timezone.now() - Session.objects.get().seen_at < timedelta(minutes=1)


def test_the_idle_time_is_a_setting(client, settings):
    settings.SESSION_IDLE_SECONDS = 60
    idle(61 * A_SECOND)
    page = client.get(PAGE, follow=True)
    assert "nobody was at work here for a minute" in page.content.decode()


def test_a_page_that_refreshes_itself_keeps_no_session_alive(client, facility):
    idle(LONGEST_IDLE - 30 * A_SECOND)
    before = Session.objects.get().seen_at
    board = f"/desk/{facility.pk}/?date={timezone.localdate()}"
    assert client.get(board, headers=POLL).status_code == 200
    assert Session.objects.get().seen_at == before
    idle(LONGEST_IDLE)
    assert client.get(board, headers=POLL).status_code == 302
    assert sign_in_page_of(client.get(PAGE))["why"] == "idle"


def test_who_asks_often_writes_seldom(client, django_assert_num_queries):
    address = reverse("account_sessions")
    idle(20 * A_SECOND)
    with django_assert_num_queries(5):
        client.get(address)
    with django_assert_num_queries(4):
        client.get(address)


def test_noting_it_and_writing_into_the_session_do_not_touch_each_other(client):
    session = client.session
    session["kept"] = "this"
    now = timezone.now() + A_SECOND
    Session.objects.all().saw_somebody(now)
    session.save()
    assert Session.objects.get().seen_at == now
    assert client.session["kept"] == "this"


def test_after_twelve_hours_it_ends_whatever_happens(client):
    session = client.session
    session["signed_in_at"] -= 12 * 3600 - 60
    session.save()
    assert client.get(PAGE).status_code == 200
    row = Session.objects.get()
    assert row.expire_date == row.signed_in_at + timedelta(hours=12)
    session["signed_in_at"] -= 60
    session.save()
    page = client.get(PAGE, follow=True)
    assert "as you signed in 12 hours ago" in page.content.decode()


def test_a_visitor_who_never_had_a_session_is_told_nothing(client):
    client.cookies.clear()
    refused = client.get(PAGE)
    assert sign_in_page_of(refused) == {"next": PAGE}
    assert b'class="notice"' not in client.get(refused.url).content


def test_htmx_leads_the_whole_window_to_sign_in_and_back_to_the_page_that_was_open(client):
    idle(LONGEST_IDLE)
    htmx = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{PAGE}?page=2"}
    refused = client.get(reverse("patients:duplicate-count"), headers=htmx)
    assert (refused.status_code, refused.content) == (200, b"")
    assert sign_in_page_of(refused) == {"next": f"{PAGE}?page=2", "why": "idle"}


@pytest.mark.parametrize(
    ("referer", "back"),
    [(f"http://testserver{PAGE}", PAGE), ("https://elsewhere.example/x", "/"), ("", "/")],
)
def test_a_form_sent_too_late_changes_nothing_and_says_so(client, person, referer, back):
    idle(LONGEST_IDLE)
    refused = client.post(reverse("account_theme"), {"theme": "dark"}, headers={"Referer": referer})
    assert sign_in_page_of(refused) == {"next": back, "why": "idle", "unsent": "1"}
    assert "What you had just sent was not saved" in client.get(refused.url).content.decode()
    person.refresh_from_db()
    assert person.theme == ""


def test_a_form_sent_too_late_by_a_script_stays_on_its_page(client, person):
    idle(LONGEST_IDLE)
    sent = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{PAGE}"}
    refused = client.post(reverse("account_theme"), {"theme": "dark"}, headers=sent)
    page = refused.content.decode()
    assert refused.status_code == 401
    assert "HX-Redirect" not in refused.headers
    assert "What you typed is still here" in page
    assert f'href="{SIGN_IN}?next={PAGE}&amp;why=idle&amp;unsent=1" target="_blank"' in page
    assert "<html" not in page
    person.refresh_from_db()
    assert person.theme == ""


def test_the_way_back_never_ends_at_an_address_for_forms_alone(client, person):
    address = reverse("account_sign_out_everywhere")
    assert client.get(address).status_code == 405
    client.logout()
    said = {"login": person.username, "password": PASSWORD, "next": address}
    sent = {"Referer": f"http://testserver{SIGN_IN}?next={address}"}
    page = client.post(SIGN_IN, said, headers=sent)
    assert page.url == address
    assert client.get(address, headers=sent).url == "/"


def test_signing_out_needs_no_session(client):
    idle(LONGEST_IDLE)
    assert client.post(reverse("account_logout")).url == SIGN_IN


def test_a_session_of_nobody_does_not_end_as_idle(client):
    client.logout()
    session = client.session
    session["kept"] = "this"
    session.save()
    idle(LONGEST_IDLE)
    assert client.session["kept"] == "this"


def test_a_patients_session_ends_alike(client):
    client.force_login(UserFactory(role="patient"))
    idle(LONGEST_IDLE)
    assert sign_in_page_of(client.get("/account/sessions/"))["why"] == "idle"
