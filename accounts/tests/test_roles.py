import re

import pytest
from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from accounts.roles import PERMISSIONS, Role
from accounts.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def test_every_permission_of_the_table_exists():
    for app in apps.get_app_configs():
        create_permissions(app, verbosity=0)
    known = {
        f"{app}.{codename}"
        for app, codename in Permission.objects.values_list("content_type__app_label", "codename")
    }
    assert set().union(*PERMISSIONS.values()) <= known


def test_an_administrator_may_do_everything():
    assert UserFactory(role=Role.ADMIN).has_perm("scheduling.book_appointment")


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.RECEPTIONIST, True), (Role.NURSE, False), (Role.DOCTOR, False), (Role.PATIENT, True)],
)
def test_the_desk_books_and_patients_book_for_themselves(role, may):
    assert UserFactory(role=role).has_perm("scheduling.book_appointment") is may


def test_only_the_desk_books_series():
    holders = {role for role in Role if UserFactory(role=role).has_perm("scheduling.book_series")}
    assert holders == {Role.ADMIN, Role.RECEPTIONIST}


def test_a_deactivated_person_may_do_nothing():
    assert not UserFactory(role=Role.ADMIN, is_active=False).has_perm("patients.view_patient")


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_only_administrators_enter_the_admin(role, client):
    client.force_login(UserFactory(role=role))
    assert client.get("/admin/").status_code == 403


@pytest.mark.parametrize("field", ["username", "email"])
def test_names_that_differ_only_by_case_are_one(field):
    taken = UserFactory(username="maria", email="maria@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory(**{field: getattr(taken, field).upper()})


def test_a_taken_address_is_refused_in_words():
    taken = UserFactory()
    with pytest.raises(ValidationError, match="Another account uses this email"):
        User.objects.create_user("other", taken.email.upper(), full_name="Other")


def first_admin(monkeypatch, **given):
    for name, value in given.items():
        monkeypatch.setenv(f"DJANGO_SUPERUSER_{name.upper()}", value)
    call_command("first_admin")


def test_the_first_administrator_comes_from_the_environment_once(monkeypatch):
    given = {
        "username": "ada",
        "email": "ada@example.org",
        "full_name": "Ada",
        "password": "a-long-enough-password",
    }
    first_admin(monkeypatch, **given)
    first_admin(monkeypatch, **given | {"username": "eve"})
    assert User.objects.get().username == "ada"
    assert User.objects.get().has_perm("accounts.add_user")


def test_without_a_password_the_first_administrator_chooses_one_by_a_letter(
    monkeypatch, capsys, client
):
    first_admin(monkeypatch, username="ada", email="ada@example.org", full_name="Ada")
    assert "Forgot your password?" in capsys.readouterr().out
    assert not User.objects.get().has_usable_password()
    asked = {"email": "ada@example.org"}
    client.post(reverse("account_reset_password"), asked)
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]
    form = client.get(link, follow=True)
    said = {"password1": PASSWORD, "password2": PASSWORD}
    client.post(form.redirect_chain[-1][0], said)
    assert User.objects.with_credentials("ada", PASSWORD)


def test_a_first_administrator_without_an_address_is_refused(monkeypatch):
    with pytest.raises(CommandError, match="refused"):
        first_admin(monkeypatch, username="ada", full_name="Ada", password="x" * 12)
