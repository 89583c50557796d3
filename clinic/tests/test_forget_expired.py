from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import EmailCode, Session, SignIn
from accounts.tests.factories import UserFactory
from api.models import IdempotencyKey, RateCount
from clinic.management.commands import forget_expired

pytestmark = pytest.mark.django_db

NOW = timezone.now()
AN_HOUR, TWO_DAYS = timedelta(hours=1), timedelta(days=2)


def sign_ins(count, expires_at):
    user = UserFactory()
    SignIn.objects.bulk_create(
        SignIn(user=user, last_used_at=NOW, expires_at=expires_at) for _ in range(count)
    )


def make(age, name):
    """Make one of each: a code and a sign-in that go on for an hour, and what is kept for a day."""
    user, at = UserFactory(), timezone.now() - age
    sign_ins(1, at + AN_HOUR)
    Session.objects.create(session_key=name, expire_date=at + AN_HOUR)
    EmailCode.objects.create(user=user, code_hash=name, expires_at=at + AN_HOUR)
    IdempotencyKey.objects.create(user=user, key=name, request_hash="", created_at=at)
    RateCount.objects.create(key=name, started_at=at, count=1)


def test_what_has_expired_is_forgotten_and_nothing_else(capsys):
    make(TWO_DAYS, "old")
    make(timedelta(), "new")
    call_command("forget_expired")
    assert (
        capsys.readouterr().out == "Forgot 1 sessions, 1 sign-ins, 1 codes, 1 answers, 1 counts.\n"
    )
    assert EmailCode.objects.get().code_hash == "new"
    assert Session.objects.get().pk == "new"
    assert SignIn.objects.get().expires_at > timezone.now()
    assert IdempotencyKey.objects.get().key == "new"
    assert RateCount.objects.get().key == "new"


def test_much_is_forgotten_in_batches(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(forget_expired, "BATCH", 3)
    sign_ins(7, NOW - AN_HOUR)
    sign_ins(1, NOW + AN_HOUR)
    rows = SignIn.objects.filter(expires_at__lte=NOW)
    with django_assert_num_queries(6):
        assert forget_expired.forget(rows) == 7
    assert SignIn.objects.count() == 1
