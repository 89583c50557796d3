"""How gunicorn serves the clinic, in the trial and in production alike."""

from pathlib import Path
from typing import Any

import environ

from clinic.logs import mask_secrets

env = environ.Env()
env.read_env(Path(__file__).resolve().parent.parent / ".env")

# A thread at work keeps a connection to the database until it has answered. The pool of a worker
# has one for each thread and each of these, so none waits for another: see `DATABASES`.
BACKGROUND_THREADS = 2  # `accounts.afterwards` and `accounts.mail`
worker_class = "gthread"
workers = env.int("WEB_CONCURRENCY", default=2)
threads = env.int("WEB_THREADS", default=8)

bind = env.str("BIND", default="127.0.0.1:8000")
graceful_timeout = 5
control_socket_disable = True

# Workers report that they live through a file: in memory, a slow disk cannot make them look dead.
_memory = Path("/dev/shm")  # nosec B108 # noqa: S108 - only the heartbeat file goes there
worker_tmp_dir = str(_memory) if _memory.is_dir() else None

# The application logs each request itself, as JSON and without its query.
accesslog = None
loglevel = "warning"


def on_starting(server: Any) -> None:
    """Keep secrets out of gunicorn's own errors, which name the address that failed."""
    server.log.error_log.addFilter(mask_secrets)
