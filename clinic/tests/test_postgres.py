"""The launcher of clinic.postgres, on real servers in folders of their own."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from clinic.postgres import PostgresError, Server, account
from clinic.postgres.__main__ import has_database_url
from clinic.postgres.state import State

PATIENCE = 20


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def ask(url: str | None, question: str) -> object:
    assert url
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


def tell(url: str | None, *statements: str) -> None:
    assert url
    with psycopg.connect(url) as connection:
        for statement in statements:
            connection.execute(statement)


def pid_of(server: Server) -> int:
    pid = server.status().pid
    assert pid
    return pid


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose data exist; tests leave it stopped or running as they please."""
    server = Server(tmp_path_factory.mktemp("made") / "a folder" / "postgres")
    yield server
    server.remove()


@pytest.fixture
def server(made: Server) -> Server:
    made.start()
    return made


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "postgres")
    yield server
    server.remove()


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A living process that has nothing to do with PostgreSQL."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def test_a_folder_without_a_server_has_no_url_and_stopping_it_is_no_error(fresh: Server) -> None:
    fresh.stop()
    assert fresh.url() is None
    assert fresh.status().running is False
    assert not fresh.root.exists()


def test_a_started_server_takes_unicode_and_listens_on_the_loopback_only(server: Server) -> None:
    assert ask(server.url(), "SELECT lower('ÄÖ') || current_database() || current_user") == (
        "äöclinicclinic"
    )
    assert ask(server.url(), "SHOW listen_addresses") == "127.0.0.1"
    assert ask(server.url(), "SHOW unix_socket_directories") == ""
    assert ask(server.url(), "SHOW fsync") == "on"


def test_the_extensions_that_the_clinic_needs_are_there(server: Server) -> None:
    needed = "'btree_gist', 'pg_trgm', 'unaccent', 'citext'"
    query = f"SELECT count(*) FROM pg_available_extensions WHERE name IN ({needed})"
    assert ask(server.url(), query) == 4


def test_a_wrong_password_is_refused(server: Server) -> None:
    state = State.load(server.root)
    assert state
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(state.url.replace(state.password, "guessed"))


def test_only_the_owner_can_read_the_password(server: Server) -> None:
    assert (server.root / "state.json").stat().st_mode & 0o777 == 0o600
    assert server.root.stat().st_mode & 0o777 == 0o700


def test_starting_again_leaves_the_running_server_alone(server: Server) -> None:
    before = server.status()
    assert server.start() == before.url
    assert server.status() == before


def test_concurrent_starts_bring_up_one_server(server: Server) -> None:
    server.stop()
    urls: list[str] = []
    threads = [threading.Thread(target=lambda: urls.append(server.start())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert urls == [server.url()] * 4
    assert ask(server.url(), "SELECT 1") == 1


def test_a_stopped_server_keeps_its_data_and_its_url(server: Server) -> None:
    url = server.url()
    tell(url, "CREATE TABLE kept_thing AS SELECT 7 AS n")
    server.stop()
    assert server.status().running is False
    with pytest.raises(psycopg.OperationalError):
        ask(url, "SELECT 1")
    assert server.start() == url
    assert ask(url, "SELECT n FROM kept_thing") == 7


def test_it_recovers_from_a_killed_main_process(server: Server) -> None:
    tell(server.url(), "SET synchronous_commit = on", "CREATE TABLE survivor AS SELECT 9 AS n")
    killed = pid_of(server)
    os.kill(killed, signal.SIGKILL)
    server.start()
    assert pid_of(server) != killed
    assert ask(server.url(), "SELECT n FROM survivor") == 9


def test_a_process_that_took_over_the_pid_is_neither_trusted_nor_signalled(
    server: Server, stranger: subprocess.Popen[bytes]
) -> None:
    pid_file = server.root / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server.stop()
    pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
    assert server.status().running is False
    assert server.status().pid is None
    server.stop()
    server.start()
    assert pid_of(server) != stranger.pid
    server.stop()
    assert stranger.poll() is None


def test_a_taken_port_is_given_up_for_another(server: Server) -> None:
    server.stop()
    before = State.load(server.root)
    assert before
    with socket.create_server(("127.0.0.1", before.port)):
        server.start()
        assert server.url() != before.url
        assert ask(server.url(), "SELECT 1") == 1


def test_data_of_another_version_are_refused_with_a_remedy(server: Server) -> None:
    server.stop()
    version = server.root / "data" / "PG_VERSION"
    true_version = version.read_text()
    version.write_text("9\n")
    try:
        with pytest.raises(PostgresError, match=r"made by PostgreSQL 9.*remove that folder"):
            server.start()
    finally:
        version.write_text(true_version)


def test_a_server_that_cannot_start_says_why(server: Server) -> None:
    server.stop()
    config = server.root / "data" / "postgresql.conf"
    good = config.read_text()
    config.write_text("no such setting")
    try:
        with pytest.raises(PostgresError, match=r"does not start(.|\n)*syntax error"):
            server.start()
    finally:
        config.write_text(good)
    assert server.status().running is False


def test_broken_off_initialisation_is_made_again(fresh: Server) -> None:
    leftover = fresh.root / "data.new" / "base"
    leftover.mkdir(parents=True)
    fresh.root.chmod(0o700)
    (fresh.root / "data.new" / "PG_VERSION").write_text("18\n")
    assert ask(fresh.start(), "SELECT 1") == 1
    assert not (fresh.root / "data.new").exists()


def test_a_copied_checkout_gets_a_server_of_its_own(server: Server, tmp_path: Path) -> None:
    url = server.start()
    tell(url, "CREATE TABLE original AS SELECT 1")
    server.stop()
    copy = Server(tmp_path / "copy")
    subprocess.run(["cp", "-a", server.root, copy.root], check=True)
    server.start()
    pid = pid_of(server)
    try:
        assert copy.url() is None
        assert copy.start() != server.url()
        tell(copy.url(), "DROP TABLE original")
        copy.stop()
        assert pid_of(server) == pid
        assert ask(server.url(), "SELECT count(*) FROM original") == 1
    finally:
        copy.remove()


def test_without_user_namespaces_root_hands_the_work_to_another_user(
    fresh: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "NAMESPACE", ("false",))
    assert ask(fresh.start(), "SELECT 1") == 1
    pid = pid_of(fresh)
    owner = (fresh.root / "data").stat().st_uid
    assert owner != 0
    os.kill(pid, signal.SIGKILL)
    assert ask(fresh.start(), "SELECT 1") == 1
    home = (fresh.root / "data").resolve().parent
    fresh.remove()
    assert not home.exists()


def test_the_last_of_two_users_stops_the_server(server: Server) -> None:
    server.stop()
    with server.in_use() as url:
        with server.in_use() as same:
            assert same == url
        assert ask(url, "SELECT 1") == 1
    assert server.status().running is False


def test_a_server_started_by_hand_outlives_its_users(server: Server) -> None:
    with server.in_use():
        pass
    assert server.status().running is True


def run_in(server: Server, *command: str) -> subprocess.Popen[str]:
    """Run a command as `python -m clinic.postgres run` does, for another folder.

    A test run that was itself started in the background, or by nohup, may ignore SIGINT and SIGHUP,
    and so would its children.
    """
    program = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "signal.signal(signal.SIGHUP, signal.SIG_DFL);"
        "from pathlib import Path; from clinic.postgres import Server;"
        "from clinic.postgres.__main__ import run;"
        "sys.exit(run(sys.argv[2:], Server(Path(sys.argv[1])), given=False))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, str(server.root), *command],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_run_gives_the_command_the_database_and_returns_its_status(server: Server) -> None:
    server.stop()
    look = "import os, sys; print(os.environ['DATABASE_URL']); sys.exit(5)"
    with run_in(server, sys.executable, "-c", look) as process:
        assert process.stdout
        assert process.stdout.read().strip() == server.url()
    assert process.returncode == 5
    assert server.status().running is False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_command_and_server(server: Server, number: signal.Signals) -> None:
    server.stop()
    with run_in(server, "sh", "-c", "echo $$; exec sleep 600") as process:
        assert process.stdout
        child = int(process.stdout.readline())
        assert server.status().running is True
        process.send_signal(number)
    assert process.returncode == 128 + (signal.SIGTERM if number == signal.SIGHUP else number)
    assert server.status().running is False
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_the_server_is_out_of_reach_of_the_terminal(server: Server) -> None:
    assert os.getsid(pid_of(server)) != os.getsid(0)


def test_a_crash_of_the_runner_gives_up_its_place(server: Server) -> None:
    server.stop()
    with run_in(server, "sh", "-c", "echo $$; exec sleep 600") as process:
        assert process.stdout
        child = int(process.stdout.readline())
        process.kill()
    os.kill(child, signal.SIGTERM)
    with server.in_use():
        pass
    assert server.status().running is False


def test_the_lock_of_the_server_is_free_only_when_its_last_process_is_gone(server: Server) -> None:
    os.kill(pid_of(server), signal.SIGKILL)

    def is_free() -> bool:
        with (server.root / "server.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    assert eventually(is_free)
    assert server.status().running is False


@pytest.mark.parametrize(
    ("value", "dotenv", "expected"),
    [
        (None, None, False),
        ("", "", False),
        ("postgresql://elsewhere/", None, True),
        (None, "export DATABASE_URL=postgresql://elsewhere/\n", True),
        (None, "DEBUG=true\n\nDATABASE_URL='postgresql://elsewhere/?a=b'\n", True),
        (None, "# DATABASE_URL=postgresql://elsewhere/\nDATABASE_URL=\n", False),
    ],
)
def test_a_database_named_in_the_environment_or_in_dotenv_is_found(
    tmp_path: Path, value: str | None, dotenv: str | None, expected: bool
) -> None:
    file = tmp_path / ".env"
    if dotenv is not None:
        file.write_text(dotenv)
    assert has_database_url(value, file) is expected
