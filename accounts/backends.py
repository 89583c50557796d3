"""Who signs in: the same check for every door, see `UserManager.with_credentials`."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import User


class EmailOrUsernameBackend(ModelBackend):
    """An active account by email address or username; how often one may try, the doors count."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> User | None:
        name = username or credentials.get("email") or ""
        return User.objects.with_credentials(name, password or "")
