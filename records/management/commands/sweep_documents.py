"""Delete files of documents that no row names, as an upload leaves one that was cut off at its very
end; files of the last hour stay. Say also which documents have lost their file, and fail then."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from records.files import strays
from records.models import Document


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count them and delete nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(strays(timezone.now()))
        if not options["dry_run"]:
            for path in found:
                path.unlink(missing_ok=True)
        verb = "would be deleted" if options["dry_run"] else "deleted"
        self.stdout.write(f"Files that no document names: {len(found)} {verb}.")
        if lost := list(without_file()):
            ids = ", ".join(map(str, lost))
            raise CommandError(f"Restore these files from the backup; documents without one: {ids}")


def without_file() -> Any:
    for document in Document.objects.order_by("pk").only("pk", "file").iterator():
        if not document.file.storage.exists(str(document.file.name)):
            yield document.pk
