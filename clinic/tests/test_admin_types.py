"""What administrators set up for scheduling: types of visit and working hours."""

import pytest
from django.urls import reverse

from accounts.tests.factories import UserFactory
from facilities.tests.factories import DoctorFactory, FacilityFactory
from scheduling.models import AppointmentType, WorkingHours

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    client.force_login(UserFactory(role="admin"))
    return client


def test_a_type_says_who_offers_it_and_how_far_ahead(administrator):
    doctor, other = DoctorFactory(), DoctorFactory()
    posted = {
        "name": "Skin check",
        "duration_minutes": 20,
        "buffer_minutes": 5,
        "doctors": [doctor.pk],
        "minimum_notice_minutes": 60,
        "bookable_days_ahead": 30,
        "colour": "#e67700",
        "is_active": "on",
    }
    answer = administrator.post(reverse("admin:scheduling_appointmenttype_add"), posted)
    assert answer.status_code == 302
    kind = AppointmentType.objects.get()
    assert (kind.minimum_notice_minutes, kind.bookable_days_ahead) == (60, 30)
    assert kind.is_offered_by(doctor)
    assert not kind.is_offered_by(other)
    page = administrator.get(reverse("admin:scheduling_appointmenttype_change", args=[kind.pk]))
    for words in ("Minimum notice", "Bookable how far ahead", f"selected>{doctor}"):
        assert words in page.content.decode()


def test_a_type_out_of_bounds_is_an_error_of_the_form(administrator):
    posted = {"name": "Long", "duration_minutes": 900, "bookable_days_ahead": 0, "colour": "red"}
    answer = administrator.post(reverse("admin:scheduling_appointmenttype_add"), posted)
    page = answer.content.decode()
    assert answer.status_code == 200
    for words in ("less than or equal to 720", "greater than or equal to 1", "Enter a colour"):
        assert words in page


def test_hours_of_alternating_weeks_are_entered_and_listed(administrator):
    facility = FacilityFactory()
    doctor = DoctorFactory(facilities=[facility])
    posted = {
        "doctor": doctor.pk,
        "facility": facility.pk,
        "weekday": 1,
        "starts_at": "09:00",
        "ends_at": "12:00",
        "weeks": 2,
        "valid_from": "2026-01-01",
    }
    answer = administrator.post(reverse("admin:scheduling_workinghours_add"), posted)
    assert answer.status_code == 302
    assert WorkingHours.objects.get().weeks == WorkingHours.Weeks.B
    page = administrator.get(reverse("admin:scheduling_workinghours_changelist"))
    assert "B weeks" in page.content.decode()
