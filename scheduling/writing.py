"""How every write of an appointment runs: in one transaction, with one retry."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import models, transaction

from api.retries import retried_once
from facilities.refusals import refusals

P = ParamSpec("P")
R = TypeVar("R")

_one_fate = ContextVar("one_fate", default=False)


def one_write(operation: Callable[P, R]) -> Callable[P, R]:
    """Run `operation` in a transaction and translate the database's refusals.

    A lost fight for locks is tried once more, unless a transaction is open already: what failed in
    it cannot be repeated from here. The second failure is an `OperationalError`, answered as 503.
    """

    @wraps(operation)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> R:
        savepoint = not _one_fate.get()
        with (
            one_fate(shared=False),
            unchanged_by_failure(args[0]),
            refusals(),
            transaction.atomic(savepoint=savepoint),
        ):
            return operation(*args, **kwargs)

    return retried_once(attempt)


@contextmanager
def one_fate(*, shared: bool = True) -> Iterator[None]:
    """Let a write in this block share the fate of the transaction that is open around it.

    No savepoint is set, which saves two statements. After a refusal that transaction is of no use
    any more: leave it with the exception.
    """
    token = _one_fate.set(shared)
    try:
        yield
    finally:
        _one_fate.reset(token)


@contextmanager
def unchanged_by_failure(subject: object) -> Iterator[None]:
    """Leave the fields of a model's instance as they were when the block fails."""
    if not isinstance(subject, models.Model):
        yield
        return
    # Django documents `_state`; the cache in it holds the related objects.
    state = subject._state  # noqa: SLF001
    fields, related = dict(vars(subject)), dict(state.fields_cache)
    try:
        yield
    except Exception:
        vars(subject).clear()
        vars(subject).update(fields)
        state.fields_cache = related
        raise
