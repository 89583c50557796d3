"""Work out the free time of the coming days, which searches otherwise do when it runs short."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from scheduling.models import FreeTime, FreeTimeHorizon


class Command(BaseCommand):
    help = (
        "Extends the free time that searches read to half a year from today; run it every night. "
        "A search does it by itself, and is slower for it, when the command has not run for days."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anew",
            action="store_true",
            help="work out all days anew, after rows were loaded with triggers switched off",
        )

    def handle(self, *, anew: bool, **options: Any) -> None:
        today = timezone.now().date()
        if anew:
            until = FreeTimeHorizon.extend(today, anew=True)
        else:
            until = FreeTimeHorizon.reach(today, slack=timedelta())
        count = FreeTime.objects.count()
        self.stdout.write(f"Free time is known until {until:%Y-%m-%d}: {count} stretches.")
