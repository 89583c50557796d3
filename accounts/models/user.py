"""Accounts: people who sign in, each with exactly one role."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import pictures
from accounts.models.manager import UserManager
from accounts.querysets import UserQuerySet
from accounts.roles import STAFF_ROLES, Role, allows

if TYPE_CHECKING:
    from accounts.models.sign_in import SignIn

# What goes when an account goes. Whatever else refers to an account keeps it.
GOES_ALONG = frozenset(
    {
        *("sessions", "sign_ins", "email_code", "authenticator"),
        *("registration", "emailaddress", "idempotencykey"),
    }
)
LOCK_OF_ADMINISTRATORS = 7_301_402


class User(AbstractBaseUser):
    """A person who signs in. What they may do follows from `role`, see `accounts.roles`."""

    Role = Role

    class Theme(models.TextChoices):
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    username = models.CharField(
        max_length=150, unique=True, validators=[UnicodeUsernameValidator()]
    )
    email = models.EmailField(max_length=254)
    full_name = models.CharField(max_length=150)
    role = models.CharField(max_length=20, choices=Role, default=Role.PATIENT)
    is_active = models.BooleanField(
        default=True,
        help_text=_(
            "Clear this instead of deleting the account: the person can no longer sign in."
        ),
    )
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    language = models.CharField(
        _("language"),
        max_length=10,
        choices=settings.LANGUAGES,
        blank=True,
        help_text=_("Left empty: as the browser asks."),
    )
    theme = models.CharField(
        _("theme"),
        max_length=5,
        choices=Theme,
        blank=True,
        help_text=_("Left empty: as the system."),
    )
    picture = models.FileField(upload_to=pictures.random_name, blank=True, editable=False)

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email", "full_name"]

    class Meta:
        ordering = ["full_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_unique",
                violation_error_code="username_taken",
                violation_error_message=_("This username is taken. Choose another."),
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_code="address_taken",
                violation_error_message=_(
                    "Another account uses this email address. "
                    "Find that account, or enter a different address."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="user_role_known"
            ),
            models.CheckConstraint(
                condition=models.Q(language__in=["", *dict(settings.LANGUAGES)]),
                name="user_language_known",
            ),
            models.CheckConstraint(
                condition=models.Q(theme__in=["", "light", "dark"]), name="user_theme_known"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def clean(self) -> None:
        super().clean()
        self.email = type(self).objects.normalize_email(self.email)
        if self.pk and not (self.is_admin and self.is_active):
            self._keep_an_administrator()

    def save(self, **kwargs: Any) -> None:
        """Save; an account that is not active is signed out everywhere."""
        super().save(**kwargs)
        if not self.is_active:
            self.sign_out_everywhere()

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split(" ")[0]

    def change_password(self, password: str, *, keep: "SignIn | None" = None) -> None:
        """Set a password; sign out everywhere but in `keep`."""
        with transaction.atomic():
            self.set_password(password)
            self.save(update_fields=["password"])
            self.sign_out_everywhere(keep=keep)

    def sign_out_everywhere(self, *, keep: "SignIn | None" = None, here: str | None = None) -> None:
        """End all but the sign-in `keep` of an app and the session of the key `here`.

        They are refused at their next request.
        """
        self.sessions.exclude(pk=here).delete()
        self.sign_ins.exclude(pk__in=[keep.pk] if keep else []).revoke()

    def remove_second_step(self, *, here: str | None = None) -> None:
        """Let the person sign in by password alone, such as after a phone was lost.

        They are signed out of all but the session of the key `here`.
        """
        with transaction.atomic():
            # Of allauth's model, which knows this one and not the other way round.
            self.authenticator_set.all().delete()  # type: ignore[attr-defined]
            self.sign_out_everywhere(here=here)

    def fingerprint(self) -> str:
        """Return what changes with password and role, and from which neither can be learnt.

        A token that was issued for another one is good no more.
        """
        return self._get_session_auth_hash()[:16]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what sessions are bound to: not the password alone, as Django has it."""
        bound = f"{self.password} {self.role}"
        return salted_hmac("accounts.user", bound, secret=secret, algorithm="sha256").hexdigest()

    def prefer(self, **preferences: str) -> None:
        """Keep a `language` or a `theme`; raises ValidationError for one that there is not."""
        for name, value in preferences.items():
            setattr(self, name, value)
        self.clean_fields(exclude={each.name for each in self._meta.fields} - preferences.keys())
        self.save(update_fields=[*preferences])

    def activate(self) -> None:
        self.is_active = True
        self.save(update_fields=["is_active"])

    def deactivate(self) -> None:
        """Let the person in no more; raises ValidationError for the last administrator."""
        with transaction.atomic():
            self._keep_an_administrator()
            self.is_active = False
            self.save(update_fields=["is_active"])

    def remove(self) -> bool:
        """Delete the account, or deactivate it where other records refer to it.

        Return whether it is deleted; raises ValidationError for the last administrator.
        """
        with transaction.atomic():
            if self.is_referred_to():
                self.deactivate()
                return False
            self._keep_an_administrator()
            self.remove_picture()
            self.delete()
        return True

    def is_referred_to(self) -> bool:
        return any(
            relation.related_model._base_manager.filter(**{relation.field.name: self}).exists()  # noqa: SLF001 - documented by Django
            for relation in self._meta.related_objects
            if not relation.many_to_many and relation.name not in GOES_ALONG
        )

    def set_picture(self, data: bytes) -> None:
        """Keep a profile picture, drawn anew.

        Raises ValidationError for what is none, or finds no room on the disk (`disk_full`).
        """
        drawn = pictures.redrawn(data)
        with transaction.atomic():
            self._forget_picture_file()
            self.picture = pictures.kept(self.picture.storage, drawn)
            try:
                self.save(update_fields=["picture"])
            except Exception:
                self.picture.storage.delete(str(self.picture.name))
                raise

    def remove_picture(self) -> None:
        with transaction.atomic():
            self._forget_picture_file()
            self.picture = ""
            self.save(update_fields=["picture"])

    def _forget_picture_file(self) -> None:
        """Lock the row, and delete the file that it names once the database knows it no more."""
        rows = type(self).objects.select_for_update(no_key=True)
        self.refresh_from_db(fields=["picture"], from_queryset=rows)
        storage, name = self.picture.storage, self.picture.name
        if name:
            transaction.on_commit(lambda: storage.delete(name))

    def _keep_an_administrator(self) -> None:
        """Raise ValidationError when nobody else could let people in.

        One at a time: two administrators who deactivate each other both see the other one active.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_OF_ADMINISTRATORS])
        some = type(self).objects.administrators().order_by("pk").values_list("pk", flat=True)[:2]
        if set(some) == {self.pk}:
            raise ValidationError(
                gettext(
                    "This is the last active administrator. "
                    "Make somebody else an administrator first."
                ),
                code="last_administrator",
            )

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
