"""The page of figures and its files: who sees them, of what, and what they cost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from facilities.spreadsheets import harmless
from facilities.tests.factories import FacilityFactory, staff_of
from scheduling.models import Appointment
from scheduling.status import Status
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor
from scheduling.views.insight import FIGURES

pytestmark = pytest.mark.django_db

PAGE = "/insight/"


@pytest.fixture
def facility():
    return FacilityFactory(name="Papillion")


@pytest.fixture
def manager(client, facility):
    client.force_login(staff_of(facility, "admin"))
    return client


def missed(facility, **fields) -> Appointment:
    """Return a visit of next week, for which nobody will have come."""
    visit = AppointmentFactory(
        facility=facility, starts_at=in_days(7, 9, facility=facility), **fields
    )
    Appointment.objects.filter(pk=visit.pk).update(status=Status.NOSHOW)
    return visit


def period(visit: Appointment) -> dict[str, str]:
    day = visit.starts_at.astimezone(visit.facility.tz).date()
    return {"first": str(day - timedelta(days=6)), "last": str(day)}


def test_the_page_shows_every_figure_with_its_meaning_table_and_file(manager, facility):
    visit = missed(facility)
    response = manager.get(PAGE, period(visit))
    page = response.content.decode()
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    for slug, make in FIGURES.items():
        assert f'id="{slug}"' in page
        assert make(response.context["scope"]).meaning in page
    assert "100.0%" in page
    assert page.count("<svg") == page.count('role="img"') == page.count("<desc")
    assert str(visit.patient) not in page
    assert f"/insight/noshows.csv?first={period(visit)['first']}" in page


def test_an_empty_clinic_is_said_in_words(manager):
    page = manager.get(PAGE).content.decode()
    assert "No visit has ended in this period yet." in page
    assert "<svg" not in page


def test_without_a_choice_it_is_the_last_thirteen_weeks(manager, facility):
    scope = manager.get(PAGE).context["scope"]
    today = timezone.now().astimezone(facility.tz).date()
    assert (scope.first, scope.last) == (today - timedelta(days=91), today - timedelta(days=1))
    assert f'value="{scope.first}"' in manager.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("first=2026-03-08&last=2026-03-01", "must not lie before the first"),
        ("first=2024-01-01&last=2026-03-01", "a year at most"),
        ("first=2026-03-08", "Choose this day too"),
        ("first=x&last=2026-03-01", "Enter a valid date"),
        ("facility=999999", "Select a valid choice"),
    ],
)
def test_an_impossible_choice_is_refused_beside_its_field(manager, query, words):
    response = manager.get(f"{PAGE}?{query}")
    assert response.status_code == 422
    assert words in response.content.decode()
    assert manager.get(f"{PAGE}noshows.csv?{query}").status_code == 400


def test_one_facility_can_be_chosen(manager, facility):
    other = FacilityFactory()
    visit = missed(other)
    query = period(visit)
    assert "100.0%" in manager.get(PAGE, query | {"facility": other.pk}).content.decode()
    assert "100.0%" not in manager.get(PAGE, query | {"facility": facility.pk}).content.decode()


def test_doctors_see_their_own_figures_alone(client, facility):
    user = staff_of(facility, "doctor")
    mine = missed(facility, doctor=working_doctor(facility, user=user, name="Dr. Mine"))
    missed(facility, doctor=working_doctor(facility, name="Dr. Other"))
    missed(FacilityFactory())
    client.force_login(user)
    response = client.get(PAGE, period(mine))
    page = response.content.decode()
    assert "your own visits" in page
    assert "Dr. Mine" in page
    assert "Dr. Other" not in page
    content = client.get(f"{PAGE}noshows.csv", period(mine)).content.decode()
    assert content.splitlines()[-1] == "All weeks,1,1,100.0%"


@pytest.mark.parametrize(
    ("role", "status"),
    [("admin", 200), ("doctor", 200), ("nurse", 403), ("receptionist", 403), ("patient", 403)],
)
def test_figures_are_for_whoever_manages(client, facility, role, status):
    assert client.get(PAGE).status_code == 302
    client.force_login(staff_of(facility, role))
    for address in (PAGE, f"{PAGE}waiting.csv"):
        assert client.get(address).status_code == status
        assert client.post(address).status_code == (403 if role == "patient" else 405)


def test_a_file_has_the_table_and_a_name_without_names(manager, facility):
    visit = missed(facility)
    query = period(visit)
    response = manager.get(f"{PAGE}noshows.csv", query)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    name = f'attachment; filename="noshows-{query["first"]}-{query["last"]}.csv"'
    assert response.headers["Content-Disposition"] == name
    assert "no-store" in response.headers["Cache-Control"]
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Week of,No-shows,Visits due,Rate"
    assert lines[-1] == "All weeks,1,1,100.0%"
    assert manager.get(f"{PAGE}nothing.csv").status_code == 404


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_is_run_as_a_formula(manager, facility, cell):
    assert harmless(cell) == f"'{cell}"
    working_doctor(facility, name=cell)
    content = manager.get(f"{PAGE}access.csv").content.decode()
    assert f"'{cell}" in content


def test_the_page_costs_as_much_for_many_as_for_none(manager, facility, django_assert_num_queries):
    with django_assert_num_queries(9):
        manager.get(PAGE)
    visits = [missed(facility) for _ in range(5)]
    with django_assert_num_queries(9):
        manager.get(PAGE, period(visits[0]))


def test_a_doctor_without_a_record_sees_nothing(client, facility):
    client.force_login(staff_of(facility, "doctor"))
    missed(facility)
    assert "<svg" not in client.get(PAGE).content.decode()


def test_somebody_without_a_facility_sees_an_empty_page(client, db):
    client.force_login(staff_of(FacilityFactory(is_active=False), "admin"))
    assert client.get(PAGE).status_code == 200


def test_the_link_is_there_for_whoever_may(client, facility):
    for role, times in (("admin", 1), ("receptionist", 0)):
        client.force_login(staff_of(facility, role))
        assert client.get("/patients/").content.decode().count('href="/insight/"') == times
