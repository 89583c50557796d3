"""Blocking a doctor's time from the board."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from facilities.models import Doctor, Facility
from facilities.tests.factories import FacilityFactory, staff_of
from scheduling.models import Appointment, TimeOff
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory(timezone="America/Denver")


@pytest.fixture
def doctor(facility: Facility) -> Doctor:
    return working_doctor(facility)


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility))
    return client


def url(facility: Facility, doctor: Doctor, more: str = "") -> str:
    address = reverse("scheduling:block", args=[facility.pk, doctor.pk])
    return f"{address}?date={in_days(2, 9, facility=facility):%Y-%m-%d}{more}"


def typed(facility: Facility, first: int = 9, last: int = 11, **fields: Any) -> dict[str, Any]:
    day = f"{in_days(2, 9, facility=facility):%Y-%m-%d}"
    ends = {"starts_at": f"{day}T{first:02}:00", "ends_at": f"{day}T{last:02}:00"}
    return ends | {"reason": "Meeting", "block": "1"} | fields


def booked(facility: Facility, doctor: Doctor, hour: int = 9) -> Appointment:
    starts_at = in_days(2, hour, facility=facility)
    return AppointmentFactory(facility=facility, doctor=doctor, starts_at=starts_at)


def test_the_form_begins_with_the_doctors_working_day(desk, facility, doctor):
    page = desk.get(url(facility, doctor)).content.decode()
    day = f"{in_days(2, 9, facility=facility):%Y-%m-%d}"
    assert f'value="{day}T08:00"' in page
    assert f'value="{day}T18:00"' in page
    doctor.working_hours.all().delete()
    page = desk.get(url(facility, doctor)).content.decode()
    assert f'value="{day}T00:00"' in page


def test_a_free_time_is_blocked_from_its_start(desk, facility, doctor):
    at = in_days(2, 14, facility=facility).astimezone(UTC)
    page = desk.get(url(facility, doctor, f"&starts_at={at:%Y-%m-%dT%H:%MZ}")).content.decode()
    assert "T14:00" in page
    assert "T14:30" in page
    assert desk.get(url(facility, doctor, "&starts_at=soon")).status_code == 400


def test_a_block_is_saved_by_the_facilitys_clock_and_leads_back_to_its_day(desk, facility, doctor):
    answer = desk.post(url(facility, doctor), typed(facility), follow=True)
    absence = TimeOff.objects.get()
    assert absence.starts_at == in_days(2, 9, facility=facility)
    assert absence.ends_at == in_days(2, 11, facility=facility)
    page = answer.content.decode()
    assert "Blocked for" in page
    assert reverse("scheduling:unblock", args=[absence.pk, facility.pk]) in page
    assert "Meeting" in page


def test_all_day_means_from_midnight_to_midnight(desk, facility, doctor):
    desk.post(url(facility, doctor), typed(facility, all_day="on"))
    absence = TimeOff.objects.get()
    assert absence.starts_at == in_days(2, 0, facility=facility)
    assert absence.ends_at == in_days(3, 0, facility=facility)
    TimeOff.objects.all().delete()
    until = f"{in_days(3, 0, facility=facility):%Y-%m-%d}T00:00"
    desk.post(url(facility, doctor), typed(facility, all_day="on", ends_at=until))
    assert TimeOff.objects.get().ends_at == in_days(3, 0, facility=facility)


def test_looking_first_shows_what_clashes_and_saves_nothing(desk, facility, doctor):
    page = desk.post(url(facility, doctor), typed(facility, look="1"))
    assert (page.status_code, TimeOff.objects.count()) == (200, 0)
    assert "No appointment stands in this time." in page.content.decode()
    visit = booked(facility, doctor)
    page = desk.post(url(facility, doctor), typed(facility, look="1"))
    assert (page.status_code, TimeOff.objects.count()) == (200, 0)
    text = page.content.decode()
    assert str(visit.patient) in text
    assert f'name="seen" value="{visit.pk}"' in text
    assert 'value="Meeting"' in text


def test_nothing_unseen_is_blocked_over_and_nothing_is_cancelled(desk, facility, doctor):
    visit = booked(facility, doctor)
    refused = desk.post(url(facility, doctor), typed(facility))
    assert (refused.status_code, TimeOff.objects.count()) == (422, 0)
    assert str(visit.patient) in refused.content.decode()
    saved = desk.post(url(facility, doctor), typed(facility, seen=visit.pk))
    assert saved.url == TimeOff.objects.get().get_absolute_url()
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_the_panel_offers_the_work_list_of_what_is_affected(desk, facility, doctor):
    visit = booked(facility, doctor)
    answer = desk.post(url(facility, doctor), typed(facility, seen=visit.pk), headers=HTMX)
    page = answer.content.decode()
    assert TimeOff.objects.get().get_absolute_url() in page
    assert "1 appointment stands in it and is still booked" in page
    assert "board-stale" in answer.headers["HX-Trigger"]
    assert "Blocked for" in page


def test_what_clashes_elsewhere_is_only_counted(desk, facility, doctor):
    there = FacilityFactory(name="Farside", timezone="America/Denver")
    doctor.facilities.add(there)
    doctor.working_hours.update(facility=there)
    visit = booked(there, doctor)
    page = desk.post(url(facility, doctor), typed(facility, look="1")).content.decode()
    assert "1 that you do not see" in page
    assert str(visit.patient) not in page
    assert "Farside" not in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ends_at": "2030-01-01T08:00"}, "The end must lie after the start"),
        ({"starts_at": "2030-03-10T02:30", "ends_at": "2030-03-10T05:00"}, "The clocks skip"),
        ({"starts_at": "soon"}, "Enter a valid date"),
    ],
)
def test_a_refused_time_keeps_what_was_typed(desk, facility, doctor, fields, words):
    base = {"starts_at": "2030-01-01T09:00", "reason": "Course", "all_day": ""}
    answer = desk.post(url(facility, doctor), typed(facility) | base | fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert 'value="Course"' in page
    assert not TimeOff.objects.exists()


def test_a_second_press_blocks_nothing_twice(desk, facility, doctor):
    for _ in range(2):
        desk.post(url(facility, doctor), typed(facility))
    assert TimeOff.objects.count() == 1


def test_a_block_is_taken_back_and_its_time_is_free_again(desk, facility, doctor):
    desk.post(url(facility, doctor), typed(facility))
    undo = reverse("scheduling:unblock", args=[TimeOff.objects.get().pk, facility.pk])
    assert desk.get(undo).status_code == 405
    answer = desk.post(undo, headers=HTMX)
    assert answer.headers["HX-Retarget"] == "#desk"
    assert "Taken back" in answer.content.decode()
    assert not TimeOff.objects.exists()
    assert desk.post(undo).status_code == 404
    booked(facility, doctor)


def test_in_a_week_the_week_stays(desk, facility, doctor):
    week = reverse("scheduling:week-of", args=[facility.pk, doctor.pk])
    headers = HTMX | {"HX-Current-URL": f"http://testserver{week}"}
    assert url(facility, doctor).split("?")[0] in desk.get(week).content.decode()
    answer = desk.post(url(facility, doctor), typed(facility), headers=headers)
    assert answer.headers["HX-Retarget"] == "#panel"
    assert "board-stale" in answer.headers["HX-Trigger"]


@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 302), ("receptionist", 302), ("doctor", 403), ("nurse", 403), ("patient", 403)],
)
def test_each_role_blocks_what_it_may(client, facility, doctor, role, status):
    client.force_login(staff_of(facility, role))
    assert client.get(url(facility, doctor)).status_code == (200 if status == 302 else 403)
    assert client.post(url(facility, doctor), typed(facility)).status_code == status
    absence = TimeOff.objects.create(
        doctor=doctor,
        starts_at=in_days(4, 9, facility=facility),
        ends_at=in_days(4, 9, facility=facility) + timedelta(hours=1),
    )
    undo = reverse("scheduling:unblock", args=[absence.pk, facility.pk])
    assert client.post(undo).status_code == status


def test_doctors_find_the_link_on_their_own_day_alone(client, facility, doctor):
    user = staff_of(facility, "doctor")
    colleague = working_doctor(facility)
    doctor.user = user
    doctor.save()
    client.force_login(user)
    page = client.get(reverse("scheduling:board", args=[facility.pk])).content.decode()
    own, other = (
        reverse("scheduling:block", args=[facility.pk, d.pk]) for d in (doctor, colleague)
    )
    assert own in page
    assert other not in page
    assert client.post(url(facility, doctor), typed(facility)).status_code == 302


def test_another_facilitys_doctor_and_block_are_not_found(desk, facility, doctor):
    there = FacilityFactory()
    stranger = working_doctor(there)
    assert desk.get(url(there, doctor)).status_code == 404
    assert desk.post(url(facility, stranger), typed(facility)).status_code == 404
    absence = TimeOff.objects.create(
        doctor=stranger,
        starts_at=datetime(2030, 1, 1, 9, tzinfo=UTC),
        ends_at=datetime(2030, 1, 1, 10, tzinfo=UTC),
    )
    assert (
        desk.post(reverse("scheduling:unblock", args=[absence.pk, facility.pk])).status_code == 404
    )
    assert desk.put(url(facility, doctor)).status_code == 405
