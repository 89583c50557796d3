"""The list, and its forms, as the browser sends them."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from facilities.models import CareType, Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.models import WaitlistEntry
from scheduling.tests.factories import WaitlistEntryFactory, working_doctor

WISH = {"duration_minutes": "45", "priority": "urgent", "weekdays": ["1", "3"], "note": "After six"}


@pytest.fixture
def facility(db: None) -> Facility:
    return FacilityFactory(name="Elm Grove")


@pytest.fixture
def patient(facility: Facility) -> Patient:
    return PatientFactory(facility=facility, given_name="Zélie", family_name="Quint")


@pytest.fixture
def entry(facility: Facility, patient: Patient) -> WaitlistEntry:
    return WaitlistEntryFactory(patient=patient, facility=facility, note="Call first")


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


def wish(place: Facility, **changed: Any) -> dict[str, Any]:
    return WISH | {"facility": place.pk} | changed


def text(response: Any) -> str:
    return response.content.decode()


def test_the_list_shows_who_waits_for_what_the_most_pressing_first(
    desk: Client, facility: Facility, entry: WaitlistEntry
) -> None:
    care = CareType.objects.create(name="Cardiology")
    WaitlistEntryFactory(care_type=care, priority="stat")
    page = text(desk.get("/waitlist/"))
    assert "Quint, Zélie" in page
    assert "Call first" in page
    assert page.index("priority-stat") < page.index("priority-routine")


def test_the_list_can_be_narrowed(desk: Client, facility: Facility, entry: WaitlistEntry) -> None:
    care = CareType.objects.create(name="Cardiology")
    other = PatientFactory(given_name="Ona", family_name="Berg")
    WaitlistEntryFactory(care_type=care, patient=other, priority="stat")
    for query, shown in [
        (f"facility={facility.pk}", "Quint"),
        (f"care_type={care.pk}", "Berg"),
        ("priority=stat", "Berg"),
        ("priority=routine", "Quint"),
    ]:
        page = text(desk.get(f"/waitlist/?{query}"))
        assert {name for name in ("Quint", "Berg") if name in page} == {shown}
    assert "Nobody waits for this" in text(desk.get("/waitlist/?priority=asap"))


@pytest.mark.parametrize("query", ["facility=999999", "facility=x", "priority=soon"])
def test_a_list_that_is_not_there_is_not_found(desk: Client, query: str) -> None:
    assert desk.get(f"/waitlist/?{query}").status_code == 404


def test_an_empty_list_says_how_to_fill_it(desk: Client) -> None:
    assert "Add to waitlist" in text(desk.get("/waitlist/"))


def test_the_queries_do_not_grow_with_the_list(
    desk: Client, facility: Facility, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    doctor = working_doctor(facility)
    WaitlistEntryFactory(facility=facility, doctor=doctor)
    desk.get("/waitlist/")
    with django_assert_num_queries(6):
        desk.get("/waitlist/")
    for _ in range(60):
        WaitlistEntryFactory(facility=facility, doctor=doctor)
    with django_assert_num_queries(6):
        page = text(desk.get("/waitlist/?priority=routine"))
    assert page.count("<tr>") == 51
    assert "?priority=routine&amp;page=2" in page


def test_a_patient_is_added_from_their_page(
    desk: Client, facility: Facility, patient: Patient
) -> None:
    url = f"/patients/{patient.pk}/waitlist/"
    assert url in text(desk.get(patient.get_absolute_url()))
    assert desk.get(url).status_code == 200
    assert desk.post(url, wish(facility)).url == patient.get_absolute_url()
    entry = WaitlistEntry.objects.get()
    assert (entry.weekdays, entry.duration_minutes, entry.priority) == ([1, 3], 45, "urgent")
    page = text(desk.get(patient.get_absolute_url()))
    assert f"/waitlist/{entry.pk}/remove/" in page
    assert "Mon, Wed" in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"facility": ""}, "Say what the patient waits for"),
        ({"zip_code": "68102", "within_miles": "5"}, "not both"),
        ({"duration_minutes": "1"}, "greater than or equal to 5"),
        ({"from_time": "12:00", "to_time": "09:00"}, "after the earliest"),
        ({"specialization": "Alchemy"}, "not one of the available choices"),
    ],
)
def test_a_refused_wish_is_shown_again_as_typed(
    desk: Client, facility: Facility, patient: Patient, changed: dict[str, str], words: str
) -> None:
    response = desk.post(f"/patients/{patient.pk}/waitlist/", wish(facility, **changed))
    assert response.status_code == 422
    assert words in text(response)
    assert 'value="After six"' in text(response)
    assert not WaitlistEntry.objects.exists()


def test_waiting_twice_for_the_same_is_refused(
    desk: Client, facility: Facility, entry: WaitlistEntry
) -> None:
    response = desk.post(f"/patients/{entry.patient_id}/waitlist/", wish(facility))
    assert response.status_code == 422
    assert "Change that entry" in text(response)
    assert 'value="After six"' in text(response)


def test_a_doctor_of_another_facility_cannot_be_named(
    desk: Client, facility: Facility, patient: Patient
) -> None:
    other = working_doctor(FacilityFactory())
    response = desk.post(f"/patients/{patient.pk}/waitlist/", wish(facility, doctor=other.pk))
    assert response.status_code == 422


def test_an_entry_is_edited(desk: Client, facility: Facility, entry: WaitlistEntry) -> None:
    assert 'value="Call first"' in text(desk.get(f"/waitlist/{entry.pk}/"))
    response = desk.post(f"/waitlist/{entry.pk}/", wish(facility, version=1))
    assert response.url == "/waitlist/"
    entry.refresh_from_db()
    assert (entry.note, entry.priority, entry.version) == ("After six", "urgent", 2)


def test_a_change_of_somebody_else_is_shown_and_not_lost(
    desk: Client, facility: Facility, entry: WaitlistEntry
) -> None:
    WaitlistEntry.objects.get().change(from_time="09:00")
    url = f"/waitlist/{entry.pk}/"
    response = desk.post(url, wish(facility, version=1))
    assert response.status_code == 409
    assert "after 9:00 AM" in text(response)
    assert 'name="version" value="2"' in text(response)
    assert 'value="After six"' in text(response)
    assert desk.post(url, wish(facility, version=2)).status_code == 302


def test_removing_asks_why(desk: Client, entry: WaitlistEntry) -> None:
    url = f"/waitlist/{entry.pk}/remove/"
    assert "No longer needed" in text(desk.get(url))
    for posted in ({"usual": ""}, {"usual": "Because"}):
        assert desk.post(url, posted).status_code == 422
    assert desk.post(url, {"usual": "", "other": "Moved to Omaha"}).url == "/waitlist/"
    entry.refresh_from_db()
    assert (entry.status, entry.removed_reason) == ("removed", "Moved to Omaha")


@pytest.mark.parametrize("page", ["", "remove/"])
def test_an_entry_closed_meanwhile_is_a_conflict(
    desk: Client, facility: Facility, entry: WaitlistEntry, page: str
) -> None:
    entry.remove("Seen elsewhere", by=None)
    url = f"/waitlist/{entry.pk}/{page}"
    assert "This entry is closed" in text(desk.get(url))
    posted = wish(facility, version=2, usual="No longer needed")
    response = desk.post(url, posted)
    assert response.status_code == 409
    assert "closed meanwhile" in text(response)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [("nurse", {"list"}), ("doctor", {"list", "add"}), ("patient", set()), ("admin", None)],
)
def test_roles_do_only_what_the_table_says(
    client: Client, facility: Facility, entry: WaitlistEntry, role: str, allowed: set[str] | None
) -> None:
    client.force_login(staff_of(facility, role))
    pages = {
        "list": "/waitlist/",
        "add": f"/patients/{entry.patient_id}/waitlist/",
        "edit": f"/waitlist/{entry.pk}/",
        "remove": f"/waitlist/{entry.pk}/remove/",
    }
    opened = {name for name, url in pages.items() if client.get(url).status_code == 200}
    assert opened == (set(pages) if allowed is None else allowed)
    for name in set(pages) - {"list"} - opened:
        assert client.post(pages[name], {"usual": "No longer needed"}).status_code == 403
    assert WaitlistEntry.objects.waiting().count() == 1


@pytest.mark.parametrize("page", ["", "remove/", "book/"])
def test_another_facility_s_entry_is_not_found(
    client: Client, entry: WaitlistEntry, page: str
) -> None:
    other = FacilityFactory()
    client.force_login(staff_of(other))
    doctor = working_doctor(other)
    slot = {
        "facility": other.pk,
        "doctor": doctor.pk,
        "starts_at": "2031-03-03T15:00Z",
        "ends_at": "2031-03-03T16:00Z",
    }
    assert client.post(f"/waitlist/{entry.pk}/{page}", slot).status_code == 404
    assert client.post(f"/patients/{entry.patient_id}/waitlist/", {}).status_code == 404


def test_wrong_methods_are_refused(desk: Client, entry: WaitlistEntry) -> None:
    assert desk.post("/waitlist/").status_code == 405
    assert desk.post("/waitlist/fits/").status_code == 405
    assert desk.get(f"/waitlist/{entry.pk}/book/").status_code == 405
    assert desk.delete(f"/waitlist/{entry.pk}/").status_code == 405
    assert desk.delete(f"/waitlist/{entry.pk}/remove/").status_code == 405
