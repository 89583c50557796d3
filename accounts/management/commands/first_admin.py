"""Create the first administrator from the environment; do nothing when there is one."""

from typing import Any

import environ
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User

PREFIX = "DJANGO_SUPERUSER_"


class Command(BaseCommand):
    help = f"Create the first administrator from {PREFIX}USERNAME, EMAIL, FULL_NAME and PASSWORD."

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.filter(role=User.Role.ADMIN, is_active=True).exists():
            return
        env = environ.Env()
        given = {
            name: env.str(PREFIX + name.upper(), default="")
            for name in ("username", "email", "full_name", "password")
        }
        if not given["username"]:
            self.stdout.write(
                f"There is no administrator yet: set {PREFIX}USERNAME and its companions, or run "
                "manage.py createsuperuser."
            )
            return
        try:
            admin = User.objects.create_superuser(**given | {"password": given["password"] or None})
        except ValidationError as refusal:
            words = " ".join(refusal.messages)
            raise CommandError(f"The first administrator was refused: {words}") from refusal
        self.stdout.write(f"Created the administrator {admin.username}.")
        if not admin.has_usable_password():
            self.stdout.write(
                "To choose the password, open the sign-in page, press “Forgot your password?” and "
                f"enter {admin.email}: a letter with a link goes there."
            )
