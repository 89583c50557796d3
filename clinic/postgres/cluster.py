"""Make the data of a new server, completely or not at all."""

import shutil
import subprocess
import sys
from pathlib import Path

from clinic.postgres.account import Account
from clinic.postgres.binaries import Binaries
from clinic.postgres.errors import PostgresError
from clinic.postgres.state import NAME

BUILTIN_PROVIDER_SINCE = 17


def create(home: Path, account: Account, binaries: Binaries, password: str) -> Path:
    """Make a cluster with one role and one empty database, both named clinic; return its folder.

    The work happens in a sibling folder that is renamed at the end: what was broken off half-way is
    simply made again.
    """
    draft, data = home / "data.new", home / "data"
    for leftover in (draft, data):
        shutil.rmtree(leftover, ignore_errors=True)
    draft.mkdir(mode=0o700)
    account.give(draft)
    secret = home / "password.new"
    secret.unlink(missing_ok=True)
    secret.touch(mode=0o600)
    secret.write_text(password)
    account.give(secret)
    try:
        _quietly(account, [str(binaries.initdb), *_options(draft, secret, binaries.major)])
        _quietly(
            account,
            [str(binaries.postgres), "--single", "-D", str(draft), "postgres"],
            f"CREATE DATABASE {NAME}",
        )
    finally:
        secret.unlink()
    return draft.rename(data)


def _options(draft: Path, secret: Path, major: int) -> list[str]:
    if major >= BUILTIN_PROVIDER_SINCE:
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    else:
        locale = ["--locale=C.UTF-8" if sys.platform == "linux" else "--locale=en_US.UTF-8"]
    return [
        *("-D", str(draft), "-U", NAME, "-A", "scram-sha-256", f"--pwfile={secret}"),
        *("--encoding=UTF8", *locale),
    ]


def _quietly(account: Account, command: list[str], statement: str = "") -> None:
    try:
        account.run(command, input=statement, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "output", None) or str(error)
        raise PostgresError(
            "PostgreSQL's data could not be made: resolve what it says,"
            f" or set DATABASE_URL to a server of yours.\n{said}"
        ) from error
