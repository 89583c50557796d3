"""Who may act: people who sign in, each with exactly one role."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.roles import STAFF_ROLES, Role, allows


class UserManager(BaseUserManager["User"]):
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


class User(AbstractBaseUser):
    """A person who signs in. What they may do follows from `role`, see `accounts.roles`."""

    Role = Role

    username = models.CharField(
        max_length=150, unique=True, validators=[UnicodeUsernameValidator()]
    )
    email = models.EmailField(max_length=254)
    full_name = models.CharField(max_length=150)
    role = models.CharField(max_length=20, choices=Role, default=Role.PATIENT)
    is_active = models.BooleanField(
        default=True,
        help_text="Clear this instead of deleting the account: the person can no longer sign in.",
    )
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email", "full_name"]

    class Meta:
        ordering = ["full_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_unique",
                violation_error_message="This username is taken. Choose another.",
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message="Another account uses this email address. "
                "Find that account, or enter a different address.",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="user_role_known"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def clean(self) -> None:
        super().clean()
        self.email = type(self).objects.normalize_email(self.email)

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split(" ")[0]

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and allows(self.role, perm)

    def has_perms(self, perm_list: Iterable[str], obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def is_staff(self) -> bool:
        """Say whether Django admin lets this person in."""
        return self.is_admin and self.is_active

    @property
    def is_clinic_staff(self) -> bool:
        """Say whether this person works here, at a desk or with patients."""
        return self.role in STAFF_ROLES
