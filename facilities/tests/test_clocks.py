"""The zone beside a time: always where it is asked for, and where the time alone is in doubt."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone

CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("hour", "zone", "in_doubt"),
    [(5, "CDT", ""), (6, "CDT", " CDT"), (7, "CST", " CST"), (8, "CST", "")],
)
def test_the_zone_is_named_in_the_hour_that_a_day_has_twice(hour, zone, in_doubt):
    shown = Template("{{ at|zone_name }}/{{ at|zone_in_doubt }}")
    with timezone.override(CHICAGO):
        at = datetime(2037, 11, 1, hour, 30, tzinfo=UTC)
        assert shown.render(Context({"at": at})) == f"{zone}/{in_doubt}"
