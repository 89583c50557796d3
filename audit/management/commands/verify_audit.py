"""Prove that the access log was not tampered with. Prints the head of the chain: keep it elsewhere,
and give it back with --head, to learn of a chain that was written anew. Exits with 1 and names the
first row that was altered, is missing or was inserted."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from audit.verifying import Head, TamperedError, verify


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--head", help="a head that was printed before, POSITION:HASH")

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
        try:
            known = Head.parse(options["head"]) if options["head"] else None
            whole = verify(known)
        except (TamperedError, ValueError) as error:
            raise CommandError(str(error)) from error
        waiting = f", {whole.waiting} wait for their link" if whole.waiting else ""
        self.stdout.write(f"The access log is whole: {whole.head.position} rows{waiting}.")
        self.stdout.write(f"Head: {whole.head}")
