"""A form of the admin that is refused comes back as it was typed, with the reason."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from facilities.models import Facility
from facilities.tests.test_admin import ADD, posted
from patients.models import Patient
from scheduling.models import Appointment
from scheduling.tests.factories import AppointmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(UserFactory(role="admin"))
    return client


def as_shown(page: Any) -> dict[str, Any]:
    """Return what a browser sends of a form of the admin where nothing was changed."""
    form = page.context["adminform"].form
    shown = {name: form.get_initial_for_field(form.fields[name], name) for name in form.fields}
    for inline in page.context["inline_admin_formsets"]:
        management = inline.formset.management_form
        shown |= {management.add_prefix(n): management[n].value() for n in management.fields}
    return {name: "" if value is None else value for name, value in shown.items()}


def test_what_only_the_database_refuses_keeps_every_field_and_row(administrator: Client) -> None:
    rooms = {"rooms-TOTAL_FORMS": 2, "rooms-0-name": "Room 1", "rooms-1-name": "ROOM 1"}
    answer = administrator.post(ADD, posted(("68102", "68118"), **rooms))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "This facility has a room with that name already." in page
    for typed in ("Northside", "Room 1", "ROOM 1", "68118"):
        assert f'value="{typed}"' in page
    assert not Facility.objects.exists()
    rooms["rooms-1-name"] = "Room 2"
    assert administrator.post(ADD, posted(**rooms)).status_code == 302


def test_a_refused_change_keeps_what_was_typed_and_stores_nothing(administrator: Client) -> None:
    patient = AppointmentFactory().patient
    url = reverse("admin:patients_patient_change", args=[patient.pk])
    typed = as_shown(administrator.get(url)) | {"city": "Retyped"}
    del typed["is_active"]
    answer = administrator.post(url, typed)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "This patient has visits to come: 1." in page
    assert 'value="Retyped"' in page
    assert "was changed successfully" not in page
    stored = Patient.objects.get(pk=patient.pk)
    assert (stored.is_active, stored.city) == (True, patient.city)


def test_a_usual_reason_is_kept_in_english_whatever_the_language(administrator: Client) -> None:
    chosen, typed = AppointmentFactory(), AppointmentFactory()
    url = reverse("admin:scheduling_appointment_changelist")
    spanish = {"Accept-Language": "es"}
    for row, reason in ((chosen, "El paciente está enfermo"), (typed, "Se inundó la sala")):
        said = {"action": "cancel", "_selected_action": [row.pk], "confirmed": "yes"}
        administrator.post(url, said | {"reason": reason}, headers=spanish)
    reasons = Appointment.objects.order_by("pk").values_list("cancel_reason", flat=True)
    assert list(reasons) == ["Patient is ill", "Se inundó la sala"]
