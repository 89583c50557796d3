"""How accounts are made, and who signs in with a name and a password."""

from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.hashers import check_password, get_hasher, make_password
from django.utils.crypto import get_random_string

from accounts.roles import Role

if TYPE_CHECKING:
    from accounts.models.user import User


class UserManager(BaseUserManager["User"]):
    def with_credentials(self, name: str, password: str) -> "User | None":
        """Return who signs in with this email address or username, and password.

        It takes as long for an unknown name, or an account without a password, as for a wrong
        password: a password is always hashed.
        """
        user = self.get_queryset().called(name)  # type: ignore[attr-defined]
        has_password = user is not None and user.has_usable_password()
        encoded = user.password if has_password else _nobodys_password(get_hasher().algorithm)
        is_right = check_password(password, encoded)
        return user if is_right and has_password and user.is_active else None

    def create_user(
        self, username: str, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        """Create a user; without a password the account cannot sign in until one is set."""
        user = self.model(username=username, email=email, **fields)
        user.set_password(password)
        user.full_clean()
        user.save(using=self._db)
        return user

    def create_superuser(
        self, username: str, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        return self.create_user(username, email, password, **fields | {"role": Role.ADMIN})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


@cache
def _nobodys_password(algorithm: str) -> str:
    """Return a hash that no password has, made by the hasher that is in use."""
    return make_password(get_random_string(40), hasher=algorithm)
