"""The list of patients: filters, orders, and pages that begin after a row."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from facilities.models import Facility
from facilities.tests.factories import DoctorFactory, FacilityFactory, staff_of
from patients.tests.factories import PatientFactory

pytestmark = pytest.mark.django_db

LIST = reverse("patients:list")


@pytest.fixture
def facility(client: Client) -> Facility:
    facility = FacilityFactory()
    client.force_login(staff_of(facility))
    return facility


def shown(answer) -> list[str]:
    return re.findall(r'<th scope="row"><a href="[^"]*">(\w+),', answer.content.decode())


def test_facility_doctor_and_state_narrow_the_list(client, facility) -> None:
    doctor = DoctorFactory(facilities=[facility])
    PatientFactory(facility=facility, family_name="Own", assigned_doctor=doctor)
    PatientFactory(facility=facility, family_name="Closed", is_active=False)
    PatientFactory(facility=None, family_name="Nobodys")
    for chosen, names in [
        ({}, ["Nobodys", "Closed", "Own"]),
        ({"facility": facility.pk}, ["Closed", "Own"]),
        ({"doctor": doctor.pk}, ["Own"]),
        ({"state": "open"}, ["Nobodys", "Own"]),
        ({"state": "closed"}, ["Closed"]),
        ({"sort": "name"}, ["Closed", "Nobodys", "Own"]),
    ]:
        assert shown(client.get(LIST, chosen)) == names


def test_a_date_of_birth_travels_by_post_alone(client, facility) -> None:
    PatientFactory(facility=facility, family_name="Asked", date_of_birth="1990-06-01")
    PatientFactory(facility=facility, family_name="Other")
    answer = client.post(LIST, {"born": "6/1/1990"})
    assert shown(answer) == ["Asked"]
    wrong = client.post(LIST, {"born": "June"})
    assert wrong.status_code == 422
    assert "month/day/year" in wrong.content.decode()


def test_what_is_not_private_becomes_an_address(client, facility) -> None:
    answer = client.post(LIST, {"q": " ", "born": "", "facility": facility.pk, "sort": "name"})
    assert answer.headers["Location"] == f"{LIST}?facility={facility.pk}&sort=name"
    assert client.post(LIST, {}).headers["Location"] == LIST


@pytest.mark.parametrize("sort", ["", "name", "born", "mrn"])
def test_the_pages_hold_everybody_once_forth_and_back(client, facility, sort) -> None:
    for n in range(60):
        PatientFactory(facility=facility, family_name=f"F{n % 7}", given_name="Same")
    pages, query = [], {"sort": sort}
    while True:
        answer = client.get(LIST, query)
        pages.append([row.pk for row in answer.context["patients"]])
        if not answer.context["page"].after:
            break
        query = {"sort": sort, "after": answer.context["page"].after}
    assert [len(page) for page in pages] == [25, 25, 10]
    assert len({pk for page in pages for pk in page}) == 60
    back = client.get(LIST, {"sort": sort, "before": answer.context["page"].before})
    assert [row.pk for row in back.context["patients"]] == pages[1]
    assert back.context["page"].before
    assert back.context["page"].after


def test_a_date_of_birth_is_paged_by_buttons(client, facility) -> None:
    PatientFactory.create_batch(30, facility=facility, date_of_birth="1990-06-01")
    first = client.post(LIST, {"born": "6/1/1990"})
    after = first.context["page"].after
    assert f'name="after" value="{after}"' in first.content.decode()
    second = client.post(LIST, {"born": "6/1/1990", "after": after})
    assert len(second.context["patients"]) == 5


def test_another_facility_is_not_found(client, facility) -> None:
    assert client.get(LIST, {"facility": FacilityFactory().pk}).status_code == 404
    assert client.get(LIST, {"sort": "nothing"}).status_code == 404


def test_who_looks_registered_already_is_answered_while_one_types(client, facility) -> None:
    known = PatientFactory(facility=facility, given_name="Ruben", family_name="Oakmere")
    alike = reverse("patients:alike")
    typed = {"given_name": "Rubben", "family_name": "Oakmere", "date_of_birth": "2/29/1980"}
    assert known.mrn in client.post(alike, typed).content.decode()
    assert known.mrn not in client.post(alike, typed | {"date_of_birth": ""}).content.decode()
    assert client.get(alike).status_code == 405
    client.force_login(staff_of(facility, role="nurse"))
    assert client.post(alike, typed).status_code == 403
