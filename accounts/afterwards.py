"""Work of the database that is done after the answer.

How long a request takes must not say what it has found, such as whether an address has an account.
The thread is not the one that mails: a mail server that is away holds up no registration.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import structlog
from django.db import connections, transaction
from django.utils import translation

logger = structlog.get_logger(__name__)


class OneThread(ThreadPoolExecutor):
    """Does one piece of work after the other, and keeps no connection to the database between."""

    def __init__(self, name: str) -> None:
        super().__init__(max_workers=1, thread_name_prefix=name)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return super().submit(_closing, fn, *args, **kwargs)


thread = OneThread("afterwards")


def afterwards(work: Callable[[], None]) -> None:
    """Do this on the thread once the transaction, if there is one, has committed.

    It speaks the language of who asked for it. A failure is logged, and nobody is told: whoever
    waits for a letter asks again.
    """
    language = translation.get_language()
    transaction.on_commit(lambda: thread.submit(_logged, work, language))


def _closing(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        return fn(*args, **kwargs)
    finally:
        connections.close_all()


def _logged(work: Callable[[], None], language: str | None) -> None:
    try:
        with translation.override(language):
            work()
    except Exception:
        logger.exception("work_afterwards_failed")
