"""Make the database's roles for the application and for auditors, or bring their rights up to date.
Run it as the owner of the database after each migration; see docs/security/database-roles.md. A
role may sign in with the password in DATABASE_APP_PASSWORD or DATABASE_AUDITOR_PASSWORD."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from audit import roles


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--app", default=roles.APP, help="name of the application's role")
        parser.add_argument("--auditor", default=roles.AUDITOR, help="name of the auditors' role")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            roles.create(
                options["app"],
                options["auditor"],
                os.environ.get("DATABASE_APP_PASSWORD", ""),
                os.environ.get("DATABASE_AUDITOR_PASSWORD", ""),
            )
        except roles.TooMightyError as error:
            raise CommandError(str(error)) from error
        except ProgrammingError as error:
            raise CommandError(
                f"{error}Run this as the owner of the database, who may create roles."
            ) from error
        self.stdout.write(f"Ready: {options['app']} for the clinic, {options['auditor']} to audit.")
