"""Start, stop and share one folder's server. The package's docstring has the idea."""

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from clinic.postgres import account, binaries, cluster
from clinic.postgres.errors import PostgresError
from clinic.postgres.state import HOST, State, free_port, port_is_free, speaks_postgresql

START_SECONDS = 60
STOP_SIGNALS = [(signal.SIGINT, 30), (signal.SIGQUIT, 10)]
LARGEST_LOG = 5_000_000
# A crash may cost the last half second, which a trial can bear; fsync stays on, so that nothing
# older is ever lost or damaged.
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "synchronous_commit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True)
class Status:
    """Whether a server runs, under which process number, and its URL once it has been made."""

    running: bool
    pid: int | None
    url: str | None


class Server:
    """The PostgreSQL server of one folder; different folders have nothing in common."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def url(self) -> str | None:
        """Return the server's URL, running or not; None when it has never been made."""
        state = self._state()
        return state.url if state else None

    def url_of(self, role: str) -> str | None:
        """Return the URL by which another role signs in, once it was given that password."""
        state = self._state()
        return state.url_of(role) if state else None

    def status(self) -> Status:
        return Status(self._lives(), self._pid(), self.url())

    def start(self) -> str:
        """Start the server unless it runs, leave it running until `stop`, and return its URL."""
        with self._alone():
            url = self._ensure_running()
            self._kept.touch()
        return url

    def stop(self) -> None:
        """Stop the server, whoever uses it."""
        if self.root.exists():
            with self._alone():
                self._end()

    def remove(self) -> None:
        """Stop the server and delete all that it kept."""
        self.stop()
        if self._data.is_symlink():
            shutil.rmtree(self._data.readlink().parent, ignore_errors=True)
        shutil.rmtree(self.root, ignore_errors=True)

    @contextmanager
    def in_use(self) -> Iterator[str]:
        """Keep the server running meanwhile; the last out stops it, unless `start` began it."""
        self._prepare_folder()
        mark = self._open("users.lock")
        fcntl.flock(mark, fcntl.LOCK_SH)
        try:
            with self._alone():
                url = self._ensure_running()
            yield url
        finally:
            with self._alone():
                mark.close()
                if not self._kept.exists() and not self._is_held("users.lock", fcntl.LOCK_EX):
                    self._end()

    # What the files and the kernel say

    @property
    def _data(self) -> Path:
        return self.root / "data"

    @property
    def _kept(self) -> Path:
        """The mark that `start` leaves: the server stays when its last user has gone."""
        return self.root / "kept"

    @property
    def _log(self) -> Path:
        return self.root / "server.log"

    @property
    def _tag(self) -> str:
        """The setting by which a process shows that it serves this folder, wherever it is moved."""
        return f"cluster_name=clinic-{self.root.stat().st_ino}"

    def _state(self) -> State | None:
        state = State.load(self.root)
        return state if state and state.folder == self.root.stat().st_ino else None

    def _lives(self) -> bool:
        return self._is_held("server.lock", fcntl.LOCK_SH)

    def _is_held(self, name: str, kind: int) -> bool:
        if not (self.root / name).exists():
            return False
        with self._open(name) as lock:
            try:
                fcntl.flock(lock, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _pid(self) -> int | None:
        """Return the number of the main process, once its own command line has confirmed it."""
        try:
            number = int(self._pid_file_lines()[0])
            words = _command_line(number)
        except (OSError, ValueError, IndexError, subprocess.CalledProcessError):
            return None
        return number if "postgres" in words and self._tag in words.split() else None

    def _pid_file_lines(self) -> list[str]:
        return (self._data / "postmaster.pid").read_text().splitlines()

    def _is_ready(self, state: State) -> bool:
        """Tell, in a millisecond, whether our main process takes connections."""
        try:
            said = self._pid_file_lines()[7].strip()
        except (OSError, IndexError):
            return False
        return said == "ready" and self._pid() is not None and speaks_postgresql(state.port)

    # What changes something; all of it under the lock that `_alone` takes

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one launcher at a time change this folder."""
        self._prepare_folder()
        with self._open("launcher.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _prepare_folder(self) -> None:
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.root.stat().st_uid != os.geteuid():
            raise PostgresError(
                f"{self.root} belongs to another user: work as that user, or remove it."
            )

    def _open(self, name: str) -> IO[str]:
        return (self.root / name).open("a")

    def _ensure_running(self) -> str:
        state = self._state()
        if state and (self._is_ready(state) or (self._lives() and self._becomes_ready(state))):
            return state.url
        state = self._prepared()
        for _ in range(3):
            if not port_is_free(state.port):
                state = replace(state, port=free_port())
                state.save(self.root)
            self._launch(state)
            if self._becomes_ready(state):
                return state.url
        raise PostgresError(
            "PostgreSQL does not start: resolve what it says,"
            f" or set DATABASE_URL to a server of yours.\n{self._last_words()}"
        )

    def _prepared(self) -> State:
        """Make the data and the state where they are missing."""
        folder = self.root.stat().st_ino
        state = State.load(self.root) or State(folder)
        if state.folder != folder:
            state = replace(state, folder=folder, port=free_port())
            if self._data.is_symlink():
                self._data.unlink()  # The copied link leads to the data of the other checkout.
        state.save(self.root)
        if not self._data.exists():
            self._data.unlink(missing_ok=True)
            who = account.choose(self._data)
            home = who.home(self.root)
            made = cluster.create(home, who, _programs(who, home), state.password)
            if made != self._data:
                self._data.symlink_to(made)
        return state

    def _launch(self, state: State) -> None:
        """Start the server, holding the lock, in a session that no Ctrl-C reaches."""
        who = account.choose(self._data)
        programs = _programs(who, self._data.resolve().parent)
        self._refuse_other_version(programs)
        if self._pid() is None:
            (self._data / "postmaster.pid").unlink(missing_ok=True)
        self._kept.unlink(missing_ok=True)
        settings = [f"{name}={value}" for name, value in SETTINGS.items()]
        settings += [f"port={state.port}", self._tag]
        options = [word for setting in settings for word in ("-c", setting)]
        fresh = not self._log.exists() or self._log.stat().st_size > LARGEST_LOG
        with self._open("server.lock") as lock, self._log.open("w" if fresh else "a") as log:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # The shell hands the server over to init: whoever started it need not wait for it.
            in_background = ["/bin/sh", "-c", '"$@" &', "sh"]
            who.run(
                [*in_background, str(programs.postgres), "-D", str(self._data.resolve()), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[lock.fileno()],
                start_new_session=True,
            )

    def _refuse_other_version(self, programs: binaries.Binaries) -> None:
        made_by = (self._data / "PG_VERSION").read_text().strip()
        if made_by != str(programs.major):
            raise PostgresError(
                f"The data in {self._data} were made by PostgreSQL {made_by}, and"
                f" {programs.version} was found: remove that folder to begin anew."
            )

    def _becomes_ready(self, state: State) -> bool:
        """Wait until a sign-in succeeds; False when the server has ended instead."""
        import psycopg  # Here, since settings import this package and seldom come this far.

        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(state.url, connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if not self._lives():
                    return False
                if "password authentication failed" in str(error) or time.monotonic() > deadline:
                    raise PostgresError(
                        f"PostgreSQL runs but lets nobody in: remove {self.root}"
                        f" to begin anew.\n{error}"
                    ) from error
                time.sleep(0.02)
            else:
                return True

    def _end(self) -> None:
        for number, seconds in STOP_SIGNALS:
            deadline = time.monotonic() + seconds
            if self._lives() and (pid := self._pid()):
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            while self._lives() and time.monotonic() < deadline:
                time.sleep(0.02)
        self._kept.unlink(missing_ok=True)
        if self._lives():
            raise PostgresError(f"PostgreSQL does not stop: see {self._log} for what it waits for.")

    def _last_words(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-8:])


def _programs(who: account.Account, home: Path) -> binaries.Binaries:
    found = binaries.find()
    return found if who.uid is None else found.copied_to(home)


def _command_line(pid: int) -> str:
    """Return the words that a process was started with; raise when there is no such process."""
    if Path("/proc/self/cmdline").exists():
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
        return words.replace(b"\0", b" ").decode(errors="replace")
    ps = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(ps, capture_output=True, text=True, check=True).stdout
