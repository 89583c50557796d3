"""A letter that fails is tried again, and given up without a word of whom it was for."""

import time
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Any

import pytest
from django.core import mail as mailed
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction

from accounts import mail

TO = "ruben@example.org"


class AwayAtFirst(EmailBackend):
    """A mail server that refuses so many letters, and takes those after them."""

    refusals = 0

    def send_messages(self, messages: Any) -> int:
        if AwayAtFirst.refusals:
            AwayAtFirst.refusals -= 1
            raise OSError(f"no connection to send to {TO}")
        return super().send_messages(messages)


@pytest.fixture
def away(settings, monkeypatch, mailoutbox) -> Callable[[int], None]:
    """Return a function that makes the mail server refuse so many letters."""
    settings.EMAIL_BACKEND = f"{__name__}.AwayAtFirst"
    monkeypatch.setattr(mail, "PAUSES", (0.01, 0.02, 0.04))
    return lambda times: monkeypatch.setattr(AwayAtFirst, "refusals", times)


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.django_db(transaction=True)
def test_a_letter_that_fails_is_tried_again_and_does_not_hold_up_the_next(away, caplog):
    away(3)
    mail.post_known(TO)
    mail.post_known("next@example.org")
    until(lambda: len(mailed.outbox) == 2)
    assert {letter.to[0] for letter in mailed.outbox} == {TO, "next@example.org"}
    assert caplog.text.count("mail_failed") == 3
    assert "mail_lost" not in caplog.text
    assert TO not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_after_four_tries_a_letter_is_given_up_and_its_place_free_again(away, caplog):
    away(4)
    before = mail.waiting._value, mail.pausing._value
    mail.post_known(TO)
    until(lambda: "mail_lost" in caplog.text)
    assert (caplog.text.count("mail_failed"), mailed.outbox) == (4, [])
    assert (mail.waiting._value, mail.pausing._value) == before
    assert TO not in caplog.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("full", ["waiting", "pausing"])
def test_where_too_many_wait_a_letter_is_lost_and_logged(away, caplog, monkeypatch, full):
    none_free = BoundedSemaphore(1)
    none_free.acquire()
    monkeypatch.setattr(mail, full, none_free)
    away(1)
    mail.post_known(TO)
    until(lambda: "mail_lost" in caplog.text)
    assert mailed.outbox == []


@pytest.mark.django_db(transaction=True)
def test_a_letter_of_what_was_rolled_back_is_not_posted(away):
    with transaction.atomic():
        mail.post_known(TO)
        transaction.set_rollback(True)
    assert mail.posting.submit(int).result(10) == 0
    assert mailed.outbox == []
