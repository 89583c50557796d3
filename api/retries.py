"""One more try for a transaction that lost a fight for locks."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

P = ParamSpec("P")
R = TypeVar("R")

DEADLOCK, SERIALIZATION, LOCK_TIMEOUT = "40P01", "40001", "55P03"
RETRIED_ONCE = {DEADLOCK, SERIALIZATION, LOCK_TIMEOUT}


def retried_once(work: Callable[P, R]) -> Callable[P, R]:
    """Do `work`, which is one transaction; after a lost fight for locks once more.

    Not so when a transaction is open around it: what failed in that cannot be repeated from here.
    The second failure is an `OperationalError`, answered as 503: what wraps this as well does not
    begin again.
    """

    @wraps(work)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> R:
        may_retry = not connection.in_atomic_block
        try:
            return work(*args, **kwargs)
        except OperationalError as error:
            sqlstate = getattr(error.__cause__, "sqlstate", None)
            if not may_retry or sqlstate not in RETRIED_ONCE or hasattr(error, "was_second"):
                raise
        try:
            return work(*args, **kwargs)
        except OperationalError as error:
            error.was_second = True  # type: ignore[attr-defined]
            raise

    return attempt
