"""As whom PostgreSQL's processes run.

PostgreSQL refuses to run as root, and another user cannot enter a checkout that lies in a private
folder of root's. A user namespace solves both: inside it the process bears an ordinary number,
while the kernel still lets it into root's folders. Where namespaces are switched off, as in many
containers, root hands the work to an unprivileged user, and the data and programs move to a folder
under /var/tmp that this user can enter.
"""

import hashlib
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clinic.postgres.errors import PostgresError

NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


@dataclass(frozen=True)
class Account:
    """A way to run commands: after a prefix, or as another user of the machine."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def run(self, command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command to its end as this account; raise CalledProcessError when it fails."""
        if self.uid is not None:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        # PGDATA, PGPORT and their like belong to some other server; messages are read in English.
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        return subprocess.run(
            [*self.prefix, *command],
            check=True,
            text=True,
            cwd="/",
            env=environment | {"LC_ALL": "C"},
            **options,
        )

    def give(self, path: Path) -> None:
        """Make this account the owner of a file or folder."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def home(self, root: Path) -> Path:
        """Return the folder for the data: `root`, or one that this account can enter."""
        if self.uid is None:
            return root
        folder = (
            Path("/var/tmp")  # nosec B108 # made by root alone, for this
            / f"clinic-postgres-{hashlib.sha256(bytes(root)).hexdigest()[:16]}"
        )
        folder.mkdir(mode=0o711, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            raise PostgresError(f"{folder} belongs to another user: remove it, then start again.")
        return folder


def choose(data: Path) -> Account:
    """Return the account for the data: its owner's once it exists, else the first that works."""
    if os.geteuid() != 0:
        return Account()
    owner = data.stat().st_uid if data.exists() else None
    if owner:
        return _user(pwd.getpwuid(owner))
    if _namespaces_work():
        return Account(prefix=NAMESPACE)
    if owner == 0:
        raise PostgresError(
            f"The data in {data} need a user namespace, which this machine does not allow now:"
            " remove that folder to begin anew, or set DATABASE_URL to a server of yours."
        )
    for name in ("postgres", "nobody"):
        try:
            return _user(pwd.getpwnam(name))
        except KeyError:
            continue
    raise PostgresError(
        "PostgreSQL refuses to run as root and no user named postgres or nobody was found:"
        " work as an ordinary user, or set DATABASE_URL to a server of yours."
    )


def _user(entry: pwd.struct_passwd) -> Account:
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def _namespaces_work() -> bool:
    try:
        return (
            subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
        )
    except OSError:
        return False
