"""The appointment's page and its actions, as the browser sends them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from scheduling.availability import on_grid
from scheduling.models import Appointment
from scheduling.tests.factories import (
    AppointmentFactory,
    early_facility,
    in_days,
    visit_today,
    working_doctor,
)

STEPS = ("arrive", "check-in", "done", "noshow", "undo", "cancel", "move")
CANCEL = {"usual": "Patient is ill"}


@pytest.fixture
def facility(db: None) -> Facility:
    return early_facility()


@pytest.fixture
def appointment(facility: Facility) -> Appointment:
    return visit_today(facility=facility, reason="Cough")


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility, full_name="Rosa Delgado"))
    return client


def press(
    client: Client, appointment: Appointment, step: str, headers: Any = None, **posted: Any
) -> Any:
    posted = {"version": appointment.version} | posted
    return client.post(f"/appointments/{appointment.pk}/{step}/", posted, headers=headers)


def status_of(appointment: Appointment) -> str:
    return Appointment.objects.get(pk=appointment.pk).status


def iso(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def test_the_page_shows_patient_time_and_history(desk: Client, appointment: Appointment) -> None:
    page = desk.get(f"/appointments/{appointment.pk}/").content.decode()
    for words in (str(appointment.patient), appointment.patient.mrn, "Cough", "History", "9:00"):
        assert words in page


def test_the_panel_is_a_piece_of_the_page(desk: Client, appointment: Appointment) -> None:
    page = desk.get(f"/appointments/{appointment.pk}/", headers={"HX-Request": "true"})
    assert "<html" not in page.content.decode()


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        (["arrive"], "arrived"),
        (["arrive", "check-in"], "checked-in"),
        (["arrive", "check-in", "done"], "fulfilled"),
        (["arrive", "undo"], "booked"),
    ],
)
def test_steps_lead_back_to_the_board(
    desk: Client, appointment: Appointment, steps: list[str], status: str
) -> None:
    for step in steps:
        appointment.refresh_from_db()
        response = press(desk, appointment, step)
        assert response.status_code == 302
        assert response.url.endswith(f"shown={appointment.pk}#a{appointment.pk}")
    assert status_of(appointment) == status


def test_a_step_offers_its_undo(desk: Client, appointment: Appointment) -> None:
    board = desk.get(press(desk, appointment, "arrive").url).content.decode()
    assert f"/appointments/{appointment.pk}/undo/?version=2" in board
    assert desk.post(f"/appointments/{appointment.pk}/undo/?version=2").status_code == 302
    assert status_of(appointment) == "booked"


def test_a_noshow_waits_for_the_start(desk: Client, appointment: Appointment) -> None:
    response = press(desk, appointment, "noshow")
    assert response.status_code == 422
    assert "has not started yet" in response.content.decode()


def test_a_noshow_is_marked_after_the_start(desk: Client, facility: Facility) -> None:
    begun = on_grid(timezone.now(), timedelta(minutes=5), facility.tz) - timedelta(minutes=10)
    doctor = working_doctor(facility)
    doctor.working_hours.update(starts_at="00:00", ends_at="23:59:59")
    appointment = AppointmentFactory(
        facility=facility, doctor=doctor, starts_at=begun, **until(begun)
    )
    assert press(desk, appointment, "noshow").status_code == 302
    assert status_of(appointment) == "noshow"


def until(begun: datetime) -> dict[str, datetime]:
    return {"ends_at": begun + timedelta(minutes=5)}


def test_cancelling_says_why_and_can_be_undone(desk: Client, appointment: Appointment) -> None:
    response = press(desk, appointment, "cancel", **CANCEL)
    board = desk.get(response.url).content.decode()
    assert "Cancelled and no-shows" in board
    assert "Patient is ill" in board
    appointment.refresh_from_db()
    press(desk, appointment, "undo")
    assert status_of(appointment) == "booked"


def test_other_words_take_the_place_of_a_usual_reason(
    desk: Client, appointment: Appointment
) -> None:
    press(desk, appointment, "cancel", usual="Patient is ill", other="Moved to Omaha")
    appointment.refresh_from_db()
    assert appointment.cancel_reason == "Moved to Omaha"


@pytest.mark.parametrize("posted", [{"usual": ""}, {"usual": "Because"}, {"other": "x" * 5000}])
def test_cancelling_without_a_reason_is_asked_again(
    desk: Client, appointment: Appointment, posted: dict[str, str]
) -> None:
    assert press(desk, appointment, "cancel", **posted).status_code == 422
    assert status_of(appointment) == "booked"


def test_moving_lists_free_times_and_takes_the_one_pressed(
    desk: Client, facility: Facility, appointment: Appointment
) -> None:
    later = in_days(2, 10, facility=facility)
    day = later.astimezone(facility.tz).date()
    page = desk.get(f"/appointments/{appointment.pk}/move/?date={day}").content.decode()
    slot = f"{appointment.doctor_id}|{iso(later)}"
    assert f'value="{slot}"' in page
    response = press(desk, appointment, "move", slot=slot)
    assert f"date={day}" in response.url
    assert Appointment.objects.get().starts_at == later


def test_moving_onto_a_taken_time_offers_others(
    desk: Client, facility: Facility, appointment: Appointment
) -> None:
    taken = in_days(1, 11, facility=facility)
    AppointmentFactory(facility=facility, doctor=appointment.doctor, starts_at=taken)
    slot = f"{appointment.doctor_id}|{iso(taken)}"
    response = press(desk, appointment, "move", slot=slot)
    assert response.status_code == 409
    assert 'name="slot"' in response.content.decode()


@pytest.mark.parametrize("step", ["arrive", "cancel", "undo", "move"])
def test_what_somebody_else_has_changed_is_shown_fresh(
    desk: Client, facility: Facility, appointment: Appointment, step: str
) -> None:
    Appointment.objects.get(pk=appointment.pk).mark_arrived(by=None)
    slot = f"{appointment.doctor_id}|{iso(in_days(2, 10, facility=facility))}"
    response = press(desk, appointment, step, slot=slot, **CANCEL)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Somebody else has just changed this appointment" in page
    assert 'name="version" value="2"' in page
    assert status_of(appointment) == "arrived"


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_an_action_without_a_version_is_a_bad_request(
    desk: Client, appointment: Appointment, version: str
) -> None:
    assert press(desk, appointment, "arrive", version=version).status_code == 400


@pytest.mark.parametrize("query", ["date=x", "date=0001-01-01", "doctor=x", "doctor=999999999"])
def test_moving_to_nonsense_is_answered_in_words(
    desk: Client, appointment: Appointment, query: str
) -> None:
    response = desk.get(f"/appointments/{appointment.pk}/move/?{query}")
    assert "Choose a day and a doctor of this facility" in response.content.decode()


@pytest.mark.parametrize("step", ["", *(f"{step}/" for step in STEPS)])
def test_another_facilitys_appointment_is_not_found(
    client: Client, appointment: Appointment, step: str
) -> None:
    client.force_login(staff_of(FacilityFactory()))
    url = f"/appointments/{appointment.pk}/{step}"
    posted = {"version": 1} | CANCEL
    assert (client.post(url, posted) if step else client.get(url)).status_code == 404


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("nurse", {"arrive", "check-in"}),
        ("doctor", set()),
        ("patient", set()),
    ],
)
def test_other_roles_do_only_their_own_steps(
    client: Client, facility: Facility, appointment: Appointment, role: str, allowed: set[str]
) -> None:
    client.force_login(staff_of(facility, role))
    for step in set(STEPS) - {"undo"} - allowed:
        assert press(client, appointment, step).status_code in {403, 404}
    assert status_of(appointment) == "booked"
    for step in sorted(allowed):
        appointment.refresh_from_db()
        assert press(client, appointment, step).status_code == 302


def test_a_nurse_cannot_undo_what_a_nurse_cannot_do(
    client: Client, facility: Facility, appointment: Appointment
) -> None:
    client.force_login(staff_of(facility, "nurse"))
    appointment.cancel("Ill", by=None)
    assert press(client, appointment, "undo").status_code == 403
    assert status_of(appointment) == "cancelled"


@pytest.mark.parametrize("step", STEPS[:-1])
def test_actions_are_posts(desk: Client, appointment: Appointment, step: str) -> None:
    assert desk.get(f"/appointments/{appointment.pk}/{step}/").status_code == 405


def test_only_what_this_person_may_do_is_offered(
    client: Client, facility: Facility, appointment: Appointment
) -> None:
    client.force_login(staff_of(facility, "nurse"))
    page = client.get(f"/appointments/{appointment.pk}/").content.decode()
    assert "Move" not in page
    assert "Cancel the appointment" not in page
