import pytest
from django.conf import settings
from django.urls import reverse

from accounts.tests.factories import UserFactory
from facilities.tests.factories import FacilityFactory, staff_of

pytestmark = pytest.mark.django_db

PAGES = [
    "/patients/",
    "/find/",
    "/waitlist/",
    "/facilities/match/",
    "/charts/today/",
    "/admin/",
]


@pytest.mark.parametrize("page", PAGES)
def test_a_patients_account_is_kept_out_of_the_staffs_pages(client, page):
    client.force_login(UserFactory(role="patient"))
    answer = client.get(page)
    assert answer.status_code == 403
    assert "for the clinic&#x27;s staff" in answer.content.decode().replace("'", "&#x27;")


def test_a_patient_is_led_from_the_desk_to_their_own_pages(client):
    client.force_login(UserFactory(role="patient"))
    answer = client.get(reverse(settings.LOGIN_REDIRECT_URL))
    assert (answer.status_code, answer.url) == (302, reverse("portal:visits"))
    assert client.post(reverse(settings.LOGIN_REDIRECT_URL)).status_code == 403


def test_a_patient_can_sign_out_again(client):
    client.force_login(UserFactory(role="patient"))
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


def test_a_session_closes_when_the_account_becomes_a_patients(client):
    facility = FacilityFactory()
    person = staff_of(facility)
    client.force_login(person)
    assert client.get(f"/desk/{facility.pk}/").status_code == 200
    person.role = "patient"
    person.save()
    assert client.get(f"/desk/{facility.pk}/").url.startswith("/accounts/login/")
