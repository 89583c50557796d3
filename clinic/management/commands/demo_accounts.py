from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import User
from clinic.demo.accounts import ACCOUNTS, PASSWORD


class Command(BaseCommand):
    help = "Print the address of the demo clinic and one sign-in for each role."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="http://127.0.0.1:8000")

    def handle(self, *args: Any, **options: Any) -> None:
        emails = [f"{username}@demo.example" for username in ACCOUNTS]
        users = {user.username: user for user in User.objects.filter(email__in=emails)}
        if not users:
            self.stdout.write("There are no demo accounts. manage.py load_demo creates them.")
            return
        self.stdout.write(f"The demo clinic: {options['address']}\n\n")
        self.stdout.write(f"  {'role':<16}{'username':<12}password")
        for username in ACCOUNTS:
            if username in users:
                role = users[username].get_role_display()
                self.stdout.write(f"  {role:<16}{username:<12}{PASSWORD}")
