"""Sets of accounts, and finding the one that a name means."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.roles import Role

if TYPE_CHECKING:
    from accounts.models import User


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: "User") -> "UserQuerySet":
        """Keep all for an administrator, and for everybody else themselves."""
        return self if user.is_admin else self.filter(pk=user.pk)

    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def administrators(self) -> "UserQuerySet":
        """Keep those who can let others in."""
        return self.active().filter(role=Role.ADMIN)

    def with_email(self, email: str) -> "UserQuerySet":
        return self.alias(lower_email=Lower("email")).filter(lower_email=email.lower())

    def called(self, name: str) -> "User | None":
        """Return who has this email address or username, in whatever case.

        An address is its owner's, even where it is somebody else's username.
        """
        name = name.lower()
        rows = self.alias(lower_username=Lower("username"), lower_email=Lower("email"))
        found = rows.filter(Q(lower_username=name) | Q(lower_email=name))[:2]
        by_email = [user for user in found if user.email.lower() == name]
        return next(iter([*by_email, *found]), None)

    def search(self, text: str) -> "UserQuerySet":
        """Keep those whose name, username or email address holds each word."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(full_name__icontains=word)
                | Q(username__icontains=word)
                | Q(email__icontains=word)
            )
        return found
