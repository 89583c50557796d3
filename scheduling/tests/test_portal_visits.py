"""A patient sees, moves and cancels their own visits, and takes back what they did."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentTypeFactory
from scheduling.tests.portal import Portal, text_of
from scheduling.tests.raw import without_the_clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def portal():
    return Portal()


@pytest.fixture
def visit(portal):
    return portal.booked()


def days_back(visit, days=30):
    with without_the_clock():
        Appointment.objects.filter(pk=visit.pk).update(
            starts_at=visit.starts_at - timedelta(days=days),
            ends_at=visit.ends_at - timedelta(days=days),
            blocked_until=visit.blocked_until - timedelta(days=days),
        )
    visit.refresh_from_db()


def test_the_list_tells_what_is_to_come_from_what_was(portal, visit):
    was, cancelled = portal.booked(3), portal.booked(4)
    days_back(was)
    cancelled.cancel("Patient is ill", by=portal.user)
    stranger = portal.taken(5, 9)
    page = portal.get("visits")
    assert list(page.context["expected"]) == [visit]
    assert list(page.context["past"]) == [cancelled, was]
    assert str(stranger.pk) not in [row.pk for row in page.context["expected"]]


def test_somebody_without_visits_is_told_so_and_can_book(portal):
    page = text_of(portal.get("visits"))
    assert "You have no visit to come." in page
    assert reverse("portal:book") in page


def test_the_list_asks_as_much_for_many_as_for_few(portal, django_assert_num_queries):
    portal.booked()
    days_back(portal.booked(3))
    with django_assert_num_queries(8):
        portal.get("visits")
    for day in range(4, 9):
        portal.booked(day)
        days_back(portal.booked(day, 14), 40)
    with django_assert_num_queries(8):
        portal.get("visits")


def test_a_visit_shows_when_and_where_and_nothing_of_the_desk(portal, visit):
    visit.describe(reason="Cough", notes="Owes 20 dollars", by=None)
    page = text_of(portal.get("visit", visit.pk))
    for told in ("9:00 AM to 9:30 AM", "Dr. Imani Okafor", "Northside", "(402) 555-0142", "Cough"):
        assert told in page
    assert "Owes" not in page


def test_the_file_leads_to_the_patients_page_and_names_nobody(portal, visit):
    answer = portal.get("visit-file", visit.pk)
    text = text_of(answer).replace("\r\n ", "")
    assert answer["Content-Type"].startswith("text/calendar")
    assert f"http://testserver{reverse('portal:visit', args=[visit.pk])}" in text
    assert "Quint" not in text


def test_a_visit_is_moved_and_moved_back(portal, visit):
    page = portal.get("move", visit.pk, day=portal.at(3, 9).date())
    assert page.status_code == 200
    assert portal.at(2, 9) not in [
        s.starts_at for t in page.context["open_day"].times for s in t.slots
    ]
    answer = portal.post("move", visit.pk, **portal.slot(3, 10, version=visit.version))
    assert answer.url == reverse("portal:visit", args=[visit.pk])
    visit.refresh_from_db()
    assert visit.starts_at == portal.at(3, 10)
    undo = f"{reverse('portal:undo', args=[visit.pk])}?version={visit.version}"
    assert undo in text_of(portal.client.get(answer.url))
    assert portal.client.post(undo).url == answer.url
    visit.refresh_from_db()
    assert visit.starts_at == portal.at(2, 9)


def test_a_move_to_a_taken_time_is_refused_with_others(portal, visit):
    portal.taken(3, 10)
    answer = portal.post("move", visit.pk, **portal.slot(3, 10, version=visit.version))
    assert answer.status_code == 409
    assert answer.context["alternatives"]
    visit.refresh_from_db()
    assert visit.starts_at == portal.at(2, 9)


@pytest.mark.parametrize(("days", "hour", "code"), [(120, 9, 422), (3, 5, 422)])
def test_a_move_past_what_is_bookable_online_is_refused(portal, visit, days, hour, code):
    said = portal.slot(days, hour, version=visit.version)
    assert portal.post("move", visit.pk, **said).status_code == code
    visit.refresh_from_db()
    assert visit.starts_at == portal.at(2, 9)


def test_what_changed_meanwhile_is_neither_moved_nor_cancelled(portal, visit):
    seen = visit.version
    visit.describe(reason="", notes="Called", by=None)
    assert portal.post("move", visit.pk, **portal.slot(3, 10, version=seen)).status_code == 409
    said = {"version": seen, "reason": "Patient is ill"}
    assert portal.post("cancel", visit.pk, **said).status_code == 409
    visit.refresh_from_db()
    assert (visit.starts_at, visit.status) == (portal.at(2, 9), "booked")


@pytest.mark.parametrize("said", [{"slot": "x"}, {"slot": ""}, {"version": ""}])
def test_a_move_that_says_nothing_is_not_read(portal, visit, said):
    whole = portal.slot(3, 10, version=visit.version) | said
    assert portal.post("move", visit.pk, **whole).status_code == 400


def test_a_visit_is_cancelled_for_a_reason_and_taken_back(portal, visit):
    asked = portal.get("cancel", visit.pk)
    assert "I am too ill to come" in text_of(asked)
    assert portal.post("cancel", visit.pk, version=visit.version).status_code == 422
    said = {"version": visit.version, "reason": "Patient is ill"}
    answer = portal.post("cancel", visit.pk, **said)
    visit.refresh_from_db()
    assert (visit.status, visit.cancel_reason) == ("cancelled", "Patient is ill")
    page = text_of(portal.client.get(answer.url))
    assert "Cancelled" in page
    assert reverse("portal:cancel", args=[visit.pk]) not in page
    undo = f"{reverse('portal:undo', args=[visit.pk])}?version={visit.version}"
    portal.client.post(undo)
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_what_the_clinic_did_is_not_taken_back(portal, visit):
    visit.cancel("Doctor is unavailable", by=None)
    undo = f"{reverse('portal:undo', args=[visit.pk])}?version={visit.version}"
    answer = portal.client.post(undo)
    assert answer.status_code == 422
    assert "Call the clinic to take it back" in text_of(answer)
    assert portal.client.post(reverse("portal:undo", args=[visit.pk])).status_code == 400


def test_what_was_not_booked_online_is_moved_by_the_clinic_alone(portal):
    visit = portal.booked(type=AppointmentTypeFactory(name="Surgery"), by=None)
    page = text_of(portal.get("visit", visit.pk))
    assert reverse("portal:move", args=[visit.pk]) not in page
    assert reverse("portal:cancel", args=[visit.pk]) in page
    for answer in (portal.get("move", visit.pk), portal.post("move", visit.pk)):
        assert answer.status_code == 409
        assert "(402) 555-0142" in text_of(answer)


def test_what_is_over_or_has_begun_at_the_desk_is_no_more_changed(portal, visit):
    days_back(visit)
    for name in ("move", "cancel"):
        assert portal.get(name, visit.pk).status_code == 409
    page = text_of(portal.get("visit", visit.pk))
    assert reverse("portal:move", args=[visit.pk]) not in page
    assert timezone.now() > visit.ends_at
