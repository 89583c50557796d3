"""What is said in the language of whoever reads, and what must not follow it."""

from datetime import UTC, datetime, time

import pytest
from django.test import Client
from django.utils.translation import override

from facilities.tests.factories import FacilityFactory, staff_of
from scheduling.board import Item
from scheduling.forms import CancelForm
from scheduling.models import WaitlistEntry
from scheduling.reasons import CANCELLING, REMOVING, said
from scheduling.series_forms import RepeatForm
from scheduling.tests.api import V1, Place
from scheduling.tests.factories import AppointmentFactory, WaitlistEntryFactory


def test_the_board_says_a_time_in_the_language_that_is_spoken_now() -> None:
    start, end = (datetime(2026, 6, 1, hour, 30, tzinfo=UTC) for hour in (14, 15))
    item = Item("free", start, end, UTC, 0, 6)
    said = []
    for language in ("en", "es", "en"):
        with override(language):
            said.append((item.clock, item.starts, item.ends))
    assert said[0] == said[2] == ("2:30", "2:30 PM", "3:30 PM")
    assert said[1] == ("14:30", "14:30", "15:30")


def test_the_days_to_choose_from_are_named_in_the_language_that_is_spoken_now() -> None:
    with override("es"):
        form = RepeatForm({}, datetime(2026, 6, 1, 9, tzinfo=UTC))
        assert ">lun<" in form.as_p().replace("\n", "").replace(" ", "").replace("</label>", "<")


def test_a_wish_is_told_in_the_language_that_is_spoken_now() -> None:
    entry = WaitlistEntry(weekdays=[1, 3], from_time=time(14))
    with override("es"):
        assert "lun, mié" in entry.when
        assert "14:00" in entry.when
    assert entry.when == "Mon, Wed, after 2:00 PM"


def test_a_usual_reason_is_sent_in_english_from_any_language() -> None:
    with override("es"):
        form = CancelForm({"version": "1", "usual": CANCELLING[1]})
        assert form.is_valid(), form.errors
    assert form.reason == "Patient is ill"


@pytest.mark.django_db
def test_an_entry_is_changed_by_who_has_read_it_in_another_language() -> None:
    place = Place()
    desk = place.staff()
    entry = WaitlistEntryFactory(patient=place.patient, facility=place.facility, weekdays=[3])
    address = f"{V1}/waitlist/{entry.pk}"
    with override("es"):
        read = desk.get(address, headers={"Accept-Language": "es"})
    assert read.json()["when"] == "mié"
    with override("en"):
        changed = desk.patch(address, {"note": "Calls"}, headers={"If-Match": read["ETag"]})
    assert changed.status_code == 200, changed.json()
    assert changed.json()["when"] == "Wed"


@pytest.mark.django_db
def test_what_others_have_cancelled_is_said_in_the_language_of_the_page(client: Client) -> None:
    visit = AppointmentFactory()
    desk = staff_of(visit.facility)
    visit.cancel(CANCELLING[1], by=desk)
    client.force_login(desk)
    day = visit.starts_at.astimezone(visit.facility.tz).date()
    english = CANCELLING[1]
    with override("es"):
        spanish = said(english)
    for address in (
        f"/desk/{visit.facility_id}/?date={day}",
        f"/desk/{visit.facility_id}/week/{visit.doctor_id}/?date={day}",
        visit.get_absolute_url(),
    ):
        for language, words, others in (("en", english, spanish), ("es", spanish, english)):
            desk.prefer(language=language)
            page = client.get(address).content.decode()
            assert (words in page, others in page) == (True, False), address


@pytest.mark.django_db
def test_why_an_entry_was_removed_is_said_in_the_language_of_the_page(client: Client) -> None:
    entry = WaitlistEntryFactory(facility=(facility := FacilityFactory()))
    desk = staff_of(facility)
    entry.patient.facility = facility
    entry.patient.save()
    entry.remove(REMOVING[1], by=desk)
    client.force_login(desk)
    desk.prefer(language="es")
    page = client.get(f"/waitlist/{entry.pk}/").content.decode()
    assert REMOVING[1] not in page
    with override("es"):
        assert said(REMOVING[1]) in page
