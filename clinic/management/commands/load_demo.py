from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from clinic import demo
from clinic.demo import charts
from clinic.demo.accounts import ACCOUNTS
from facilities.models import Facility

# Days of history, for the page of figures; more would keep whoever tries the clinic waiting.
HISTORY = 7 * 6


class Command(BaseCommand):
    help = "Load the demo clinic: invented facilities, doctors, patients and appointments."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty",
            action="store_true",
            help="Do nothing when there is any facility or any user.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and (Facility.objects.exists() or User.objects.exists()):
            return
        if not settings.TRIAL:
            raise CommandError(
                "The demo clinic's passwords are public, so it is loaded only with TRIAL=true. "
                "Set that to try the clinic out; create real accounts with createsuperuser."
            )
        if User.objects.filter(username__in=ACCOUNTS).exists():
            raise CommandError(
                "There are accounts with the demo clinic's usernames: it is probably loaded. "
                "To load it afresh, use an empty database."
            )
        with transaction.atomic():
            demo.load(now=timezone.now(), days_back=HISTORY)
            charts.write()
        self.stdout.write("The demo clinic is loaded. Sign in as manage.py demo_accounts says.")
