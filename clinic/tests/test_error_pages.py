"""Every error is answered with a page in the clinic's design, with a way on and without secrets."""

from typing import Any

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import ProtectedError
from django.http import Http404
from django.test import Client
from django.urls import reverse

from accounts.models import User
from facilities.models import Facility
from facilities.tests.factories import FacilityFactory, staff_of
from patients.models import Patient
from scheduling.models import TimeOff
from scheduling.tests.factories import AppointmentFactory
from scheduling.views import absences

pytestmark = pytest.mark.django_db
SECRET = "Zelie-Quint-1984"


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


@pytest.fixture
def desk(facility: Facility) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(staff_of(facility))
    return client


def is_in_the_design(answer: Any, status: int, words: str) -> None:
    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        status,
        "text/html; charset=utf-8",
    )
    assert '<main class="account">' in page
    assert words in page
    assert f'href="{reverse("scheduling:desk")}"' in page
    assert SECRET not in page
    assert "Traceback" not in page


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let the list of absences meet an error, as a defect or somebody else's work would."""

    def fail(*args: Any) -> None:
        raise error

    monkeypatch.setattr(absences, "lines", fail)


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (BadRequest(SECRET), 400, "This address cannot be read"),
        (PermissionDenied(SECRET), 403, "Your role does not allow this"),
        (Http404(SECRET), 404, "This page does not exist"),
        (ProtectedError(SECRET, set()), 409, "Somebody else was quicker"),
        (ValidationError(SECRET, code="stale"), 409, "Somebody else was quicker"),
        (ValidationError({"name": [ValidationError(SECRET, code="unique")]}), 409, "quicker"),
        (ValidationError(SECRET, code="invalid"), 500, "Something went wrong here"),
        (IntegrityError(SECRET), 500, "Something went wrong here"),
        (RuntimeError(SECRET), 500, "Something went wrong here"),
        (OperationalError(SECRET), 503, "The database is busy"),
    ],
)
def test_every_failure_of_a_page_has_its_page(desk, monkeypatch, error, status, words):
    failing(monkeypatch, error)
    is_in_the_design(desk.get("/absences/"), status, words)


def test_a_method_that_is_not_allowed_has_a_page_and_names_those_that_are(desk):
    answer = desk.get(reverse("scheduling:arrive", args=[1]))
    is_in_the_design(answer, 405, "This cannot be opened like that")
    assert answer.headers["Allow"] == "POST"
    assert "no-store" in answer.headers["Cache-Control"]
    assert desk.post("/health").content == b""
    assert desk.delete("/api/v1/facilities").headers["Content-Type"] == "application/problem+json"


def test_too_much_sent_has_a_page(facility, settings):
    desk = Client(enforce_csrf_checks=True)
    desk.force_login(staff_of(facility))
    desk.cookies["csrftoken"] = "a" * 32
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    sent = {"username": SECRET * 9}
    is_in_the_design(desk.post("/absences/", sent), 413, "This is too much")


def test_what_the_database_refuses_because_of_others_is_a_conflict(desk, facility, monkeypatch):
    """An account of the same name appears between the question and the answer."""
    name = staff_of(facility).username

    def twice(*args: Any) -> None:
        with transaction.atomic():
            User.objects.create(username=name)

    monkeypatch.setattr(absences, "lines", twice)
    is_in_the_design(desk.get("/absences/"), 409, "Somebody else was quicker")


def test_in_the_panel_a_conflict_is_a_toast(desk, monkeypatch):
    failing(monkeypatch, ValidationError(SECRET, code="stale"))
    answer = desk.get("/absences/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Reswap"]) == (409, "none")
    assert 'id="toasts"' in answer.content.decode()
    assert "Somebody else was quicker, and nothing was saved." in answer.content.decode()


def test_nothing_of_what_failed_is_saved(desk, facility, monkeypatch):
    visit = AppointmentFactory(facility=facility)
    monkeypatch.setattr(TimeOff, "save", lambda *args, **kwargs: Patient.objects.all().delete())
    data = {"starts_at": "2030-01-01T09:00", "ends_at": "2030-01-01T10:00", "reason": "x"}
    address = f"{reverse('scheduling:add-time-off')}?doctor={visit.doctor_id}"
    is_in_the_design(desk.post(address, data), 409, "Somebody else was quicker")
    assert Patient.objects.filter(pk=visit.patient_id).exists()


def test_a_form_of_another_session_has_a_page(facility):
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff_of(facility))
    is_in_the_design(client.post("/absences/", {"reason": SECRET}), 403, "This form is too old")
