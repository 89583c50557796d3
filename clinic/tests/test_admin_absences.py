"""An absence saved in the admin leads to the appointments that stand in it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from facilities.tests.factories import FacilityFactory
from scheduling.models import Appointment, TimeOff
from scheduling.tests.factories import AppointmentFactory, in_days, working_doctor

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("booked", [0, 2])
def test_saving_an_absence_links_to_the_work_list_where_there_is_one(client: Client, booked: int):
    client.force_login(UserFactory(role="admin"))
    facility = FacilityFactory()
    doctor = working_doctor(facility)
    for hour in range(booked):
        at = in_days(2, 9 + hour, facility=facility)
        AppointmentFactory(facility=facility, doctor=doctor, starts_at=at)
    day = in_days(2, 9, facility=facility).astimezone(facility.tz).date()
    data = {
        "doctor": doctor.pk,
        "starts_at_0": day,
        "starts_at_1": "00:00",
        "ends_at_0": day + timedelta(days=1),
        "ends_at_1": "00:00",
        "reason": "Ill",
    }
    response = client.post(reverse("admin:scheduling_timeoff_add"), data, follow=True)
    page = response.content.decode()
    link = f'<a href="{TimeOff.objects.get().get_absolute_url()}">Open the work list</a>'
    assert (link in page) is bool(booked)
    assert ("2 appointments stand in this time." in page) is bool(booked)
    assert Appointment.objects.filter(status="booked").count() == booked
