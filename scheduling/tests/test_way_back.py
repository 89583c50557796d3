"""Where an action leads: back to the view that it was taken in, as that stood."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from patients.tests.factories import PatientFactory
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentFactory, early_facility, in_days, visit_today

HTMX = {"HX-Request": "true"}


@pytest.fixture
def facility(db: None) -> Facility:
    return early_facility()


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


@pytest.fixture
def patient(facility: Facility) -> Patient:
    return PatientFactory(given_name="Zélie", family_name="Quint", facility=facility)


def arrive(desk: Client, visit: Appointment, address: str, **fields: Any) -> Any:
    now_at = {"HX-Current-URL": f"http://testserver{address}"}
    sent = {"version": visit.version, **fields}
    return desk.post(f"/appointments/{visit.pk}/arrive/", sent, headers=HTMX | now_at)


def board_of(facility: Facility, days: int = 0) -> str:
    day = in_days(days, 9, facility=facility).astimezone(facility.tz).date()
    return f"/desk/{facility.pk}/?date={day}"


@pytest.mark.parametrize("more", ["", "&for={}"])
def test_the_board_of_the_same_day_stays_as_it_is(
    desk: Client, facility: Facility, patient: Patient, more: str
) -> None:
    visit = visit_today(facility=facility)
    response = arrive(desk, visit, board_of(facility) + more.format(patient.pk))
    headers = response.headers
    assert (headers["HX-Retarget"], headers["HX-Reswap"]) == ("#panel", "none")
    assert "HX-Replace-Url" not in headers
    assert "board-stale" in headers["HX-Trigger"]
    assert f"a{visit.pk}" in headers["HX-Trigger-After-Swap"]
    assert "undo" in response.content.decode()


def test_the_board_without_a_day_in_its_address_is_that_of_today(
    desk: Client, facility: Facility
) -> None:
    response = arrive(desk, visit_today(facility=facility), f"/desk/{facility.pk}/")
    assert response.headers["HX-Retarget"] == "#panel"


def test_another_day_is_shown_and_goes_on_with_what_the_board_is_for(
    desk: Client, facility: Facility, patient: Patient
) -> None:
    moved = AppointmentFactory(facility=facility)
    address = f"{board_of(facility, 2)}&for={patient.pk}&moving={moved.pk}&version=1"
    response = arrive(desk, visit_today(facility=facility), address)
    headers, page = response.headers, response.content.decode()
    assert (headers["HX-Retarget"], headers["HX-Reswap"]) == ("#desk", "outerHTML")
    assert f"for={patient.pk}&moving={moved.pk}" in headers["HX-Replace-Url"]
    assert "Booking for" in page
    assert 'id="put-down"' in page
    assert "<title>" in page


def test_a_board_is_done_with_whom_it_books_for(
    desk: Client, facility: Facility, patient: Patient
) -> None:
    visit = visit_today(facility=facility, patient=patient)
    response = arrive(desk, visit, f"{board_of(facility)}&for={patient.pk}")
    assert response.headers["HX-Retarget"] == "#desk"
    assert "Booking for" not in response.content.decode()


def test_a_board_is_done_with_what_is_put_down(desk: Client, facility: Facility) -> None:
    visit = AppointmentFactory(facility=facility)
    address = f"{board_of(facility, 1)}&moving={visit.pk}&version={visit.version}"
    at = (visit.starts_at + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%MZ")
    response = desk.post(
        f"/appointments/{visit.pk}/move/",
        {"version": visit.version, "slot": f"{visit.doctor.pk}|{at}"},
        headers=HTMX | {"HX-Current-URL": f"http://testserver{address}"},
    )
    assert response.headers["HX-Retarget"] == "#desk"
    assert 'id="put-down"' not in response.content.decode()


def test_the_board_of_another_facility_gives_way(desk: Client, facility: Facility) -> None:
    response = arrive(desk, visit_today(facility=facility), board_of(FacilityFactory()))
    assert response.headers["HX-Retarget"] == "#desk"


def test_an_undo_is_a_plain_form_where_no_panel_can_answer_it(
    desk: Client, facility: Facility, patient: Patient
) -> None:
    visit = visit_today(facility=facility)
    undo = f'action="/appointments/{visit.pk}/undo/?version=2"'
    for page, expected in ((f"/patients/{patient.pk}/", f"{undo}>"), (board_of(facility), "hx-")):
        desk.post(f"/appointments/{visit.pk}/arrive/", {"version": visit.version})
        shown = desk.get(page).content.decode()
        assert undo.rsplit("=", 1)[0] in shown
        assert expected in shown[shown.index("?version=") - 60 :][:120]
        visit.refresh_from_db()
        visit.undo(by=None)
