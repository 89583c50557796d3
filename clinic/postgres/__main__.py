"""The launcher's command: start, stop, status, url, remove, and run."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from clinic import postgres
from clinic.postgres import CHECKOUT, PostgresError, Server

USAGE = "Use: python -m clinic.postgres start | stop | status | url | remove | run -- command …"


def main(arguments: list[str]) -> int:
    """Obey one command and return the exit status."""
    match arguments:
        case ["start"]:
            postgres.start()
            print("PostgreSQL runs. `make pg-stop` stops it.")
        case ["stop"]:
            postgres.stop()
            print("PostgreSQL does not run.")
        case ["status"]:
            return report(postgres.status())
        case ["url"]:
            return report_url(postgres.database_url())
        case ["remove"]:
            postgres.local.remove()
        case ["run", "--", *command] if command:
            given = has_database_url(os.environ.get("DATABASE_URL"), CHECKOUT / ".env")
            return run(command, postgres.local, given=given)
        case _:
            print(USAGE, file=sys.stderr)
            return 2
    return 0


def report(status: postgres.Status) -> int:
    """Print one line for a person; exit status 3 for "does not run", as init scripts have it."""
    if not status.running:
        print("PostgreSQL does not run.")
        return 3
    print(f"PostgreSQL runs as process {status.pid}.")
    return 0


def report_url(url: str | None) -> int:
    if url is None:
        raise PostgresError("There is no PostgreSQL here yet: run `make pg-start` first.")
    print(url)
    return 0


def has_database_url(value: str | None, dotenv: Path) -> bool:
    """Tell whether the environment or the .env file names a database."""
    lines = dotenv.read_text().splitlines() if dotenv.is_file() else []
    settings = dict(
        line.strip().removeprefix("export ").split("=", 1) for line in lines if "=" in line
    )
    return bool(value or settings.get("DATABASE_URL", "").strip("\"' "))


def run(command: list[str], server: Server, *, given: bool) -> int:
    """Run a command with the database up, stop what was started for it, and return its exit status.

    With a database given from outside nothing is started. Ctrl-C reaches the command from the
    terminal itself; other signals are handed on, a hang-up as a request to end.
    """
    if given:
        os.execvp(command[0], command)
    child: subprocess.Popen[bytes] | None = None
    received: list[int] = []

    def hand_on(number: int) -> None:
        if child and not (number == signal.SIGINT and has_terminal()):
            child.send_signal(signal.SIGTERM if number == signal.SIGHUP else number)

    def note(number: int, _: FrameType | None) -> None:
        received.append(number)
        hand_on(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as `nohup` has it
            signal.signal(number, note)
    with server.in_use() as url:
        if received:
            return 128 + received[0]
        child = subprocess.Popen(command, env=os.environ | {"DATABASE_URL": url})
        for early in received:
            hand_on(early)
        status = child.wait()
    return status if status >= 0 else 128 - status


def has_terminal() -> bool:
    """Tell whether a terminal sends its signals to this process and its children alike."""
    try:
        with Path("/dev/tty").open() as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (PostgresError, OSError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
