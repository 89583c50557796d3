"""A doctor's days are worked out by one plan: making a plan took four times as long as using it."""

from django.db import migrations

ONE_PLAN = """
ALTER FUNCTION scheduling_refresh_free_time(bigint, date, date)
SET plan_cache_mode = force_generic_plan
"""
A_PLAN_EACH = """
ALTER FUNCTION scheduling_refresh_free_time(bigint, date, date) RESET plan_cache_mode
"""


class Migration(migrations.Migration):

    dependencies = [
        ("scheduling", "0006_waitlist"),
    ]

    operations = [
        migrations.RunSQL(ONE_PLAN, A_PLAN_EACH),
    ]
