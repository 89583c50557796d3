"""Fixtures that every app's tests share."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import LazySettings, settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.mail import EmailMessage
from django.utils import translation
from playwright.sync_api import expect

CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
)

PATIENCE = 20_000

pytest_plugins = ["clinic.tests.canary"]

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("clinic", deadline=None)
hypothesis.settings.load_profile("clinic")

# The browser's driver keeps an event loop on the test's thread, which Django would refuse.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: walks pages in a real Chromium")
    # As long as a busy machine may take: how quick a page is, a benchmark tells.
    expect.set_options(timeout=PATIENCE)
    # Races run 64 threads, each on a connection of its own; the pool is there to refuse that.
    settings.DATABASES["default"]["OPTIONS"]["pool"] = False
    # Each test's client would look through all static files; so they are found when asked for.
    settings.WHITENOISE_AUTOREFRESH = True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave browser tests out where there is no Chromium, and say so."""
    if CHROMIUM:
        return
    browser = [item for item in items if item.get_closest_marker("browser")]
    if browser:
        config.hook.pytest_deselected(items=browser)
        items[:] = [item for item in items if item not in browser]


def pytest_report_header() -> str:
    if CHROMIUM:
        return f"browser tests: {CHROMIUM}"
    return "browser tests: left out. Install Chromium (apt-get install chromium) to run them."


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Let tests that commit be cleaned up after: the access log can be truncated, no more.

    At the end a server's thread may still be answering a page that was open; it is not waited for.
    Dropping a database waits for a checkpoint, which on a busy disk outlasts any request.
    """
    from django.db import connection  # noqa: PLC0415 - Django is not set up when this file is read

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {name} SET audit.maintenance = 'truncate'")
        cursor.execute("SET audit.maintenance = 'truncate'")
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.settings_dict["OPTIONS"]["options"] = "-c statement_timeout=0"


@pytest.fixture(autouse=True)
def _quick_passwords(settings: LazySettings) -> None:
    """Hash passwords cheaply: argon2 is slow on purpose."""
    settings.PASSWORD_HASHERS = [f"{MD5PasswordHasher.__module__}.{MD5PasswordHasher.__name__}"]


@pytest.fixture(autouse=True)
def _no_language_stays() -> Iterator[None]:
    """Begin in English, whatever the last request of another test was answered in."""
    with translation.override("en"):
        yield


class OnThisThread(Executor):
    """Does work at once, on the connection that sees what the test has not committed."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        done: Future = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown() -> None:
    """Let what a request left to be done afterwards end before its test's rows go."""
    from accounts import afterwards  # noqa: PLC0415 - Django is not set up when this file is read

    afterwards.thread.submit(int).result(timeout=30)


@pytest.fixture
def letters(
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Callable[[], Any]], tuple[Any, list[EmailMessage]]]:
    """Return a function that does something and returns its result and the letters it mailed."""
    from accounts import afterwards, mail  # noqa: PLC0415 - Django is not set up when this file is read

    monkeypatch.setattr(afterwards, "thread", OnThisThread())

    def posted_by(act: Callable[[], Any]) -> tuple[Any, list[EmailMessage]]:
        before = len(mailoutbox)
        with django_capture_on_commit_callbacks(execute=True):
            result = act()
        mail.posting.submit(int).result(timeout=10)
        return result, mailoutbox[before:]

    return posted_by


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox", "--disable-quic", "--disable-background-networking"],
    }


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the source of axe-core, the accessibility checker."""
    return Path("node_modules/axe-core/axe.min.js").read_text()


@pytest.fixture(autouse=True)
def no_page_stays_open(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """Close what a test opened in the browser: its pages would go on asking for news for ever.

    What a page sends as it is left, such as the release of a hold, is answered before that ends.
    """
    browser = request.getfixturevalue("browser") if "browser" in request.fixturenames else None
    yield
    if not browser:
        return
    for context in browser.contexts:
        for page in context.pages:
            page.goto("about:blank")
        context.close()
    with django_db_blocker.unblock():
        _let_requests_end()


def _let_requests_end() -> None:
    """Wait until no request has used the database for a moment, but not for ever."""
    from django.db import connection  # noqa: PLC0415 - Django is not set up when this file is read

    quiet, tries = 0, 80
    with connection.cursor() as cursor:
        while quiet < 4 and (tries := tries - 1):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
            quiet = 0 if cursor.fetchone()[0] else quiet + 1
            time.sleep(0.025)
