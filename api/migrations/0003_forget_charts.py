"""Forget the answers that were kept for people who write charts: they held what the charts say.

A request that is sent again across this migration is done again, as after a day.
"""

from django.db import migrations


def forget(apps, schema_editor):
    apps.get_model("api", "IdempotencyKey").objects.filter(
        user__role__in=["doctor", "nurse"]
    ).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0002_keys_have_a_user"),
        ("accounts", "0001_initial"),
    ]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
