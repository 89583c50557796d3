from tempfile import TemporaryDirectory

import pytest
from django.db import connection, transaction
from django.test import override_settings

from clinic.tests.access.pages import world


@pytest.fixture(scope="package")
def here(django_db_setup, django_db_blocker):
    """Build the places once, and sign everybody in; every request is rolled back."""
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with (
        TemporaryDirectory() as media,
        override_settings(PASSWORD_HASHERS=hashers, MEDIA_ROOT=media),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        # On a busy machine a page may take longer than the server leaves a transaction idle.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield world.build()
        transaction.set_rollback(True)
