"""How gunicorn serves the clinic, in the trial and in production alike."""

import os
from pathlib import Path
from typing import Any

from clinic.logs import mask_secrets

# Threads must outnumber the connections and queue places of a worker's database pool (4 + 8 by
# default), or an overloaded database is never answered with 503 in time.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "16"))

bind = os.environ.get("BIND", "127.0.0.1:8000")
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
