"""Work out the free time of the coming days, which searches otherwise do as they go."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from scheduling.models import FreeTime, FreeTimeHorizon


class Command(BaseCommand):
    help = (
        "Extends the free time that searches read to half a year from today; run it every night. "
        "Days that it has not reached are worked out by each search, which takes longer."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anew",
            action="store_true",
            help="work out all days anew, after rows were loaded with triggers switched off",
        )

    def handle(self, *, anew: bool, **options: Any) -> None:
        today = timezone.now().date()
        until = FreeTimeHorizon.extend(today, anew=anew)
        count = FreeTime.objects.count()
        self.stdout.write(f"Free time is known until {until:%Y-%m-%d}: {count} stretches.")
