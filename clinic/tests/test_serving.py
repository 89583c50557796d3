"""Health checks, logs, and what happens when the database is away."""

import json
import logging
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import RequestFactory

from accounts.tests.factories import UserFactory
from clinic import gunicorn_conf, logs
from clinic.middleware import DatabaseUnavailableMiddleware, RequestLogMiddleware


def test_the_process_says_that_it_lives(client):
    assert client.get("/health").json() == {"status": "ok"}


@pytest.mark.django_db
def test_it_is_ready_when_the_database_and_its_migrations_are(client):
    response = client.get("/health/ready")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": "ok", "migrations": "ok"}


@pytest.mark.django_db
def test_it_is_not_ready_while_a_migration_is_missing(client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'scheduling'")
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "migrations": "pending"}


def run_elsewhere(code: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run Django in a process of its own, with these settings in its environment."""
    settings = {
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "TRIAL": "true",
        "LOG_LEVEL": "INFO",
    } | env
    return subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{code}"],
        env=settings,
        capture_output=True,
        text=True,
        timeout=60,
    )


DEAD_DATABASE = "postgres://clinic:x@127.0.0.1:1/clinic"


def test_a_dead_database_is_answered_with_503_and_no_trace_of_itself():
    code = """
from django.test import Client
client = Client(headers={"host": "localhost"}, raise_request_exception=False)
client.cookies["sessionid"] = "a" * 32
for path in ["/health/ready", "/", "/api/v1/care-types"]:
    response = client.get(path)
    print("STATUS", path, response.status_code, response.headers.get("Retry-After"))
print("PROBLEM", response.headers["Content-Type"], response.json()["code"])
"""
    ran = run_elsewhere(code, DATABASE_URL=DEAD_DATABASE, DATABASE_POOL_TIMEOUT="0.3")
    answers = [line for line in ran.stdout.splitlines() if line.startswith("STATUS")]
    away = ["/health/ready", "/", "/api/v1/care-types"]
    assert answers == [f"STATUS {path} 503 5" for path in away], ran.stderr
    assert "PROBLEM application/problem+json unavailable" in ran.stdout


def test_other_errors_are_not_mistaken_for_a_dead_database():
    middleware = DatabaseUnavailableMiddleware(lambda request: None)
    assert middleware.process_exception(RequestFactory().get("/"), ValueError()) is None


def test_a_request_is_logged_with_its_id_and_without_its_query():
    code = """
from django.test import Client
response = Client(headers={"host": "localhost"}).get("/health?q=secret-name")
print("ID", response.headers["X-Request-ID"])
"""
    ran = run_elsewhere(code, DATABASE_URL=DEAD_DATABASE)
    *lines, request_id = ran.stdout.splitlines()
    record = json.loads(lines[-1])
    assert record["request"] == "GET /health"
    assert f"ID {record['request_id']}" == request_id
    assert "secret-name" not in ran.stdout + ran.stderr


def test_a_failure_is_logged_by_type_and_frames_without_its_text(tmp_path):
    code = """
import logging
try:
    raise ValueError("Key (email)=(maria@example.org) exists")
except ValueError:
    logging.getLogger("clinic").exception("something_failed")
"""
    ran = run_elsewhere(code, DATABASE_URL=DEAD_DATABASE, LOG_DIR=str(tmp_path))
    assert ran.returncode == 0, ran.stderr
    written = (tmp_path / "clinic.log").read_text()
    assert json.loads(written)["exception"][0] == "ValueError"
    assert "maria@example.org" not in written


def test_logs_in_files_rotate(tmp_path):
    handler = logs.configure("INFO", str(tmp_path))["handlers"]["out"]
    assert handler["class"] == "logging.handlers.RotatingFileHandler"
    assert handler["maxBytes"] * handler["backupCount"] == 100_000_000


def test_without_a_secret_key_production_does_not_start():
    ran = run_elsewhere("", TRIAL="false", SECRET_KEY="")
    assert "Set SECRET_KEY" in ran.stderr


@pytest.mark.django_db
def test_no_signed_in_page_is_stored(client):
    client.force_login(UserFactory(role="admin"))
    assert "no-store" in client.get("/admin/").headers["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/accounts/password/reset/key/3-abc-secret/", "/accounts/password/reset/key/…/"),
        ("/calendar/secret.ics", "/calendar/…"),
        ("/calendar/secret", "/calendar/…"),
        ("/calendar/feeds/7/revoke/", "/calendar/feeds/7/revoke/"),
    ],
)
def test_a_secret_in_a_path_is_not_logged(path, logged):
    assert RequestLogMiddleware.format_request(RequestFactory().get(path)) == f"GET {logged}"


def test_gunicorn_keeps_no_access_log_and_names_no_secret_in_its_errors(caplog):
    assert gunicorn_conf.accesslog is None
    server = SimpleNamespace(log=SimpleNamespace(error_log=logging.getLogger("gunicorn.error")))
    gunicorn_conf.on_starting(server)
    try:
        server.log.error_log.error("Error handling request %s %s", "GET", "/calendar/secret.ics")
    finally:
        server.log.error_log.removeFilter(logs.mask_secrets)
    assert caplog.messages == ["Error handling request GET /calendar/…"]


def test_a_worker_has_a_connection_for_each_of_its_threads():
    code = """
from clinic import gunicorn_conf
from django.conf import settings
pool = settings.DATABASES["default"]["OPTIONS"]["pool"]
print(gunicorn_conf.threads, pool["max_size"], pool["max_waiting"])
"""
    ran = run_elsewhere(code, DATABASE_URL=DEAD_DATABASE, WEB_THREADS="5")
    threads, most, waiting = map(int, ran.stdout.split())
    assert (threads, most) == (5, 5 + gunicorn_conf.BACKGROUND_THREADS)
    assert waiting >= most
