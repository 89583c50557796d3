"""Every page of the admin opens, takes an empty form, and asks no more the more there is."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import UserFactory
from clinic.tests.admin_world import populate

pytestmark = pytest.mark.django_db

OURS = ["accounts", "facilities", "patients", "scheduling"]
MODELS = [model for model in admin.site._registry if model._meta.app_label in OURS]
PAGES = ["changelist", "add", "change", "history", "delete"]


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(UserFactory(role="admin"))
    return client


def url(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def addresses(model: Any) -> dict[str, str]:
    row = model.objects.first()
    return {page: url(model, page, *([row.pk] if page in PAGES[2:] else [])) for page in PAGES}


def statements_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize("model", MODELS)
def test_a_list_asks_as_much_for_many_rows_as_for_few(administrator: Client, model: Any) -> None:
    populate(1)
    administrator.get(url(model, "changelist"))
    few, rows = statements_of(administrator, url(model, "changelist")), model.objects.count()
    populate(4)
    assert model.objects.count() >= rows + 4
    assert statements_of(administrator, url(model, "changelist")) == few
    assert few <= 20


@pytest.mark.parametrize("model", MODELS)
def test_every_page_opens_and_takes_an_empty_form(administrator: Client, model: Any) -> None:
    populate(1)
    for page, address in addresses(model).items():
        answer = administrator.get(address)
        allowed = {200} if page in {"changelist", "change", "history"} else {200, 403}
        assert answer.status_code in allowed, page
        assert administrator.post(address, {}).status_code in {200, 302, 403}, page


@pytest.mark.parametrize("model", MODELS)
def test_every_action_runs_over_every_row(administrator: Client, model: Any) -> None:
    """Whatever is allowed is done, and whatever is not is said in words."""
    populate(1)
    model_admin: Any = admin.site._registry[model]
    chosen = [str(pk) for pk in model.objects.values_list("pk", flat=True)]
    for action in model_admin.actions:
        said = {"action": action, "_selected_action": chosen}
        for more in ({}, {"confirmed": "yes"}, {"confirmed": "yes", "reason": "Asked to"}):
            answer = administrator.post(url(model, "changelist"), said | more, follow=True)
            assert answer.status_code == 200, action


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("role", ["receptionist", "doctor", "nurse", "patient"])
def test_nobody_but_an_administrator_enters(client: Client, model: Any, role: str) -> None:
    client.force_login(UserFactory(role=role))
    assert client.get(url(model, "changelist")).status_code == 403
    assert client.post(url(model, "changelist"), {}).status_code == 403


def test_what_the_admin_does_not_show_is_worked_out_from_other_rows_or_secret() -> None:
    shown = {model._meta.label for model in MODELS}
    inlined = {"patients.PatientIdentifier"}
    derived = {
        "facilities.ZoneOffset",
        "patients.NameToken",
        "patients.PatientName",
        "scheduling.FreeTime",
        "scheduling.FreeTimeHorizon",
    }
    secret = {"accounts.EmailCode", "accounts.Session"}
    ours = {model._meta.label for app in OURS for model in apps.get_app_config(app).get_models()}
    proxies = {"scheduling.Practitioner", "scheduling.Venue", "scheduling.Visitor"}
    assert ours - shown == inlined | derived | secret | proxies
