"""What a new clinic still needs, on the board of somebody who opens it for the first time."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import UserFactory
from facilities.models import Facility
from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of
from scheduling.tests.factories import AppointmentFactory, AppointmentTypeFactory, working_doctor

pytestmark = pytest.mark.django_db
TITLE = "Before the first appointment"


@pytest.fixture
def facility() -> Facility:
    return FacilityFactory()


def opened(client: Client, facility: Facility, role: str = "admin") -> Any:
    user = staff_of(facility, role, full_name="Ana Prado")
    client.force_login(user)
    return client.get(f"/desk/{facility.pk}/")


def done(page: Any) -> list[bool]:
    return [step.is_done for step in page.context["beginning"]]


def test_an_administrator_is_led_from_the_first_facility_on(client: Client) -> None:
    client.force_login(UserFactory(role=User.Role.ADMIN))
    page = client.get("/").content.decode()
    assert TITLE in page
    assert reverse("admin:facilities_facility_add") in page


def test_each_step_has_its_link_and_says_what_is_there(client: Client, facility: Facility) -> None:
    page = opened(client, facility)
    assert done(page) == [True, False, False, False, True, False]
    text = page.content.decode()
    for name in ("facilities_doctor", "scheduling_appointmenttype", "accounts_user"):
        assert reverse(f"admin:{name}_add") in text
    assert reverse("scheduling:first-openings") in text
    doctor = DoctorFactory(facilities=[facility])
    page = client.get(f"/desk/{facility.pk}/")
    assert "1 doctor works here." in page.content.decode()
    assert reverse("scheduling:add-hours", args=[doctor.pk]) in page.content.decode()
    working_doctor(facility)
    AppointmentTypeFactory()
    page = client.get(f"/desk/{facility.pk}/")
    assert done(page) == [True, True, True, True, True, False]
    assert "2 doctors work here." in page.content.decode()


def test_who_cannot_take_a_step_reads_who_can(client: Client, facility: Facility) -> None:
    UserFactory(role=User.Role.ADMIN, full_name="Olga Reyes")
    text = opened(client, facility, "receptionist").content.decode()
    assert "an administrator does: Olga Reyes" in text
    assert "/admin/" not in text.split(TITLE)[1].split("</section>")[0]
    assert reverse("scheduling:first-openings") in text.split(TITLE)[1]


def test_doctors_add_their_own_hours(client: Client, facility: Facility) -> None:
    page = opened(client, facility, "doctor")
    DoctorFactory(facilities=[facility], user=page.wsgi_request.user)
    text = client.get(f"/desk/{facility.pk}/").content.decode()
    assert "/hours/add/" in text.split(TITLE)[1].split("</section>")[0]


def test_the_list_goes_with_the_first_appointment(client: Client, facility: Facility) -> None:
    booked = AppointmentFactory(facility=facility)
    assert TITLE not in opened(client, facility).content.decode()
    day = booked.starts_at.astimezone(facility.tz).date()
    assert TITLE not in client.get(f"/desk/{facility.pk}/?date={day}").content.decode()


def test_a_clinic_past_it_is_asked_once_and_only_by_an_empty_board(
    client: Client, facility: Facility, django_assert_num_queries: Any
) -> None:
    booked = AppointmentFactory(facility=facility)
    opened(client, facility)
    day = booked.starts_at.astimezone(facility.tz).date()
    with django_assert_num_queries(9):
        client.get(f"/desk/{facility.pk}/?date={day}")
    with django_assert_num_queries(10):
        client.get(f"/desk/{facility.pk}/?date=2031-03-04")
