"""Bring the trial clinic up and serve it, for `make run`: `python -m clinic.setup.serve PORT`."""

import io
import os
import sys
from urllib.parse import urlsplit

import django
from django.core.management import call_command
from django.db import connections

from clinic import postgres
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
    become_the_app()
    connections.close_all()
    print(f"\nThe clinic is open at http://{HOST}:{port}/ (Ctrl-C closes it).", flush=True)
    # Replacing this process leaves one fewer to hand signals on.
    os.environ["BIND"] = f"{HOST}:{port}"
    server = ["-m", "gunicorn", "--config", "python:clinic.gunicorn_conf", "clinic.wsgi"]
    os.execv(sys.executable, [sys.executable, *server])


def become_the_app() -> None:
    """Let what is served sign in as the role that changes no table; see `audit.roles`.

    So it is on the trial's own server. Whoever names another one says by its URL who signs in.
    """
    from audit import roles  # noqa: PLC0415 - Django is not set up when this file is read

    url = postgres.local.url_of(roles.APP)
    if url and os.environ.get("DATABASE_URL") == postgres.database_url():
        os.environ["DATABASE_APP_PASSWORD"] = urlsplit(url).password or ""
        call_command("create_database_roles", stdout=io.StringIO())
        del os.environ["DATABASE_APP_PASSWORD"]
        os.environ["DATABASE_URL"] = url


if __name__ == "__main__":
    main(int(sys.argv[1]))
