"""What the launcher remembers about a server: its port and its password."""

import hashlib
import json
import secrets
import socket
import struct
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

HOST = "127.0.0.1"
NAME = "clinic"
TLS_REQUEST = struct.pack("!ii", 8, 80877103)


def port_is_free(port: int) -> bool:
    """Tell whether a server could listen on the port; port 0 stands for any."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Let the kernel choose a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def speaks_postgresql(port: int) -> bool:
    """Tell whether a PostgreSQL answers on the port, to the protocol's question whether it has TLS.

    A process that has just been killed can still be listed and listening; it does not answer.
    """
    with suppress(OSError), socket.create_connection((HOST, port), timeout=1) as connection:
        connection.sendall(TLS_REQUEST)
        return connection.recv(1) in (b"S", b"N")
    return False


@dataclass(frozen=True)
class State:
    """The port and password of one folder's server.

    `folder` is the folder's inode: a copied checkout carries the file along, and must not be led by
    it to the server of the checkout it was copied from.
    """

    folder: int
    port: int = field(default_factory=free_port)
    password: str = field(default_factory=secrets.token_urlsafe)

    @property
    def url(self) -> str:
        return f"postgresql://{NAME}:{self.password}@{HOST}:{self.port}/{NAME}"

    def url_of(self, role: str) -> str:
        """Return another role's URL; its password follows from the owner's."""
        secret = hashlib.sha256(f"{role} {self.password}".encode()).hexdigest()
        return f"postgresql://{role}:{secret}@{HOST}:{self.port}/{NAME}"

    @classmethod
    def load(cls, root: Path) -> "State | None":
        try:
            return cls(**json.loads((root / "state.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def save(self, root: Path) -> None:
        """Write the state so that only its owner can read it, and never by halves."""
        draft = root / "state.new"
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(self)))
        draft.replace(root / "state.json")
