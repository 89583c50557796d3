"""A freed time offered to those who wait, and a booking offered as the end of waiting."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment, WaitlistEntry
from scheduling.tests.factories import (
    AppointmentFactory,
    WaitlistEntryFactory,
    early_zone,
    in_days,
    visit_today,
    working_doctor,
)

HTMX = {"HX-Request": "true"}


@pytest.fixture
def facility(db: None) -> Facility:
    return FacilityFactory()


@pytest.fixture
def appointment(facility: Facility) -> Appointment:
    return AppointmentFactory(facility=facility)


@pytest.fixture
def entry(facility: Facility) -> WaitlistEntry:
    patient = PatientFactory(facility=facility, given_name="Zélie", family_name="Quint")
    return WaitlistEntryFactory(patient=patient, facility=facility)


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


def cancel(client: Client, appointment: Appointment, headers: Any = None) -> Any:
    posted = {"version": appointment.version, "usual": "Patient is ill"}
    return client.post(f"/appointments/{appointment.pk}/cancel/", posted, headers=headers)


def iso(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def freed(appointment: Appointment, **changed: Any) -> dict[str, Any]:
    return {
        "facility": appointment.facility_id,
        "doctor": appointment.doctor_id,
        "starts_at": iso(appointment.starts_at),
        "ends_at": iso(appointment.starts_at + timedelta(hours=1)),
    } | changed


def text(response: Any) -> str:
    return response.content.decode()


def press(client: Client, entry: WaitlistEntry, slot: dict[str, Any], **kwargs: Any) -> Any:
    return client.post(f"/waitlist/{entry.pk}/book/", slot, **kwargs)


def test_before_cancelling_the_appointment_says_how_many_wait(
    desk: Client, facility: Facility, appointment: Appointment, entry: WaitlistEntry
) -> None:
    page = f"/appointments/{appointment.pk}/"
    assert "1 person waits for such a time" in text(desk.get(page))
    WaitlistEntryFactory(patient=PatientFactory(facility=facility), doctor=appointment.doctor)
    assert "2 people wait for such a time" in text(desk.get(page))
    appointment.cancel("Patient is ill", by=None)
    assert "for such a time" not in text(desk.get(page))


def test_cancelling_leads_to_those_who_wait_and_one_press_books(
    desk: Client, appointment: Appointment, entry: WaitlistEntry
) -> None:
    answer = cancel(desk, appointment)
    assert answer.url.startswith("/waitlist/fits/?")
    assert set(parse_qs(urlsplit(answer.url).query)) == set(freed(appointment))
    page = text(desk.get(answer.url))
    assert "Zélie Quint" in page
    assert f"/appointments/{appointment.pk}/undo/" in page
    board = press(desk, entry, freed(appointment))
    assert board.url.startswith(f"/desk/{appointment.facility_id}/")
    assert "Booked from the waitlist" in text(desk.get(board.url))
    entry.refresh_from_db()
    assert entry.status == "booked"
    assert entry.appointment.starts_at == appointment.starts_at


def test_in_the_panel_the_board_beside_it_is_drawn_again(
    desk: Client, appointment: Appointment, entry: WaitlistEntry
) -> None:
    answer = cancel(desk, appointment, HTMX)
    assert "board-stale" in answer.headers["HX-Trigger"]
    assert "<html" not in text(answer)
    assert "Zélie Quint" in text(answer)
    assert 'hx-swap-oob="true"' in text(answer)
    booked = press(desk, entry, freed(appointment), headers=HTMX)
    assert booked.headers["HX-Retarget"] == "#desk"


def test_moving_offers_the_time_that_was_left(
    desk: Client, facility: Facility, appointment: Appointment, entry: WaitlistEntry
) -> None:
    left, slot = appointment.starts_at, in_days(2, 10, facility=facility)
    posted = {"version": 1, "slot": f"{appointment.doctor_id}|{iso(slot)}"}
    answer = desk.post(f"/appointments/{appointment.pk}/move/", posted)
    assert "starts_at=" + iso(left).replace(":", "%3A") in answer.url
    assert "Zélie Quint" in text(desk.get(answer.url))


def test_where_nobody_waits_the_board_comes_back(desk: Client, appointment: Appointment) -> None:
    WaitlistEntryFactory(facility=appointment.facility, duration_minutes=720)
    assert cancel(desk, appointment).url.startswith("/desk/")


def test_steps_that_free_no_time_lead_to_the_board(
    desk: Client, facility: Facility, entry: WaitlistEntry
) -> None:
    facility.timezone = early_zone()
    facility.save()
    visit = visit_today(facility=facility)
    answer = desk.post(f"/appointments/{visit.pk}/arrive/", {"version": 1})
    assert answer.url.startswith("/desk/")


def test_a_time_taken_meanwhile_is_a_conflict_and_the_list_stays(
    desk: Client, facility: Facility, appointment: Appointment, entry: WaitlistEntry
) -> None:
    response = press(desk, entry, freed(appointment))
    assert response.status_code == 409
    assert "has just been taken" in text(response)
    assert "Zélie Quint" in text(response)
    assert f"/find/?for={entry.patient_id}" in text(response)
    assert f"/waitlist/{entry.pk}/book/" not in text(response)
    assert WaitlistEntry.objects.waiting().get() == entry


def test_an_entry_closed_meanwhile_is_a_conflict(
    desk: Client, appointment: Appointment, entry: WaitlistEntry
) -> None:
    cancel(desk, appointment)
    entry.remove("Seen elsewhere", by=None)
    response = press(desk, entry, freed(appointment))
    assert response.status_code == 409
    assert "Nobody waits for such a time" in text(response)


def test_a_second_press_finds_the_first_booking(
    desk: Client, appointment: Appointment, entry: WaitlistEntry
) -> None:
    cancel(desk, appointment)
    for _ in range(2):
        assert press(desk, entry, freed(appointment)).status_code == 302
    assert Appointment.objects.holding_time().count() == 1


@pytest.mark.parametrize(
    "changed",
    [{"doctor": "x"}, {"starts_at": ""}, {"ends_at": "2020-01-01T00:00Z"}, {"facility": 0}],
)
def test_a_time_that_makes_no_sense_is_a_bad_request(
    desk: Client, appointment: Appointment, entry: WaitlistEntry, changed: dict[str, Any]
) -> None:
    slot = freed(appointment, **changed)
    assert desk.get("/waitlist/fits/", slot).status_code == 400
    assert press(desk, entry, slot).status_code == 400


def test_those_of_other_facilities_are_not_shown(
    desk: Client, appointment: Appointment, entry: WaitlistEntry
) -> None:
    hidden = PatientFactory(facility=FacilityFactory(), given_name="Ona", family_name="Berg")
    WaitlistEntryFactory(patient=hidden, facility=appointment.facility)
    cancel(desk, appointment)
    page = text(desk.get("/waitlist/fits/", freed(appointment)))
    assert "Quint" in page
    assert "Berg" not in page


@pytest.mark.parametrize("role", ["nurse", "doctor", "patient"])
def test_other_roles_do_not_book_from_the_list(
    client: Client, appointment: Appointment, entry: WaitlistEntry, role: str
) -> None:
    client.force_login(staff_of(appointment.facility, role))
    appointment.cancel("Patient is ill", by=None)
    shown = client.get("/waitlist/fits/", freed(appointment))
    assert shown.status_code == (403 if role == "patient" else 200)
    assert "/book/" not in text(shown)
    assert press(client, entry, freed(appointment)).status_code == 403
    assert WaitlistEntry.objects.waiting().exists()


def test_the_queries_do_not_grow_with_those_who_wait(
    desk: Client,
    facility: Facility,
    appointment: Appointment,
    entry: WaitlistEntry,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    appointment.cancel("Patient is ill", by=None)
    desk.get("/waitlist/fits/", freed(appointment))
    with django_assert_num_queries(7):
        desk.get("/waitlist/fits/", freed(appointment))
    for _ in range(25):
        WaitlistEntryFactory(patient=PatientFactory(facility=facility), facility=facility)
    with django_assert_num_queries(7):
        page = text(desk.get("/waitlist/fits/", freed(appointment)))
    assert page.count('class="waiting-person"') == 20
    assert "There are more" in page


def book(client: Client, entry: WaitlistEntry, at: datetime) -> Any:
    doctor = working_doctor(entry.facility)
    posted = {"patient": entry.patient_id, "doctor": doctor.pk, "starts_at": iso(at)}
    return client.post(f"/facilities/{entry.facility_id}/book/", posted | {"book": "1"})


def test_booking_somebody_who_waits_asks_whether_they_wait_on(
    desk: Client, facility: Facility, entry: WaitlistEntry
) -> None:
    answer = book(desk, entry, in_days(2, 9, facility=facility))
    appointment = Appointment.objects.get()
    assert answer.url == f"/appointments/{appointment.pk}/waitlist/"
    page = text(desk.get(answer.url))
    assert "Does Zélie Quint wait on?" in page
    assert "Keep waiting" in page
    assert WaitlistEntry.objects.waiting().get() == entry
    assert desk.post(answer.url, {"entry": entry.pk}).url.startswith("/desk/")
    entry.refresh_from_db()
    assert (entry.status, entry.appointment) == ("booked", appointment)
    again = desk.post(answer.url, {"entry": entry.pk})
    assert again.status_code == 409
    assert "closed meanwhile" in text(again)


def test_booking_somebody_who_waits_for_something_else_asks_nothing(
    desk: Client, facility: Facility
) -> None:
    patient = PatientFactory(facility=facility)
    other = working_doctor(facility)
    entry = WaitlistEntryFactory(patient=patient, facility=facility, doctor=other)
    assert book(desk, entry, in_days(2, 9, facility=facility)).url.startswith("/desk/")


def test_the_end_of_waiting_is_for_the_desk_of_that_facility(
    client: Client, facility: Facility, appointment: Appointment, entry: WaitlistEntry
) -> None:
    url = f"/appointments/{appointment.pk}/waitlist/"
    for place, role, status in [
        (facility, "nurse", 403),
        (facility, "doctor", 403),
        (FacilityFactory(), "receptionist", 404),
    ]:
        client.force_login(staff_of(place, role))
        assert client.get(url).status_code == status
        assert client.post(url, {"entry": entry.pk}).status_code == status
    client.force_login(staff_of(facility))
    for other in (entry.pk, "x", ""):
        assert client.post(url, {"entry": other}).status_code == 404
    assert client.delete(url).status_code == 405
    assert WaitlistEntry.objects.waiting().exists()
