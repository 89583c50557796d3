"""Bring the trial clinic up and serve it, for `make run`: `python -m clinic.setup.serve PORT`."""

import io
import os
import sys

import django
from django.core.management import call_command
from django.db import connections

from clinic.postgres.state import HOST, port_is_free


def main(port: int) -> None:
    """Migrate, load the demo clinic where there is none, say how to sign in, and serve."""
    if not port_is_free(port):
        sys.exit(
            f"Port {port} is taken: end what uses it, or choose another,"
            f" as in `make run PORT={port + 1}`."
        )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("load_demo", "--if-empty")
    call_command("extend_free_time", stdout=io.StringIO())
    call_command("demo_accounts", "--address", f"http://{HOST}:{port}/")
    connections.close_all()
    print(f"\nThe clinic is open at http://{HOST}:{port}/ (Ctrl-C closes it).", flush=True)
    # Replacing this process leaves one fewer to hand signals on.
    os.environ["BIND"] = f"{HOST}:{port}"
    server = ["-m", "gunicorn", "--config", "python:clinic.gunicorn_conf", "clinic.wsgi"]
    os.execv(sys.executable, [sys.executable, *server])


if __name__ == "__main__":
    main(int(sys.argv[1]))
