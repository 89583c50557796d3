"""Nobody signs in with an address that they have not proved."""

from typing import Any

from django.conf import settings
from django.db import migrations


def shut_out(apps: Any, schema_editor: Any) -> None:
    users = apps.get_model(settings.AUTH_USER_MODEL)
    users.objects.filter(registration__status="unverified").update(is_active=False)


def let_in(apps: Any, schema_editor: Any) -> None:
    users = apps.get_model(settings.AUTH_USER_MODEL)
    users.objects.filter(registration__status="unverified").update(is_active=True)


class Migration(migrations.Migration):
    dependencies = [("patients", "0006_registration")]

    operations = [migrations.RunPython(shut_out, let_in)]
