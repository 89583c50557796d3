"""Day sheets and slips: what is on them, who may print them, and letters that fonts lack."""

import io
import re
from datetime import UTC, datetime, time, timedelta

import pypdf
import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.tests.factories import PatientFactory
from scheduling.availability import Period
from scheduling.models import Appointment, TimeOff
from scheduling.paper import day_sheet
from scheduling.paper.fonts import letters, markup
from scheduling.reasons import CANCELLING, said
from scheduling.status import Status
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory(
        name="Papillion", address_line="1 Main", city="Omaha", phone="+14025550101"
    )


@pytest.fixture
def desk(client: Client, facility: Facility) -> Client:
    client.force_login(staff_of(facility, full_name="Rosa Desk"))
    return client


def text_of(response) -> str:
    """Return the words of a PDF, those of all pages."""
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/pdf"
    assert "no-store" in response.headers["Cache-Control"]
    pages = pypdf.PdfReader(io.BytesIO(response.content)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def sheet_of(desk: Client, visit: Appointment, **query: object):
    day = visit.starts_at.astimezone(visit.facility.tz).date()
    return desk.get(f"/desk/{visit.facility_id}/day-sheet.pdf", {"date": str(day)} | query)


def slip_of(client: Client, visit: Appointment):
    return client.get(f"/appointments/{visit.pk}/slip.pdf")


def test_a_day_sheet_says_who_comes_when_and_what_is_free(desk, facility):
    patient = PatientFactory(given_name="Ana", family_name="Ruiz", phone="+14025550123")
    visit = AppointmentFactory(facility=facility, patient=patient, reason="Cough", notes="Key")
    start = in_days(1, 12, facility=facility)
    away = {"starts_at": start, "ends_at": start + timedelta(hours=1), "reason": "Lunch"}
    TimeOff.objects.create(doctor=visit.doctor, **away)
    response = sheet_of(desk, visit)
    text = text_of(response)
    for words in (
        *("Papillion", "9:00–9:30 AM", "Ana Ruiz", "02/29/1980", "(402) 555-0123", "Cough. Key"),
        *("8:00–9:00 AM Free", "9:30–12:00 PM Free", "12:00–1:00 PM Away: Lunch", "Booked"),
        *("by Rosa Desk", "Page 1 of 1", patient.mrn, "America/Chicago"),
    ):
        assert words in text
    day = visit.starts_at.astimezone(facility.tz).date()
    name = response.headers["Content-Disposition"]
    assert name == f'inline; filename="day-sheet-{day}.pdf"'


def test_a_day_sheet_of_one_doctor_leaves_the_others_out(desk, facility):
    mine, other = AppointmentFactory(facility=facility), AppointmentFactory(facility=facility)
    text = text_of(sheet_of(desk, mine, doctor=mine.doctor_id))
    assert str(mine.patient) in text
    assert str(other.patient) not in text
    assert sheet_of(desk, mine, doctor=working_doctor(FacilityFactory()).pk).status_code == 404


def test_a_long_day_sheet_counts_its_pages(desk, facility):
    visit = AppointmentFactory(facility=facility)
    for n in range(40):
        working_doctor(facility, name=f"Dr. {n}")
    reader = pypdf.PdfReader(io.BytesIO(sheet_of(desk, visit).content))
    total = len(reader.pages)
    assert total > 2
    for number, page in enumerate(reader.pages, 1):
        assert f"Page {number} of {total}" in page.extract_text()


def test_cancelled_visits_and_no_shows_stand_below(desk, facility):
    visit = AppointmentFactory(facility=facility)
    visit.cancel("Ill", by=None)
    assert "Cancelled and no-shows" in (text := text_of(sheet_of(desk, visit)))
    assert f"9:00 AM {visit.patient}, {visit.doctor}. Cancelled: Ill" in text


def test_a_doctor_s_sheet_names_no_patient_of_others(client, facility):
    visit = AppointmentFactory(facility=facility)
    client.force_login(staff_of(facility, "doctor"))
    text = text_of(sheet_of(client, visit))
    assert str(visit.patient) not in text
    assert "9:00–9:30 AM Taken" in text


def test_an_empty_day_is_a_sheet_too(desk, facility):
    text = text_of(desk.get(f"/desk/{facility.pk}/day-sheet.pdf"))
    assert "Nobody works here" in text


def test_a_slip_says_when_where_and_how_to_cancel_but_not_why(desk, facility):
    visit = AppointmentFactory(facility=facility, reason="A private matter", notes="Secret")
    response = slip_of(desk, visit)
    text = text_of(response)
    at = visit.starts_at.astimezone(facility.tz)
    for words in (
        *(str(visit.patient), f"{at:%A, %B %-d, %Y}", f"9:00 AM {at:%Z}", "America/Chicago"),
        *("1 Main", "Omaha", str(visit.doctor), "Call (402) 555-0101", "photo ID", "30 minutes"),
    ):
        assert words in text
    assert "private matter" not in text
    assert "Secret" not in text
    assert response.headers["Content-Disposition"] == 'inline; filename="appointment.pdf"'


def test_paper_is_in_the_language_of_who_prints_it(client, facility):
    visit = AppointmentFactory(facility=facility)
    missed = AppointmentFactory(facility=facility)
    missed.cancel(CANCELLING[1], by=None)
    client.force_login(staff_of(facility, language="es"))
    slip, sheet = text_of(slip_of(client, visit)), text_of(sheet_of(client, missed))
    with override("es"):
        now = timezone.localtime(timezone=facility.tz)
        assert f"{date_format(now, 'DATE_FORMAT')}, " in slip
        assert said(CANCELLING[1]) in sheet
    assert CANCELLING[1] not in sheet
    assert not re.search(r"\d [AP]M", slip)


def test_only_what_is_still_to_come_has_a_slip(desk, facility):
    visit = AppointmentFactory(facility=facility)
    visit.cancel("Ill", by=None)
    assert slip_of(desk, visit).status_code == 404
    Appointment.objects.filter(pk=visit.pk).update(
        status=Status.PENDING, hold_expires_at=visit.starts_at, cancel_reason=""
    )
    assert slip_of(desk, visit).status_code == 404


def test_paper_is_for_whoever_sees_the_page(client, facility):
    visit = AppointmentFactory(facility=facility)
    assert slip_of(client, visit).status_code == sheet_of(client, visit).status_code == 302
    for user, slip, sheet in (
        (staff_of(FacilityFactory()), 404, 404),
        (staff_of(facility, "doctor"), 404, 200),
        (staff_of(facility, "nurse"), 200, 200),
        (staff_of(facility, "patient"), 403, 403),
    ):
        client.force_login(user)
        assert slip_of(client, visit).status_code == slip
        assert sheet_of(client, visit).status_code == sheet


def test_paper_is_only_read_and_a_day_must_be_one(desk, facility):
    visit = AppointmentFactory(facility=facility)
    assert desk.post(f"/desk/{facility.pk}/day-sheet.pdf").status_code == 405
    assert desk.post(f"/appointments/{visit.pk}/slip.pdf").status_code == 405
    assert desk.get(f"/desk/{facility.pk}/day-sheet.pdf?date=x").status_code == 400


def test_a_full_sheet_asks_as_much_as_an_empty_one(desk, facility, django_assert_num_queries):
    visit = AppointmentFactory(facility=facility)
    with django_assert_num_queries(8):
        sheet_of(desk, visit)
    for hour in range(10, 16):
        at = in_days(1, hour, facility=facility)
        AppointmentFactory(facility=facility, doctor=visit.doctor, starts_at=at)
        AppointmentFactory(facility=facility, starts_at=at)
    with django_assert_num_queries(8):
        sheet_of(desk, visit)


NAMES = ("Łucja Żółć", "Nguyễn Thị Ánh Tuyết", "Ωμέγα Ψυχή", "Zélie Quint", "Юлия Щукина")


@pytest.mark.parametrize("name", NAMES)
def test_names_of_many_languages_are_printed(desk, facility, name):
    given, family = name.split(" ", 1)
    patient = PatientFactory(given_name=given, family_name=family)
    visit = AppointmentFactory(facility=facility, patient=patient)
    assert name in text_of(slip_of(desk, visit))
    assert name in text_of(sheet_of(desk, visit))


def test_pictures_are_left_out_and_unknown_letters_are_question_marks():
    assert markup("Ana 🙂👩🏽‍⚕️ & <b>") == "Ana &amp; &lt;b&gt;"
    assert markup("漢字 Li\x00\n") == "?? Li?"
    assert markup("שרה") == "???"
    assert markup("ა", "Paper") == '<font name="Paper-More">ა</font>'


def test_nothing_is_printed_that_a_font_lacks():
    everything = "".join(map(chr, [*range(0x20, 0xD800), *range(0x1F000, 0x1FB00)]))
    printed = markup(everything)
    known = letters()
    plain, more = known["Paper"], known["Paper-More"]
    assert {letter for letter in printed if ord(letter) not in plain | more} == set()


def test_a_day_on_which_the_clocks_change_names_the_zone(facility):
    day = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    sheet = day_sheet.DaySheet(facility, day.date(), [], [], [], day, "")
    first = Period(day, day + timedelta(minutes=30))
    second = Period(day + timedelta(hours=1), day + timedelta(minutes=90))
    assert day_sheet.clock(first, sheet) == "1:30–2:00 AM CDT".replace("2:00 AM CDT", "1:00 AM CST")
    assert day_sheet.clock(second, sheet) == "1:30–2:00 AM CST"


def test_a_long_name_breaks_no_table(desk, facility):
    patient = PatientFactory(given_name="A" * 100, family_name="🙂" * 100)
    doctor = working_doctor(facility, time(8), time(18), name="D" * 150)
    visit = AppointmentFactory(facility=facility, patient=patient, doctor=doctor)
    assert "AAAA" in text_of(sheet_of(desk, visit))
    assert "DDDD" in text_of(slip_of(desk, visit))
