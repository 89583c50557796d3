"""Reasons that the program offers are read in the admin in the reader's language."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from scheduling.reasons import CANCELLING
from scheduling.tests.factories import AppointmentFactory


@pytest.mark.django_db
def test_why_a_visit_was_cancelled_is_read_in_the_reader_s_language(client: Client) -> None:
    visit, typed = AppointmentFactory(), AppointmentFactory()
    visit.cancel(CANCELLING[1], by=None)
    typed.cancel("Moved to Omaha", by=None)
    client.force_login(UserFactory(role="admin", language="es"))
    page = reverse("admin:scheduling_appointment_change", args=[visit.pk])
    events = reverse("admin:scheduling_appointmentevent_changelist")
    event = reverse("admin:scheduling_appointmentevent_change", args=[visit.last_change().pk])
    for address in (page, events, event):
        read = client.get(address).content.decode()
        assert "El paciente está enfermo" in read
        assert "Patient is ill" not in read
    other = reverse("admin:scheduling_appointment_change", args=[typed.pk])
    assert "Moved to Omaha" in client.get(other).content.decode()
