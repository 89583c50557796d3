import re
import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.synthea.importing import Options, import_directory
from clinic.synthea.report import FileReport, Outcome
from clinic.synthea.tables import UnreadableTableError

BAR = 30


class Command(BaseCommand):
    help = (
        "Import facilities, doctors, patients and their charts from the CSV files that Synthea "
        "exports."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = Options()
        parser.add_argument("directory", type=Path, help="Where organizations.csv and so on are.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Do everything, then take it back."
        )
        parser.add_argument(
            "--capacity",
            type=positive,
            default=default.capacity,
            help="How many patients a new facility can register (default: %(default)s).",
        )
        for name, meaning in (("opens", "starts"), ("closes", "ends")):
            parser.add_argument(
                f"--{name}",
                type=time_of_day,
                default=getattr(default, name),
                help=f"When a new doctor's day {meaning}, in local time (default: %(default)s).",
            )
        parser.add_argument(
            "--weekdays",
            type=weekdays,
            default=default.weekdays,
            help="When new doctors work, Monday being 1: 1-5 (the default), or 1,3,5.",
        )
        parser.add_argument(
            "--no-progress", action="store_true", help="Draw no progress bar on a terminal."
        )

    def handle(self, *args: Any, **given: Any) -> None:
        options = Options(given["capacity"], given["opens"], given["closes"], given["weekdays"])
        if options.closes <= options.opens:
            raise CommandError("Working hours must end after they start. Change --closes.")
        bar = not given["no_progress"] and sys.stderr.isatty()
        try:
            reports = import_directory(
                given["directory"],
                now=timezone.now(),
                options=options,
                dry_run=given["dry_run"],
                progress=draw_bar if bar else no_bar,
            )
        except UnreadableTableError as problem:
            raise CommandError(f"{problem} Nothing was imported.") from problem
        if bar:
            sys.stderr.write("\r\033[K")
        self._tell(reports, dry_run=given["dry_run"])

    def _tell(self, reports: list[FileReport], *, dry_run: bool) -> None:
        for line in summary(reports):
            self.stdout.write(line)
        for report in reports:
            for remark in report.remarks():
                self.stdout.write(remark)
            for problem in report.problems():
                self.stderr.write(problem)
        if dry_run:
            self.stdout.write("This was a dry run: nothing was written.")
        refused = [report.name for report in reports if report.is_refused]
        if refused:
            raise CommandError(
                f"Nothing of {' and '.join(refused)} was written. Correct the rows named above, "
                "then import again."
            )


def summary(reports: list[FileReport]) -> list[str]:
    """Return the table of what became of each file."""
    lines = [f"{'file':<18}{'created':>10}{'updated':>10}{'unchanged':>11}{'left out':>10}"]
    for report in reports:
        counts = f"{report.created:>10}{report.updated:>10}{report.unchanged:>11}"
        line = f"{report.name:<18}{counts}{report.left_out_count:>10}"
        if report.is_refused:
            line += f"  refused, broken rows: {report.broken_count}"
        elif report.outcome is not Outcome.IMPORTED:
            line += f"  {report.outcome}"
        lines.append(line)
    return lines


def draw_bar(name: str, share: float) -> None:
    done = round(share * BAR)
    sys.stderr.write(f"\r{name:<18} {'█' * done}{'·' * (BAR - done)} {share:>4.0%}\033[K")
    sys.stderr.flush()


def no_bar(_name: str, _share: float) -> None:
    """Draw nothing."""


def positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 2_147_483_647:
        raise ArgumentTypeError("give a whole number of patients, such as 500")
    return int(text)


def time_of_day(text: str) -> time:
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text)
    if not match:
        raise ArgumentTypeError("give a time of day such as 9:00 or 17:30")
    return time(int(match[1]), int(match[2]))


def weekdays(text: str) -> frozenset[int]:
    if not re.fullmatch(r"[1-7](-[1-7])?(,[1-7](-[1-7])?)*", text):
        raise ArgumentTypeError("give ISO weekdays such as 1-5 or 1,3,5; Monday is 1")
    days: set[int] = set()
    for part in text.split(","):
        days.update(range(int(part[0]), int(part[-1]) + 1))
    if not days:
        raise ArgumentTypeError("give the earlier weekday first, such as 1-5")
    return frozenset(days)
