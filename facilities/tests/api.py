"""What tests of the API ask with."""

from typing import Any

from accounts.models import User
from accounts.tests.clients import client_of
from accounts.tests.factories import UserFactory


def api(user: User | None = None, role: str = "admin") -> Any:
    """Return a client that is signed in as the user, or as a new one with the role."""
    return client_of(user or UserFactory(role=role))


def current(client: Any, address: str) -> dict[str, str]:
    """Return the header that says a change was made from what is at the address now."""
    return {"If-Match": client.get(address)["ETag"]}
