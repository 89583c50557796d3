"""The admin: every page opens, and it can do nothing that the rules forbid."""

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.admin_rows import ReadOnlyAdmin
from accounts.tests.factories import UserFactory
from facilities.tests.factories import FacilityFactory
from patients.models import Registration
from scheduling.models import Appointment, Closure, TimeOff
from scheduling.tests.factories import AppointmentFactory, visit_today, working_doctor

pytestmark = pytest.mark.django_db

OURS = ["accounts", "facilities", "patients", "scheduling"]  # of records: records/tests/test_access
ADMINS = [
    (model, model_admin)
    for model, model_admin in admin.site._registry.items()
    if model._meta.app_label in OURS
]
EDITABLE = [
    (model, model_admin)
    for model, model_admin in ADMINS
    if not isinstance(model_admin, ReadOnlyAdmin) and model is not Registration
]


@pytest.fixture
def administrator(client):
    client.force_login(UserFactory(role="admin"))
    return client


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize(("model", "model_admin"), ADMINS)
def test_every_list_opens_and_can_be_searched(administrator, model, model_admin):
    assert model_admin.search_fields
    assert administrator.get(url(model, "changelist"), {"q": "o'x; --"}).status_code == 200


@pytest.mark.parametrize(("model", "model_admin"), EDITABLE)
def test_every_form_opens(administrator, model, model_admin):
    assert administrator.get(url(model, "add")).status_code == 200


def test_lists_take_as_many_queries_for_many_rows_as_for_few(
    administrator, django_assert_max_num_queries
):
    facility = FacilityFactory()
    doctor = working_doctor(facility)
    start = AppointmentFactory(facility=facility, doctor=doctor).ends_at
    for _ in range(10):
        start = AppointmentFactory(facility=facility, doctor=doctor, starts_at=start).ends_at
    for model in [type(doctor), Appointment, type(doctor.working_hours.get(weekday=1))]:
        with django_assert_max_num_queries(12):
            assert administrator.get(url(model, "changelist")).status_code == 200


def test_appointments_are_read_but_not_edited(administrator):
    appointment = AppointmentFactory()
    page = url(Appointment, "change", appointment.pk)
    assert administrator.get(page).status_code == 200
    assert administrator.post(page, {"status": "cancelled"}).status_code == 403
    assert administrator.post(url(Appointment, "add"), {}).status_code == 403
    assert administrator.post(url(Appointment, "delete", appointment.pk)).status_code == 403


def run(client, action, *appointments):
    return client.post(
        url(Appointment, "changelist"),
        {"action": action, "_selected_action": [chosen.pk for chosen in appointments]},
        follow=True,
    )


def test_an_action_goes_through_the_appointment_s_own_method(administrator):
    appointment = visit_today()
    run(administrator, "mark_arrived", appointment)
    appointment.refresh_from_db()
    assert appointment.status == "arrived"
    assert appointment.events.first().by == UserFactory._meta.model.objects.get(role="admin")


def test_an_action_that_the_rules_forbid_says_why_and_changes_nothing(administrator):
    appointment = AppointmentFactory()
    response = run(administrator, "mark_noshow", appointment)
    assert "has not started yet" in response.content.decode()
    appointment.refresh_from_db()
    assert appointment.status == "booked"


def test_overlapping_hours_are_an_error_of_the_form(administrator):
    facility = FacilityFactory()
    doctor = working_doctor(facility)
    response = administrator.post(
        url(type(doctor.working_hours.get(weekday=1)), "add"),
        {
            "doctor": doctor.pk,
            "facility": facility.pk,
            "weekday": 1,
            "weeks": 0,
            "starts_at": "17:00",
            "ends_at": "19:00",
            "valid_from": "2026-01-01",
        },
    )
    assert response.status_code == 200
    assert "Change those first" in response.content.decode()


def absence(day, starts_at, ends_at, **whose):
    return whose | {
        "starts_at_0": day,
        "starts_at_1": starts_at,
        "ends_at_0": day,
        "ends_at_1": ends_at,
        "reason": "Staff meeting",
    }


def test_an_absence_is_typed_and_shown_by_the_facility_s_clock(administrator):
    facility = FacilityFactory(timezone="America/Denver")
    doctor = working_doctor(facility)
    for model, whose in [(TimeOff, {"doctor": doctor.pk}), (Closure, {"facility": facility.pk})]:
        administrator.post(url(model, "add"), absence("2027-01-12", "09:00", "12:00", **whose))
        saved = model.objects.get()
        assert saved.starts_at == datetime(2027, 1, 12, 16, 0, tzinfo=UTC)
        assert "9:00 AM MST" in administrator.get(url(model, "changelist")).content.decode()
        form = administrator.get(url(model, "change", saved.pk)).content.decode()
        assert 'value="09:00"' in form


def test_a_time_that_the_clocks_skip_is_an_error_of_the_form(administrator):
    facility = FacilityFactory(timezone="America/Denver")
    data = absence("2027-03-14", "02:30", "05:00", facility=facility.pk)
    response = administrator.post(url(Closure, "add"), data)
    assert "The clocks skip 02:30" in response.content.decode()
    assert not Closure.objects.exists()


def test_an_appointment_is_shown_by_the_facility_s_clock(administrator):
    appointment = AppointmentFactory(facility=FacilityFactory(timezone="Asia/Tokyo"))
    for page in [url(Appointment, "changelist"), url(Appointment, "change", appointment.pk)]:
        assert "9:00 AM JST" in administrator.get(page).content.decode()
