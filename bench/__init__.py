"""A large invented network and three benchmarks; `bench/README.md` has the idea.

Nothing here is part of the application: no app imports it.
"""

import os

import django
from django.apps import apps

# Each module here is a program of its own, and so is each process that `contention` starts.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
if not apps.ready:
    django.setup()
