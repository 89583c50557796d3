"""Who gets in where in the admin: every model and kind of view, by role."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.test import override_settings

from clinic.tests.access.pages.admin_rows import MODELS, READ, SITE
from clinic.tests.access.pages.asking import ALL, sent
from clinic.tests.access.pages.routes import METHODS, MODEL_VIEW, Route, admin_pages
from clinic.tests.admin_world import populate
from patients.models import Patient

pytestmark = pytest.mark.django_db

REGISTERED = {f"{m._meta.app_label}_{m._meta.model_name}": m for m in admin.site._registry}
ROUTES = admin_pages()


def view_of(route: Route) -> tuple[str, str] | None:
    """Return the model and the kind of view of a route; None for one of the whole site."""
    if route.name.endswith("/<path:object_id>/") and "/r/" not in route.path:
        _, app, model = route.path.split("/")[:3]
        return f"{app}_{model}", "address"
    found = MODEL_VIEW.fullmatch(route.name)
    return (found["model"], found["kind"]) if found and found["model"] in REGISTERED else None


BY_MODEL = {view_of(route): route for route in ROUTES if view_of(route)}
OF_THE_SITE = [route for route in ROUTES if not view_of(route)]
RECORDS = [name for name in MODELS if name.startswith("records_")]


@pytest.fixture(scope="module")
def filled(here, django_db_blocker):
    """Let there be a row of every model."""
    with django_db_blocker.unblock(), transaction.atomic():
        populate(1)
        yield here
        transaction.set_rollback(True)


def test_every_route_has_a_row_and_every_row_a_route():
    assert {model for model, _ in BY_MODEL} == set(MODELS) == set(REGISTERED)
    promised = {(model, kind) for model, views in MODELS.items() for kind in views}
    assert promised <= set(BY_MODEL)
    assert {route.name for route in OF_THE_SITE} == set(SITE)


def address(route: Route, model: type[models.Model]) -> str:
    row: Any = model._default_manager.earliest("pk")
    kind = ContentType.objects.get_for_model(model)
    filled_in = {
        "<path:object_id>": row.pk,
        "<id>": row.pk,
        "<int:pk>": row.pk,
        "<path:content_type_id>": kind.pk,
        "<slug:form>": "json" if route.name.endswith("everything") else "csv",
        r"^(?P<app_label>accounts|facilities|patients|scheduling|records)/$": "patients/",
        "(?P<url>.*)$": "nothing/here/",
    }
    path = route.path
    for said, meant in filled_in.items():
        path = path.replace(said, str(meant))
    assert not set(path) & set("<>^$?"), path
    return f"/{path}"


def expected(role: str, *, may: bool) -> set[object]:
    """Return what may be met: who may not is told so, and nothing of what is there."""
    if role == "anonymous":
        return {"sign in"}
    if role != "admin":
        return {403}
    return {"in"} if may else {403, 404, 405}


def look(filled: Any, route: Route, path: str, methods: frozenset[str], who: Any = ALL) -> None:
    for method in METHODS:
        for role in who:
            met = sent(filled.browsers[role], method, path, {})
            where = f"{method} {path} by {role}: {met}"
            assert met.outcome in expected(role, may=method in methods), where
            assert not met.leak, where
            assert not met.is_kept or role == "anonymous", where


@pytest.mark.parametrize("model", MODELS)
def test_the_admin_of_a_model_is_for_administrators_and_does_what_its_row_says(filled, model):
    for (name, kind), route in BY_MODEL.items():
        if name == model:
            may = MODELS[model].get(kind, frozenset())
            look(filled, route, address(route, REGISTERED[model]), may)


@pytest.mark.parametrize("model", RECORDS)
def test_administrators_who_may_read_records_change_none(filled, model):
    with override_settings(ADMINISTRATORS_READ_RECORDS=True):
        for (name, kind), route in BY_MODEL.items():
            if name == model:
                path = address(route, REGISTERED[model])
                look(filled, route, path, READ.get(kind, frozenset()), ("admin", "doctor"))


def chosen_from() -> list[str]:
    """Return the queries of every field that is filled in by typing the beginning of a name."""
    return [
        f"app_label={model._meta.app_label}&model_name={model._meta.model_name}&field_name={field}"
        for model, model_admin in admin.site._registry.items()
        for field in model_admin.autocomplete_fields
    ]


def test_the_pages_of_the_site_are_for_administrators(filled):
    for route in OF_THE_SITE:
        path = address(route, Patient)
        if route.name == "admin:autocomplete":
            assert len(chosen_from()) > 10
            for query in chosen_from():
                look(filled, route, f"{path}?{query}", SITE[route.name])
        else:
            look(filled, route, path, SITE[route.name])
