"""The page that books a series, as the browser sends it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from scheduling.models import Appointment, AppointmentSeries
from scheduling.tests.factories import AppointmentTypeFactory
from scheduling.tests.series_factories import Course, starts_of, weekly
from scheduling.tests.test_booking_view import HTMX, NEWCOMER, iso

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Course:
    return Course()


@pytest.fixture
def desk(client: Client, course: Course) -> Client:
    client.force_login(staff_of(course.facility))
    return client


def url(course: Course) -> str:
    return f"/facilities/{course.facility.pk}/series/"


def handed_over(course: Course, **more: Any) -> dict[str, Any]:
    """Return what the booking form posts."""
    return {"doctor": course.doctor.pk, "starts_at": iso(course.first)} | more


def typed(course: Course, **more: Any) -> dict[str, Any]:
    """Return the page's own form, filled in for four weeks."""
    first = course.first.astimezone(course.facility.tz)
    repeat = {"every": 1, "weekdays": [first.isoweekday()], "ends": "count", "count": 4}
    return handed_over(course, patient=course.patient.pk) | repeat | more


def shown(course: Course, **more: Any) -> dict[str, Any]:
    """Return the form as it is sent with the dates on the page."""
    first = course.first.astimezone(course.facility.tz)
    return typed(course, shown=weekly(first)) | more


def page_of(response: Any) -> str:
    return response.content.decode()


def test_the_booking_form_leads_here_with_all_that_was_typed(desk: Client, course: Course) -> None:
    booking = f"/facilities/{course.facility.pk}/book/"
    offered = page_of(desk.get(booking, handed_over(course)))
    assert f'formaction="{url(course)}?doctor={course.doctor.pk}&amp;starts_at=' in offered
    more = {"patient": course.patient.pk, "reason": "Cough", "notes": "Ring bell", "repeat": "1"}
    response = desk.post(url(course), handed_over(course, **more))
    page = page_of(response)
    assert response.status_code == 200
    for kept in (f'name="patient" value="{course.patient.pk}"', 'value="Cough"', "Ring bell"):
        assert kept in page
    assert "Show the dates" in page
    assert not Appointment.objects.exists()


def test_a_patient_can_be_found_and_chosen_here(desk: Client, course: Course) -> None:
    filled = shown(course, patient="", q=course.patient.family_name, reason="Cough", every=1)
    found = page_of(desk.post(url(course), filled | {"find": "1"}))
    assert f'name="pick" value="{course.patient.pk}"' in found
    picked = page_of(desk.post(url(course), filled | {"pick": course.patient.pk}))
    assert f'name="patient" value="{course.patient.pk}"' in picked
    assert picked.count(">free<") == 4
    assert 'value="Cough"' in picked


def test_the_dates_show_what_is_free_and_what_can_be_had_instead(
    desk: Client, course: Course
) -> None:
    course.take(course.at(1))
    response = desk.post(url(course), typed(course, show="1"))
    page = page_of(response)
    assert response.status_code == 200
    assert page.count(">free<") == 3
    assert "has just been taken" in page
    instead = f"{course.doctor.pk}|{iso(course.at(1, 8, 30))}"
    assert f'name="choice-1" id="choice-1-take" value="{instead}" checked' in page
    assert 'name="choice-1" id="choice-1-out" value="out"' in page
    assert "Book 4 appointments" in page
    assert AppointmentSeries.objects.count() == 0


def test_without_a_patient_the_dates_are_shown_unchecked(desk: Client, course: Course) -> None:
    page = page_of(desk.post(url(course), typed(course, patient="", show="1")))
    assert "4 dates" in page
    assert ">free<" not in page
    assert "once the patient is chosen" in page


def test_what_was_shown_is_booked(desk: Client, course: Course) -> None:
    kind = AppointmentTypeFactory(duration_minutes=45)
    response = desk.post(url(course), shown(course, book="1", type=kind.pk, reason="Cough"))
    series = AppointmentSeries.objects.get()
    first = series.appointments.earliest("starts_at")
    assert response.url.endswith(f"shown={first.pk}#a{first.pk}")
    assert starts_of(series) == [course.at(week) for week in range(4)]
    assert (first.reason, first.type, first.created_by) == ("Cough", kind, series.created_by)
    assert "Booked: 4 appointments" in page_of(desk.get(response.url))


def test_with_htmx_the_answer_is_the_board(desk: Client, course: Course) -> None:
    response = desk.post(url(course), shown(course, book="1"), headers=HTMX)
    assert (response.status_code, response.headers["HX-Retarget"]) == (200, "#desk")


def test_a_rule_that_was_not_shown_is_shown_before_it_is_booked(
    desk: Client, course: Course
) -> None:
    page = page_of(desk.post(url(course), shown(course, book="1", count=5)))
    assert "5 dates" in page
    assert not AppointmentSeries.objects.exists()


def test_the_choices_are_booked(desk: Client, course: Course) -> None:
    course.take(course.at(1))
    instead = f"{course.doctor.pk}|{iso(course.at(1, 10))}"
    desk.post(url(course), shown(course, book="1", **{"choice-1": instead, "choice-3": "out"}))
    starts = [course.at(0), course.at(1, 10), course.at(2)]
    assert starts_of(AppointmentSeries.objects.get()) == starts


def test_times_lost_meanwhile_are_shown_and_nothing_typed_is_lost(
    desk: Client, course: Course
) -> None:
    course.take(course.at(2))
    instead = f"{course.doctor.pk}|{iso(course.at(1, 10))}"
    more = {"choice-1": instead, "choice-3": "out", "reason": "Cough", "book": "1"}
    response = desk.post(url(course), shown(course, **more), headers=HTMX)
    page = page_of(response)
    assert response.status_code == 409
    assert "nothing was booked" in page
    assert 'id="choice-2-take"' in page
    assert f'id="choice-1-take" value="{instead}" checked' in page
    assert 'id="choice-3-out" value="out" checked' in page
    assert 'value="Cough"' in page
    assert "Book 3 appointments" in page
    assert not AppointmentSeries.objects.exists()


def test_pressing_twice_books_once(desk: Client, course: Course) -> None:
    for _ in range(2):
        assert desk.post(url(course), shown(course, book="1")).status_code == 302
    assert AppointmentSeries.objects.count() == 1


def test_what_was_cancelled_since_is_not_called_booked(desk: Client, course: Course) -> None:
    desk.post(url(course), shown(course, book="1"))
    series = AppointmentSeries.objects.get()
    second = series.appointments.order_by("starts_at")[1]
    series.cancel_from(second, "Course is over", by=None)
    response = desk.post(url(course), shown(course, book="1"))
    assert response.status_code == 409
    assert AppointmentSeries.objects.count() == 1


def test_a_new_patient_is_registered_with_the_series(desk: Client, course: Course) -> None:
    response = desk.post(url(course), shown(course, book="1", patient="", **NEWCOMER))
    assert response.status_code == 302
    assert AppointmentSeries.objects.get().patient == Patient.objects.get(given_name="Ana")


def test_booking_for_nobody_asks_for_the_patient(desk: Client, course: Course) -> None:
    response = desk.post(url(course), shown(course, book="1", patient=""))
    assert response.status_code == 422
    assert "Choose a patient" in page_of(response)
    assert "4 dates" in page_of(response)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"count": 53}, "52 appointments at most"),
        ({"every": 13}, "from 1 to 12 weeks"),
        ({"weekdays": []}, "This field is required"),
        ({"count": ""}, "how many appointments"),
        ({"ends": "until"}, "Choose the last day"),
        ({"ends": "until", "until": "2020-01-01"}, "fewer than two"),
        ({"every": 12, "count": 52}, "two years are the most"),
        ({"reason": "x" * 201}, "at most 200 characters"),
        ({"every": "", "count": 7}, "This field is required"),
    ],
)
def test_a_rule_out_of_bounds_is_refused_in_words_and_kept(
    desk: Client, course: Course, wrong: dict[str, Any], words: str
) -> None:
    response = desk.post(url(course), typed(course, notes="Ring bell", show="1") | wrong)
    page = page_of(response)
    assert response.status_code == 422
    assert words in page
    assert "Ring bell" in page
    assert "count" not in wrong or f'value="{wrong["count"]}"' in page or wrong["count"] == ""


@pytest.mark.parametrize("choice", ["x", "1|", "|", "0|2030-01-01T09:00Z"])
def test_a_choice_of_nonsense_is_a_bad_request(desk: Client, course: Course, choice: str) -> None:
    posted = shown(course, book="1", **{"choice-1": choice})
    assert desk.post(url(course), posted).status_code == 400


def test_no_slot_in_the_address_is_a_bad_request(desk: Client, course: Course) -> None:
    assert desk.get(url(course)).status_code == 400
    assert desk.get(url(course), handed_over(course)).status_code == 200


def test_only_who_may_book_reaches_the_page(client: Client, course: Course) -> None:
    for role in ("nurse", "doctor", "patient"):
        client.force_login(staff_of(course.facility, role))
        assert client.post(url(course), shown(course, book="1")).status_code == 403
    client.force_login(staff_of(FacilityFactory()))
    assert client.post(url(course), shown(course, book="1")).status_code == 404
    assert client.put(url(course)).status_code == 405
    assert not AppointmentSeries.objects.exists()


def test_a_patient_of_another_facility_cannot_be_booked(desk: Client, course: Course) -> None:
    stranger = Course().patient
    response = desk.post(url(course), shown(course, book="1", patient=stranger.pk))
    assert response.status_code == 422
    assert not AppointmentSeries.objects.exists()


def test_the_page_costs_four_statements_a_date(desk: Client, course: Course) -> None:
    def statements(count: int) -> int:
        posted = typed(course, show="1", count=count)
        with CaptureQueriesContext(connection) as captured:
            assert f"{count} dates" in page_of(desk.post(url(course), posted))
        return len(captured)

    statements(4)
    assert statements(52) - statements(4) == 48 * 4


def test_an_end_on_a_day_counts_the_dates(desk: Client, course: Course) -> None:
    until = (course.first + timedelta(days=15)).date().isoformat()
    filled = typed(course, ends="until", until=until, every=2, show="1")
    page = page_of(desk.post(url(course), filled))
    assert "2 dates" in page
    assert "Repeat every 2 weeks on" in page
